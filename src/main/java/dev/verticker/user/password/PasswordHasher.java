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
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;

/**
 * Hashes and compares passwords on a small worker pool: argon2id with the parameters of the OWASP Password Storage Cheat
 * Sheet (19 MiB, two passes). bcrypt hashes of the earlier system are accepted and reported as outdated. Each hash takes a
 * core for some 50 ms, so the queue is short and fair: {@link HashingQueue}.
 */
public final class PasswordHasher implements PasswordHashing {
  private static final int LANES = 1;
  private static final int HASH_BYTES = 32;

  /** Salt and hash that match no password. */
  private static final String UNKNOWN_USER =
      "dGhlcmUgaXMgbm9ib2R5IQ$bm8gcGFzc3dvcmQgZXZlciBnaXZlcyB0aGlzIGhhc2g";

  private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

  /** bcrypt ignores further bytes. */
  private static final int MAX_BCRYPT_BYTES = 72;

  private static final int MIN_BCRYPT_COST = 4;

  /** The earlier system used 12; a much higher cost would occupy a thread for minutes. */
  private static final int MAX_BCRYPT_COST = 14;

  /** Memory and passes of a hash; every node uses {@link #OWASP}, tests that only sign in use less. */
  public record Cost(int memoryKib, int passes) {
    public static final Cost OWASP = new Cost(19_456, 2);

    /** The beginning of every hash with this cost. */
    private String prefix() {
      return "$argon2id$v=19$m=" + memoryKib + ",t=" + passes + ",p=" + LANES + "$";
    }
  }

  private final Cost cost;
  private final PasswordPolicy policy;
  private final WorkerExecutor workers;
  private final HashingQueue queue;
  private final MeterRegistry metrics;

  private PasswordHasher(
      Cost cost,
      PasswordPolicy policy,
      WorkerExecutor workers,
      HashingQueue queue,
      MeterRegistry metrics) {
    this.cost = cost;
    this.policy = policy;
    this.workers = workers;
    this.queue = queue;
    this.metrics = metrics;
  }

  /** @param cores of this machine; half of them may hash */
  public static PasswordHasher open(
      Vertx vertx, int cores, Cost cost, Clock clock, MeterRegistry metrics) {
    var threads = Math.max(1, cores / 2);
    var workers = vertx.createSharedWorkerExecutor("passwords", threads);
    return new PasswordHasher(
        cost, PasswordPolicy.load(), workers, new HashingQueue(threads, clock), metrics);
  }

  /** Returns whether this is a supported hash of the earlier system. */
  public static boolean isBcrypt(String hash) {
    var bcrypt = BCRYPT.matcher(hash);
    if (!bcrypt.matches()) {
      return false;
    }
    var cost = Integer.parseInt(bcrypt.group(1));
    return cost >= MIN_BCRYPT_COST && cost <= MAX_BCRYPT_COST;
  }

  /** @param outdated whether the hash should be replaced if the password matches */
  public record Comparison(boolean matches, boolean outdated) {}

  /** Compares the password with the hash. Without a hash it takes the same time and does not match. */
  public Future<Comparison> compare(
      HashingClient client, Password password, Optional<String> hash) {
    return queued(
        client, () -> compareNow(bytes(password), hash.orElse(cost.prefix() + UNKNOWN_USER)));
  }

  @Override
  public Future<String> hash(HashingClient client, Password password, List<String> ownNames) {
    return hash(client, password, ownNames, "/password");
  }

  /**
   * As {@link #hash(HashingClient, Password, List)}.
   *
   * @param pointer JSON pointer of the password in the request
   */
  public Future<String> hash(
      HashingClient client, Password password, List<String> ownNames, String pointer) {
    var errors = policy.check(password.value(), ownNames, pointer);
    return errors.isEmpty()
        ? hashWithoutPolicy(client, password)
        : Future.failedFuture(Failure.Invalid.of(errors));
  }

  @Override
  public Future<String> hashWithoutPolicy(HashingClient client, Password password) {
    return queued(client, () -> {
      count("argon2id");
      return argon2().hash(bytes(password)).getResult();
    });
  }

  public Future<Void> close() {
    return workers.close();
  }

  /** The library allocates the 19 MiB at the first call. */
  private Argon2Function argon2() {
    return Argon2Function.getInstance(
        cost.memoryKib(), cost.passes(), LANES, HASH_BYTES, Argon2.ID);
  }

  private Comparison compareNow(byte[] password, String hash) {
    if (BCRYPT.matcher(hash).matches()) {
      return compareBcrypt(password, hash);
    }
    count("argon2id");
    var matches = argon2().check(password, hash.getBytes(StandardCharsets.US_ASCII));
    return new Comparison(matches, !hash.startsWith(cost.prefix()));
  }

  /** The earlier system hashed the first 72 bytes of a password; the replacing hash covers all of it. */
  private Comparison compareBcrypt(byte[] password, String hash) {
    if (!isBcrypt(hash)) {
      return new Comparison(false, false);
    }
    count("bcrypt");
    var hashed = Arrays.copyOf(password, Math.min(password.length, MAX_BCRYPT_BYTES));
    var matches = BcryptFunction.getInstanceFromHash(hash)
        .check(hashed, hash.getBytes(StandardCharsets.US_ASCII));
    return new Comparison(matches, true);
  }

  private <T> Future<T> queued(HashingClient client, Callable<T> work) {
    return queue.run(client, () -> workers.executeBlocking(work, false));
  }

  private void count(String kind) {
    metrics.counter("password_hashes_total", "kind", kind).increment();
  }

  private static byte[] bytes(Password password) {
    return password.value().getBytes(StandardCharsets.UTF_8);
  }
}
