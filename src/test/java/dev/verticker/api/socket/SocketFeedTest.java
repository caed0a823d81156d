package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.message.Feed;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the topic of the market data feed and its state over HTTP. */
class SocketFeedTest extends SocketTestCase {
  private static final Instant EIGHT = Instant.parse("2026-03-01T08:00:00Z");
  private static final Instant NINE = Instant.parse("2026-03-01T09:00:00Z");

  @Test
  void a_client_receives_the_state_of_the_feed_its_changes_and_its_gaps() {
    var person = door.person();
    var socket = plain(person).subscribe("feed");
    socket.next("subscribed");
    assertEquals("feed", socket.next("feed").getString("topic"));

    var epoch = nextEpoch();
    publish(epoch, Feed.State.LIVE, EIGHT);
    var live = socket.next(frame -> "live".equals(frame.getString("state"))).copy();
    assertEquals("replayed", live.getString("venue"));
    assertEquals("2026-03-01T08:00:00.000000+00:00", live.getString("since"));
    assertEquals("2026-03-01T09:00:00.000000+00:00", live.getString("market_time"));
    assertEquals(60.0, live.getDouble("speed"));
    live.remove("event");
    live.remove("topic");
    // The feed is down four seconds after its last status.
    var read = expect(200, door.get(person, "/feed")).object();
    assertEquals(live.getString("since"), read.getString("since"));
    assertEquals(live.fieldNames(), read.fieldNames());

    door.bus.publish(
        Feed.GAP,
        new Feed.Gap(
            "replayed", Feed.Kind.TRADES, List.of("BTCUSDT"), EIGHT, EIGHT.plusSeconds(2), true));
    var gap = socket.next("feed_gap");
    assertEquals("trades", gap.getString("kind"));
    assertEquals(List.of("BTCUSDT"), gap.getJsonArray("symbols").getList());
    assertTrue(gap.getBoolean("filled"));

    publish(epoch, Feed.State.STALE, EIGHT.plusSeconds(9));
    socket.next(frame -> "stale".equals(frame.getString("state")));
  }

  @Test
  void clients_receive_all_prices_again_when_another_node_leads_the_feed() {
    var feed = plain(door.person()).subscribe("feed");
    feed.next("feed");
    publish(nextEpoch(), Feed.State.LIVE, EIGHT);
    feed.next(frame -> "live".equals(frame.getString("state")));
    var quote = FakePrices.quote(1, "BTCUSDT", "68000.12", Instant.now());
    door.prices.tick(quote);
    var socket = plain(door.person()).subscribe("prices.BTCUSDT");
    assertTrue(socket.next("prices").getBoolean("snapshot"));

    publish(nextEpoch(), Feed.State.LIVE, NINE);

    socket.next(frame -> Boolean.TRUE.equals(frame.getBoolean("snapshot")));
    feed.next(frame -> "2026-03-01T09:00:00.000000+00:00".equals(frame.getString("since")));
  }

  private static void publish(long epoch, Feed.State state, Instant since) {
    door.bus.publish(
        Feed.STATUS, new Feed.Status("replayed", epoch, "node-1", state, since, NINE, 60));
  }
}
