package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.site.TwoNodesBehindNginx;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.Tool;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests two nodes, one of them on a host whose clock is wrong and is set while the node runs. */
@Tag("alone")
@Tag("faults")
class ClocksThatDisagreeTest {
  /** Longer than a node takes to follow a jump of the cluster time. */
  private static final Duration LONG = Duration.ofSeconds(12);

  private static final Duration SHORT = Duration.ofSeconds(3);

  /** Prices are refreshed every two seconds; the rest allows for a busy test machine. */
  private static final Duration MAX_AGE = Duration.ofSeconds(5);

  private static final Duration MAX_DIFFERENCE = Duration.ofSeconds(1);

  @TempDir
  private Path folder;

  @Test
  @Timeout(240)
  @Provokes(17)
  void tokens_and_ages_are_correct_on_both_nodes_although_one_host_clock_is_wrong() {
    var nginx = Tool.require("nginx", "nginx-light");
    Tool.require("faketime", "faketime");
    setClock("+0s");
    try (var site = new TwoNodesBehindNginx(
        TestDatabase.create().settings(), nginx, folder, "0", withClock())) {
      // The oldest node gives the cluster its time; this makes it the other one, whose clock is
      // right and has been.
      restart(site, 0, () -> setClock("+30s"));
      expectRight(site, SHORT);
      setClock("-2h");
      until("the node's clock is behind", () -> log().contains("Clock-Jump: -72"));
      expectRight(site, LONG);

      restart(site, 1, () -> {});
      expectRight(site, SHORT);
      setClock("+30s");
      until("the oldest node's clock is ahead", () -> log().contains("Clock-Jump: 72"));
      expectRight(site, LONG);
    }
  }

  /** Returns the command prefix that starts a node with this clock; timeouts are not affected. */
  private List<String> withClock() {
    return List.of(
        "env",
        // The path that the program faketime uses; the dynamic linker expands $LIB.
        "LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1",
        "FAKETIME_TIMESTAMP_FILE=" + folder.resolve("clock"),
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "FAKETIME_FORCE_MONOTONIC_FIX=0");
  }

  private void setClock(String offset) {
    try {
      // Moved atomically, because the node reads the file at any time.
      Files.move(
          Files.writeString(folder.resolve("clock.new"), offset + "\n"),
          folder.resolve("clock"),
          StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the log of the node, which also contains the clock warnings of Hazelcast. */
  private String log() {
    try {
      return Files.readString(folder.resolve("node-1.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void restart(TwoNodesBehindNginx site, int number, Runnable during) {
    var node = site.node(site.addresses().get(number));
    node.stop();
    during.run();
    node.start();
    node.awaitReady(Duration.ofSeconds(60));
    var client = client(site, number).use(site.token());
    until("prices", () -> client.get("/prices").status() == 200);
  }

  private static void expectRight(TwoNodesBehindNginx site, Duration watched) {
    var first = client(site, 0).signIn();
    var second = client(site, 1).signIn();
    var tokens = List.of(site.token(), first.token(), second.token());
    var end = System.nanoTime() + watched.toNanos();
    while (System.nanoTime() < end) {
      for (var token : tokens) {
        var here = quotes(first.use(token));
        var there = quotes(second.use(token));
        here.values().forEach(ClocksThatDisagreeTest::expectRight);
        there.values().forEach(ClocksThatDisagreeTest::expectRight);
        here.forEach((symbol, quote) -> expectTheSame(quote, there.get(symbol)));
      }
    }
  }

  private static void expectRight(JsonObject quote) {
    var age = quote.getLong("age_ms");
    assertTrue(age >= 0 && age < MAX_AGE.toMillis(), quote::encode);
    var received = Duration.between(Instant.parse(quote.getString("received_at")), Instant.now());
    assertTrue(received.abs().compareTo(MAX_AGE) < 0, () -> received + ": " + quote.encode());
  }

  /** Asserts equal ages, unless the quote was refreshed between the two reads. */
  private static void expectTheSame(JsonObject quote, JsonObject there) {
    if (quote.getString("received_at").equals(there.getString("received_at"))) {
      var apart = Math.abs(quote.getLong("age_ms") - there.getLong("age_ms"));
      assertTrue(
          apart < MAX_DIFFERENCE.toMillis(), () -> quote.encode() + " but " + there.encode());
    }
  }

  private static Map<String, JsonObject> quotes(NodeClient client) {
    var answer = client.get("/prices");
    answer.expect(200);
    return answer.array().stream()
        .map(JsonObject.class::cast)
        .collect(Collectors.toMap(quote -> quote.getString("symbol"), Function.identity()));
  }

  private static NodeClient client(TwoNodesBehindNginx site, int number) {
    var address = site.addresses().get(number);
    var port = Integer.parseInt(address.replaceAll(".*:", ""));
    return new NodeClient(site.vertx(), port, -1, site.node(address).management());
  }
}
