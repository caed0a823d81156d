package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.site.RequestLoad;
import dev.verticker.dev.site.ResumingSocketClient;
import dev.verticker.dev.site.TwoNodesBehindNginx;
import dev.verticker.testing.Await;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.Tool;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests two nodes behind nginx under load while {@code conf/deploy/rolling-restart} updates them. */
@Tag("alone")
@Tag("faults")
class RollingRestartTest {
  @TempDir
  private Path folder;

  @Test
  void a_restart_of_one_node_fails_no_request_and_loses_no_event() {
    restart(1, "1");
  }

  @Test
  @Provokes({20, 21})
  void a_rolling_restart_fails_no_request_and_loses_no_event() {
    restart(2, "5");
  }

  @Test
  @Provokes(10)
  void a_killed_node_fails_few_requests_and_loses_no_event() {
    try (var site = site("5")) {
      var token = site.token();
      var load = new RequestLoad(site.vertx(), site.port(), "Bearer " + token);
      var sockets = sockets(site, token);
      var clients = load.start(8, site.createUser());
      asked(load, 200);
      var killed = System.nanoTime();
      site.node(site.addresses().get(0)).kill();
      asked(load, load.requests() + 2000);
      load.stop();
      Future.all(clients).await();
      var twoSeconds = killed + 2_000_000_000L;
      var during = load.between(killed, twoSeconds);
      assertTrue(
          during.failures().size() <= during.requests() / 100.0,
          () -> during.failures() + " of " + during.requests());
      assertEquals(List.of(), load.between(twoSeconds, System.nanoTime()).failures());
      assertNothingMissed(sockets, load);
    }
  }

  @Test
  @Provokes(11)
  void a_frozen_node_delays_requests_by_three_seconds_and_after_ten_seconds_almost_none()
      throws InterruptedException {
    try (var site = site("5")) {
      var load = new RequestLoad(site.vertx(), site.port(), "Bearer " + site.token());
      var clients = load.start(8, site.createUser());
      asked(load, 200);
      var frozen = System.nanoTime();
      var node = site.node(site.addresses().get(0));
      node.freeze();
      try {
        // Several times the period for which nginx avoids a failed node.
        Thread.sleep(40_000);
      } finally {
        node.thaw();
      }
      var end = System.nanoTime();
      load.stop();
      Future.all(clients).await();
      var all = load.between(frozen, end);
      assertEquals(
          List.of(),
          all.failures().stream().filter(each -> each.startsWith("GET")).toList());
      assertTrue(all.slowestReadMillis() < 3000, () -> all.slowestReadMillis() + " ms");
      var later = load.between(frozen + 10_000_000_000L, end);
      assertTrue(
          later.failures().size() <= later.requests() / 100.0,
          () -> later.failures().toString());
    }
  }

  private void restart(int nodes, String drainSeconds) {
    try (var site = site(drainSeconds)) {
      var token = site.token();
      var load = new RequestLoad(site.vertx(), site.port(), "Bearer " + token);
      var sockets = sockets(site, token);
      var clients = load.start(4, site.createUser());
      asked(load, 100);
      site.restart(site.addresses().subList(0, nodes));
      asked(load, load.requests() + 100);
      load.stop();
      Future.all(clients).await();
      var all = load.between(0, System.nanoTime());
      assertEquals(List.of(), all.failures());
      assertEquals(nodes, site.stops().size());
      site.stops()
          .forEach(stop -> assertTrue(stop.compareTo(Duration.ofSeconds(20)) < 0, stop::toString));
      assertNothingMissed(sockets, load);
      var closes = sockets.stream().flatMap(each -> each.closes().stream()).toList();
      assertTrue(
          closes.size() >= sockets.size() / 2
              && closes.stream()
                  .allMatch(each -> each.matches("1012 restart, retry_after_ms=\\d+")),
          closes::toString);
      // Sockets that reconnect at the same time would cause a load peak.
      var delays = closes.stream()
          .mapToLong(each -> Long.parseLong(each.replaceAll(".*=", "")))
          .summaryStatistics();
      assertTrue(delays.getMax() - delays.getMin() > 1000, delays::toString);
      assertTrue(delays.getMax() <= 5000, delays::toString);
    }
  }

  private TwoNodesBehindNginx site(String drainSeconds) {
    return new TwoNodesBehindNginx(
        TestDatabase.create().settings(),
        Tool.require("nginx", "nginx-light"),
        folder,
        drainSeconds);
  }

  private static List<ResumingSocketClient> sockets(TwoNodesBehindNginx site, String token) {
    var sockets = IntStream.range(0, 20)
        .mapToObj(i -> new ResumingSocketClient(site.vertx(), site.port(), token).connect())
        .toList();
    Await.until("subscribed", () -> sockets.stream().allMatch(ResumingSocketClient::isSubscribed));
    return sockets;
  }

  /** Asserts that every socket reconnected and received consecutive sequences with every acknowledged change. */
  private static void assertNothingMissed(List<ResumingSocketClient> sockets, RequestLoad load) {
    var changes = load.changes();
    for (var socket : sockets) {
      Await.until(
          Duration.ofSeconds(20),
          "received all " + changes + " changes, not " + socket.sequences().size(),
          () -> socket.isSubscribed() && socket.sequences().size() >= changes);
      var received = socket.sequences();
      assertFalse(socket.hasLost());
      assertEquals(
          LongStream.range(received.get(0), received.get(0) + received.size())
              .boxed()
              .toList(),
          received);
      socket.stop();
    }
  }

  private static void asked(RequestLoad load, int requests) {
    Await.until(Duration.ofSeconds(60), requests + " requests", () -> load.requests() >= requests);
  }
}
