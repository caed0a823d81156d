package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Provokes;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Tests two nodes that lose packets between each other, while clients and PostgreSQL reach both. */
@Tag("alone")
@Tag("faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LossyNetworkTest {
  private static final int LOST_PERCENT = 30;
  private static final int BURSTS = 7;
  private static final Duration BURST = Duration.ofSeconds(3);

  /**
   * TCP doubles its retransmission timeout with each lost attempt: a burst may silence a connection for twice its own
   * duration, and after eight seconds of silence the nodes remove each other from the cluster.
   */
  private static final Duration CALM = Duration.ofSeconds(5);

  private static final long MEGABYTE = 1 << 20;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path folder;

  private TwoDroplets two;
  private int changes;

  @BeforeAll
  void start() {
    two = TwoDroplets.start(List.of(List.of(), List.of()), folder);
  }

  @AfterAll
  void stop() {
    if (two != null) {
      two.close();
    }
  }

  @Test
  @Timeout(300)
  @Provokes(
      value = 23,
      missing =
          "bursts of up to 8 s, because TCP may then be silent for longer than the 8 s after which nodes leave the cluster; a duration of five minutes; a link of 1 Mbit/s")
  void short_bursts_of_lost_packets_cause_no_split_no_memory_growth_and_no_lost_event() {
    var token = two.signIn(0);
    var clients = List.of(client(0, token), client(1, token));
    until(Duration.ofSeconds(15), "both listen", () -> clients.stream()
        .allMatch(ResumingClient::isSubscribed));
    // The first changes allocate what a node needs in any case.
    change(token, Duration.ofSeconds(15));
    var before = List.of(two.memory(0), two.memory(1));

    var lost = 0L;
    for (var burst = 0; burst < BURSTS; burst++) {
      two.losePackets(LOST_PERCENT);
      try {
        change(token, BURST);
      } finally {
        lost += two.stopPacketLoss();
      }
      change(token, CALM);
    }

    var newest = two.get(
            0, 8000, "/events?topic=users&limit=1", Map.of("Authorization", "Bearer " + token))
        .getLong("newest");
    for (var client : clients) {
      until(Duration.ofSeconds(10), "received up to " + newest, () -> {
        var events = client.events();
        return events.get(events.size() - 1).getLong("seq") >= newest;
      });
      assertEquals(List.of(), client.unexpectedFrames());
      var received = client.events().stream().map(event -> event.getLong("seq")).toList();
      // The last change may have been published after the newest sequence was read.
      assertEquals(
          LongStream.rangeClosed(
                  client.start().getLong("seq") + 1, received.get(received.size() - 1))
              .boxed()
              .toList(),
          received);
    }
    var grown = new ArrayList<Long>();
    for (var number = 0; number < 2; number++) {
      grown.add((two.memory(number) - before.get(number)) / MEGABYTE);
    }
    System.out.printf(
        "%d packets lost during %d changes, memory grown by %s MB%n", lost, changes, grown);
    assertTrue(lost > 100, "packets were lost");
    assertTrue(grown.stream().allMatch(each -> each < 50), grown::toString);
  }

  /** Makes changes sequentially at alternating nodes; none is refused, and both nodes stay in the cluster. */
  private void change(String token, Duration time) {
    var end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      var name = "name " + ++changes;
      var user = two.ask(
          changes % 2,
          8000,
          "PATCH",
          "/users/me",
          Map.of(
              "Authorization", "Bearer " + token, "Content-Type", "application/merge-patch+json"),
          new JsonObject().put("full_name", name).encode());
      assertEquals(name, user.getString("full_name"), user::encode);
      for (var number = 0; number < 2; number++) {
        assertEquals(1, two.otherNodes(number));
      }
    }
  }

  private ResumingClient client(int number, String token) {
    var node = SocketAddress.inetSocketAddress(8000, two.address(number));
    return new ResumingClient(two.vertx, List.of(() -> node), token);
  }
}
