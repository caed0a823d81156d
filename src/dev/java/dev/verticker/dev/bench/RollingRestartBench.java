package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.site.RequestLoad;
import dev.verticker.dev.site.ResumingSocketClient;
import dev.verticker.dev.site.TwoNodesBehindNginx;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Restarts two nodes behind nginx under load with {@code conf/rolling-restart}, then kills one of them. */
public final class RollingRestartBench {
  private static final int READERS = 8;
  private static final int SOCKETS = 100;
  private static final String DRAIN_SECONDS = "5";
  private static final Duration AFTER = Duration.ofSeconds(12);

  private RollingRestartBench() {}

  public static void main(String[] arguments) throws Exception {
    var folder = Files.createDirectories(Path.of("target", "bench").toAbsolutePath());
    var code = 0;
    try (var postgres =
            DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println);
        var redis = DevRedis.start(
            folder.resolve("redis"), 0, Optional.empty(), false, System.out::println)) {
      var settings = new HashMap<>(Map.of("VERTICKER_ENV", "development"));
      settings.putAll(postgres.createDatabase().settings());
      settings.putAll(redis.settings());
      var nginx = Path.of(System.getProperty("nginx", "/usr/sbin/nginx"));
      try (var site = new TwoNodesBehindNginx(
          settings, nginx, Files.createTempDirectory(folder, "site"), DRAIN_SECONDS)) {
        run(site);
      }
    } catch (Exception e) {
      e.printStackTrace();
      code = 1;
    }
    System.exit(code);
  }

  private static void run(TwoNodesBehindNginx site) throws InterruptedException {
    var token = site.token();
    var load = new RequestLoad(site.vertx(), site.port(), "Bearer " + token);
    var sockets = IntStream.range(0, SOCKETS)
        .mapToObj(i -> new ResumingSocketClient(site.vertx(), site.port(), token).connect())
        .toList();
    await("all sockets", () -> sockets.stream().allMatch(ResumingSocketClient::isSubscribed));
    var clients = load.start(READERS, site.createUser());
    TimeUnit.SECONDS.sleep(10);
    var restarted = System.nanoTime();
    report("before", load, 0, restarted);

    site.restart(site.addresses());
    TimeUnit.NANOSECONDS.sleep(AFTER.toNanos());
    var killed = System.nanoTime();
    report("both nodes restarted", load, restarted, killed);
    System.out.println("  from SIGTERM to the end of the process: "
        + site.stops().stream()
            .map(stop -> "%.1f s".formatted(stop.toMillis() / 1e3))
            .toList());
    reportSockets(sockets, load);

    site.node(site.addresses().get(0)).kill();
    TimeUnit.NANOSECONDS.sleep(AFTER.toNanos());
    var end = System.nanoTime();
    load.stop();
    Future.all(clients).await();
    report("one node killed", load, killed, end);
    report("  of these in the first 2 s", load, killed, killed + 2_000_000_000L);
    System.out.printf(
        "  last failure after the kill: %.2f s%n", (load.lastFailure(killed, end) - killed) / 1e9);
    reportSockets(sockets, load);
    sockets.forEach(ResumingSocketClient::stop);
  }

  private static void report(String name, RequestLoad load, long begin, long end) {
    var summary = load.between(begin, end);
    System.out.printf(
        "%-28s %7d requests, %d failed (%.3f %%), p99 %.0f ms%n",
        name,
        summary.requests(),
        summary.failures().size(),
        100.0 * summary.failures().size() / Math.max(1, summary.requests()),
        summary.p99Millis());
    summary.failures().stream()
        .distinct()
        .limit(5)
        .forEach(failure -> System.out.println("  " + failure));
  }

  private static void reportSockets(List<ResumingSocketClient> sockets, RequestLoad load) {
    var changes = load.changes();
    await("all events", () -> sockets.stream()
        .allMatch(each -> each.isSubscribed() && each.sequences().size() >= changes));
    var missed = sockets.stream()
        .filter(each -> each.hasLost() || hasGap(each.sequences()))
        .count();
    var closes = new HashMap<String, Integer>();
    sockets.forEach(each -> each.closes()
        .forEach(close -> closes.merge(close.replaceAll("=\\d+", "=..."), 1, Integer::sum)));
    System.out.printf(
        "  sockets: %d, %d changes each, %d with a gap; max disconnected beyond the requested delay %.1f s; closes %s%n",
        sockets.size(),
        changes,
        missed,
        sockets.stream()
            .mapToDouble(ResumingSocketClient::maxDisconnectedSeconds)
            .max()
            .orElse(0),
        closes);
  }

  private static boolean hasGap(List<Long> sequences) {
    return IntStream.range(1, sequences.size())
        .anyMatch(i -> sequences.get(i) != sequences.get(i - 1) + 1);
  }

  private static void await(String condition, BooleanSupplier holds) {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("not within 60 s: " + condition);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
