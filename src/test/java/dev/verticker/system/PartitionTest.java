package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Provokes;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests two nodes that a network partition separates, while clients and PostgreSQL reach both. */
@Tag("alone")
@Tag("faults")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartitionTest {
  private static final int CHANGES = 40;
  private static final Duration PARTED = Duration.ofSeconds(40);

  /** The promised time after the network has healed. */
  private static final Duration MAX_DELIVERY = Duration.ofSeconds(10);

  private static final Duration MAX_REJOIN = Duration.ofSeconds(15);

  @TempDir
  private static Path folder;

  private TwoDroplets two;

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

  @Timeout(300)
  @Provokes({12, 13})
  @ParameterizedTest(name = "both ways: {0}")
  @ValueSource(booleans = {true, false})
  void changes_of_both_sides_of_a_split_arrive_at_both_once_and_in_order(boolean both) {
    var token = two.signIn(0);
    var clients = List.of(client(0, token), client(1, token));
    until(Duration.ofSeconds(15), "both listen", () -> clients.stream()
        .allMatch(ResumingClient::isSubscribed));

    two.split(both);
    var parted = System.nanoTime();
    try {
      for (var change = 0; change < CHANGES; change++) {
        rename(change % 2, token, "name " + both + " " + change);
      }
      until(Duration.ofSeconds(60), "each side is alone", () -> others(0) == 0 && others(1) == 0);
      rename(0, token, "alone " + both);
      rename(1, token, "alone too " + both);
      LockSupport.parkNanos(parted + PARTED.toNanos() - System.nanoTime());
    } finally {
      two.heal();
    }
    var healed = System.nanoTime();
    var missed = events(token).getLong("newest");
    clients.forEach(client -> expectHeard(client, missed, left(healed, MAX_DELIVERY)));
    var received = System.nanoTime();
    until(left(healed, MAX_REJOIN), "together again", () -> others(0) == 1 && others(1) == 1);
    System.out.printf(
        "healed: missed events arrive after %d ms, the cluster is whole after %d ms%n",
        (received - healed) / 1_000_000, (System.nanoTime() - healed) / 1_000_000);
    rename(0, token, "together " + both);

    var newest = events(token).getLong("newest");
    for (var client : clients) {
      expectHeard(client, newest, Duration.ofSeconds(10));
      assertEquals(List.of(), client.unexpectedFrames());
      assertEquals(
          LongStream.rangeClosed(client.start().getLong("seq") + 1, newest)
              .boxed()
              .toList(),
          client.events().stream().map(event -> event.getLong("seq")).toList());
    }
  }

  private static void expectHeard(ResumingClient client, long newest, Duration limit) {
    until(limit, "received up to " + newest, () -> {
      var events = client.events();
      return !events.isEmpty() && events.get(events.size() - 1).getLong("seq") >= newest;
    });
  }

  private static Duration left(long since, Duration limit) {
    return limit.minusNanos(System.nanoTime() - since);
  }

  private ResumingClient client(int number, String token) {
    var node = SocketAddress.inetSocketAddress(8000, two.address(number));
    return new ResumingClient(two.vertx, List.of(() -> node), token);
  }

  private void rename(int number, String token, String name) {
    var user = two.ask(
        number,
        8000,
        "PATCH",
        "/users/me",
        Map.of("Authorization", "Bearer " + token, "Content-Type", "application/merge-patch+json"),
        new JsonObject().put("full_name", name).encode());
    assertEquals(name, user.getString("full_name"), user::encode);
  }

  private JsonObject events(String token) {
    return two.get(
        0, 8000, "/events?topic=users&limit=1", Map.of("Authorization", "Bearer " + token));
  }

  private int others(int number) {
    return two.otherNodes(number);
  }
}
