package dev.verticker.user.password;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import com.password4j.types.Argon2;
import dev.verticker.bus.Failure;
import dev.verticker.message.Password;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Hashes and compares passwords on a few threads of their own, never on an event loop: argon2id with the parameters of the
 * OWASP Password Storage Cheat Sheet (19 MiB, two passes). bcrypt hashes of the earlier system are understood and reported
 * as outdated. Each hash takes a core for some 50 ms, so no more wait than can be served soon, and what waited for longer than
 * anybody waits for its answer is not begun.
 */
public final class PasswordHasher implements PasswordHashing {
  private static final int MEMORY_KIB = 19_456;
  private static final int PASSES = 2;
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;
  private static final String CURRENT =
      "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$";
  private static final int MAX_QUEUE = 24;
  private static final Duration SOON = Duration.ofSeconds(1);

  /** A caller gives up after 2.9 s, and needs the database before and after. */
  private static final Duration MAX_WAIT = Duration.ofMillis(2400);

  /** Salt and hash of nothing: whoever does not exist is refused after the same work as whoever does. */
  private static final String NOBODY =
      CURRENT + "dGhlcmUgaXMgbm9ib2R5IQ$bm8gcGFzc3dvcmQgZXZlciBnaXZlcyB0aGlzIGhhc2g";

  private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

  /** bcrypt reads no further. */
  private static final int BCRYPT_BYTES = 72;

  private static final int MIN_BCRYPT_COST = 4;

  /** A row with a higher cost would hold a thread for minutes: it is no password of the earlier system (12). */
  private static final int MAX_BCRYPT_COST = 14;

  private final AtomicInteger running = new AtomicInteger();
  private final PasswordPolicy policy;
  private final WorkerExecutor workers;
  private final int most;
  private final MeterRegistry metrics;

  private PasswordHasher(
      PasswordPolicy policy, WorkerExecutor workers, int threads, MeterRegistry metrics) {
    this.policy = policy;
    this.workers = workers;
    this.most = threads + MAX_QUEUE;
    this.metrics = metrics;
  }

  /** @param cores of this machine: half of them may hash */
  public static PasswordHasher open(Vertx vertx, int cores, MeterRegistry metrics) {
    var threads = Math.max(1, cores / 2);
    var workers = vertx.createSharedWorkerExecutor("passwords", threads);
    return new PasswordHasher(PasswordPolicy.load(), workers, threads, metrics);
  }

  /** Whether passwords can be compared with this hash of the earlier system. */
  public static boolean isBcrypt(String hash) {
    var bcrypt = BCRYPT.matcher(hash);
    if (!bcrypt.matches()) {
      return false;
    }
    var cost = Integer.parseInt(bcrypt.group(1));
    return cost >= MIN_BCRYPT_COST && cost <= MAX_BCRYPT_COST;
  }

  /** @param outdated the password is right and its hash should be replaced */
  public record Verdict(boolean right, boolean outdated) {}

  /** Compares with the hash; without one, takes as long and says no. */
  public Future<Verdict> compare(Password password, Optional<String> hash) {
    return bounded(() -> compareNow(bytes(password), hash.orElse(NOBODY)));
  }

  @Override
  public Future<String> hash(Password password, List<String> ownNames) {
    return hash(password, ownNames, "/password");
  }

  /** @param pointer where the password is in the request */
  Future<String> hash(Password password, List<String> ownNames, String pointer) {
    var broken = policy.broken(password.value(), ownNames, pointer);
    return broken.isEmpty()
        ? hashWithoutPolicy(password)
        : Future.failedFuture(Failure.Invalid.of(broken));
  }

  @Override
  public Future<String> hashWithoutPolicy(Password password) {
    return bounded(() -> {
      count("argon2id");
      return argon2().hash(bytes(password)).getResult();
    });
  }

  public Future<Void> close() {
    return workers.close();
  }

  /** From its first use on the library holds the 19 MiB: not before somebody signs in. */
  private static Argon2Function argon2() {
    return Argon2Function.getInstance(MEMORY_KIB, PASSES, LANES, HASH_BYTES, Argon2.ID);
  }

  private Verdict compareNow(byte[] password, String hash) {
    if (BCRYPT.matcher(hash).matches()) {
      return compareBcrypt(password, hash);
    }
    count("argon2id");
    var right = argon2().check(password, hash.getBytes(StandardCharsets.US_ASCII));
    return new Verdict(right, !hash.startsWith(CURRENT));
  }

  /**
   * The earlier system looked at 72 bytes of a password, so must whoever compares with its hashes; the new hash, made of
   * what was typed, takes all of it.
   */
  private Verdict compareBcrypt(byte[] password, String hash) {
    if (!isBcrypt(hash)) {
      return new Verdict(false, false);
    }
    count("bcrypt");
    var read = Arrays.copyOf(password, Math.min(password.length, BCRYPT_BYTES));
    var right = BcryptFunction.getInstanceFromHash(hash)
        .check(read, hash.getBytes(StandardCharsets.US_ASCII));
    return new Verdict(right, true);
  }

  private <T> Future<T> bounded(Callable<T> work) {
    if (running.incrementAndGet() > most) {
      running.decrementAndGet();
      return Future.failedFuture(busy());
    }
    var end = System.nanoTime() + MAX_WAIT.toNanos();
    return workers
        .executeBlocking(() -> inTime(end, work), false)
        .onComplete(done -> running.decrementAndGet());
  }

  private static <T> T inTime(long end, Callable<T> work) throws Exception {
    if (System.nanoTime() - end > 0) {
      throw busy();
    }
    return work.call();
  }

  private static Failure busy() {
    return new Failure.Unavailable(
        "hashing-busy", "Too many passwords are being checked now.", SOON, List.of());
  }

  private void count(String kind) {
    metrics.counter("password_hashes_total", "kind", kind).increment();
  }

  private static byte[] bytes(Password password) {
    return password.value().getBytes(StandardCharsets.UTF_8);
  }
}
