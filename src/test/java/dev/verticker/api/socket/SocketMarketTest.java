package dev.verticker.api.socket;

import static dev.verticker.api.price.FakeMarket.book;
import static dev.verticker.api.price.FakeMarket.trade;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakeMarket;
import dev.verticker.bus.Failure;
import dev.verticker.message.Feed;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the topics of trades and order books. */
class SocketMarketTest extends SocketTestCase {
  private static final int MAX_FRAME_BYTES = 48 * 1024;

  /** A leader may publish in any test; later ones have higher epochs. */
  private static long epoch;

  private final FakeMarket market = door.market;

  @BeforeEach
  void forget() {
    market.requests.clear();
    epoch++;
  }

  @AfterEach
  void serveAgain() {
    market.failure = null;
  }

  @Test
  void the_newest_trades_are_followed_by_each_further_trade_once() {
    market.holdsTrades("TAPEUSDT", trade(7, "68000.10"), trade(8, "68000.20"));
    var socket = plain(door.person()).subscribe("trades.TAPEUSDT");
    assertFalse(socket.next("subscribed").containsKey("seq"));
    var snapshot = socket.next("trades");
    assertTrue(snapshot.getBoolean("snapshot"));
    assertEquals(List.of(7L, 8L), ids(snapshot));
    assertEquals(
        new JsonObject()
            .put("id", 8)
            .put("price", "68000.20")
            .put("quantity", "2.0")
            .put("side", "buy")
            .put("time", "2026-03-01T12:00:00.008000+00:00"),
        snapshot.getJsonArray("data").getJsonObject(1));

    market.publishTrades(epoch, "TAPEUSDT", trade(8, "68000.20"), trade(9, "68000.30"));
    market.publishTrades(epoch - 1, "TAPEUSDT", trade(10, "1"));

    var further = socket.next("trades");
    assertFalse(further.getBoolean("snapshot"));
    assertEquals(0, further.getInteger("missed"));
    assertEquals(List.of(9L), ids(further));
  }

  @Test
  void trades_before_an_update_that_did_not_arrive_are_read() {
    market.holdsTrades("FILLUSDT", trade(7, "1"));
    var socket = plain(door.person()).subscribe("trades.FILLUSDT");
    socket.next("trades");
    market.holdsTrades("FILLUSDT", trade(8, "1"), trade(9, "1"));
    market.requests.clear();

    market.publishTrades(epoch, "FILLUSDT", trade(10, "1"));

    var received = new ArrayList<Long>();
    while (!received.contains(10L)) {
      var frame = socket.next("trades");
      assertEquals(0, frame.getInteger("missed"));
      received.addAll(ids(frame));
    }
    assertEquals(List.of(8L, 9L, 10L), received);
    assertEquals(List.of(new FindTrades("FILLUSDT", 8L, null, null, 300)), market.requests);
  }

  @Test
  void a_frame_reports_the_trades_that_it_does_not_contain() {
    market.holdsTrades("GAPUSDT", trade(7, "1"));
    var socket = plain(door.person()).subscribe("trades.GAPUSDT");
    socket.next("trades");

    market.publishTrades(epoch, "GAPUSDT", trade(11, "1"));

    var frame = socket.next("trades");
    assertEquals(3, frame.getInteger("missed"));
    assertEquals(List.of(11L), ids(frame));
  }

  @Test
  void a_client_with_a_long_interval_receives_the_newest_300_trades_in_one_frame() {
    market.holdsTrades("BUSYUSDT", trade(1, "1"));
    var slow = plain(door.person()).send(subscribe("trades.BUSYUSDT", 500));
    var often = plain(door.person()).send(subscribe("trades.BUSYUSDT", 100));
    slow.next("trades");
    often.next("trades");
    market.publishTrades(epoch, "BUSYUSDT", trade(2, "1"));
    assertEquals(List.of(2L), ids(slow.next("trades")));

    // In one message: the interval of the client may end between two messages.
    market.publishTrades(
        epoch,
        "BUSYUSDT",
        LongStream.rangeClosed(3, 902)
            .mapToObj(id -> trade(id, "68000.12345678"))
            .toArray(Trade[]::new));

    var frame = slow.next("trades");
    assertEquals(LongStream.rangeClosed(603, 902).boxed().toList(), ids(frame));
    assertEquals(600, frame.getInteger("missed"));
    assertTrue(
        frame.encode().length() <= MAX_FRAME_BYTES, () -> "" + frame.encode().length());
    var received = 1L;
    while (received < 902) {
      var next = often.next("trades");
      received += next.getInteger("missed") + next.getJsonArray("data").size();
    }
    assertEquals(902, received);
  }

  @Test
  void trades_without_an_interval_are_sent_as_they_arrive_and_other_topics_need_one() {
    market.holdsTrades("FASTUSDT", trade(1, "1"));
    var socket = plain(door.person()).send(subscribe("trades.FASTUSDT", 0));
    socket.next("trades");
    for (var id = 2; id < 12; id++) {
      market.publishTrades(epoch, "FASTUSDT", trade(id, "1"));
    }
    for (var id = 2L; id < 12; id++) {
      assertEquals(List.of(id), ids(socket.next("trades")));
    }
    assertEquals("invalid-request", errorCode(socket.send(subscribe("book.FASTUSDT", 0))));
    assertEquals("invalid-request", errorCode(socket.send(subscribe("prices", 0))));
    assertEquals("invalid-request", errorCode(socket.send(subscribe("trades.FASTUSDT", 99))));
  }

  @Test
  void a_venue_that_restarts_its_ids_causes_a_new_snapshot() {
    market.holdsTrades("TESTUSDT", trade(7_000, "1"));
    var socket = plain(door.person()).subscribe("trades.TESTUSDT");
    socket.next("trades");
    var restarted = new Trade(
        1,
        trade(1, "2").price(),
        trade(1, "2").quantity(),
        trade(7_000, "1").time().plusSeconds(3600),
        false,
        1,
        1);

    market.publishTrades(epoch, "TESTUSDT", restarted);

    var snapshot = socket.next("trades");
    assertTrue(snapshot.getBoolean("snapshot"));
    assertEquals(List.of(1L), ids(snapshot));
  }

  @Test
  void each_frame_of_a_book_has_all_levels_and_its_age() {
    var now = door.clock.instant();
    market.holds(book("BOOKUSDT", 5, "99.10", "99.20", now));
    var socket = plain(door.person()).send(subscribe("book.BOOKUSDT", 100));
    socket.next("subscribed");
    var first = socket.next("book");
    assertEquals("[[\"99.10\",\"1.50\"]]", first.getJsonArray("bids").encode());
    assertEquals("[[\"99.20\",\"1.50\"]]", first.getJsonArray("asks").encode());
    assertEquals("simulated", first.getString("venue"));
    assertTrue(first.getInteger("age_ms") < 30_000, first::encode);
    assertFalse(first.getBoolean("stale"));

    market.publish(epoch, book("BOOKUSDT", 6, "99.11", "99.20", now.plusMillis(100)));
    market.publish(epoch, book("BOOKUSDT", 4, "1.00", "99.20", now.plusMillis(200)));
    market.publish(epoch, book("BOOKUSDT", 7, "99.12", "99.20", now.plusMillis(300)));

    assertEquals(6, socket.next("book").getInteger("update_id"));
    assertEquals(7, socket.next("book").getInteger("update_id"));
  }

  @Test
  void a_book_becomes_stale_when_the_feed_is_interrupted() {
    var symbol = "OLDUSDT";
    publish(Feed.State.POLLING);
    var socket = plain(door.person());
    socket.next("hello");
    // Stale after ten seconds.
    market.holds(book(symbol, 5, "1", "2", door.clock.instant().minusSeconds(6)));
    socket.send(subscribe("book." + symbol, 3_600_000));
    assertFalse(socket.next("book").getBoolean("stale"));

    var stale = socket.next("book");

    assertTrue(stale.getBoolean("stale"));
    assertEquals(5, stale.getInteger("update_id"));
    publish(Feed.State.LIVE);
    market.publish(epoch, book(symbol, 6, "1", "2", door.clock.instant()));
    assertFalse(socket.next("book").getBoolean("stale"));
  }

  @Test
  void the_leader_receives_the_symbols_of_the_subscribed_topics_while_they_are_used() {
    market.holdsTrades("DEMANDUSDT", trade(7, "1"));
    market.holds(book("币安人生USDT", 5, "1", "2", door.clock.instant()));
    var socket = plain(door.person()).subscribe("trades.DEMANDUSDT").subscribe("book.币安人生USDT");
    socket.next("book");
    socket.subscribe("trades.nope");
    assertEquals("symbol-unknown", errorCode(socket));

    Await.until("the demand", () -> {
      var newest = List.copyOf(market.demands);
      var demand = newest.get(newest.size() - 1);
      return demand.trades().contains("DEMANDUSDT") && demand.books().contains("币安人生USDT");
    });
    var published = market.demands.size();
    Await.until("the demand again", () -> market.demands.size() > published + 1);
    assertTrue(market.demands.stream().noneMatch(demand -> demand.trades().contains("nope")));
    assertEquals(1, market.demands.stream().map(Feed.Demand::node).distinct().count());
  }

  @Test
  void one_request_reads_the_state_of_a_topic_for_all_sockets() {
    market.holdsTrades("ONCEUSDT", trade(7, "1"));
    var sockets = new ArrayList<SocketClient>();
    for (var i = 0; i < 4; i++) {
      sockets.add(plain(door.person()).subscribe("trades.ONCEUSDT"));
    }
    sockets.forEach(socket -> socket.next("trades"));
    // One for each event loop, unless they were sent together.
    assertTrue(market.requests.size() <= 2, market.requests::toString);
  }

  @Test
  void an_unavailable_exchange_is_reported() {
    market.failure = new Failure.Unavailable("book-not-available", "Not in memory.");
    assertEquals("book-not-available", errorCode(plain(door.person()).subscribe("book.AWAYUSDT")));
    market.failure = new Failure.Unavailable("trades-not-available", "Not in memory.");
    assertEquals(
        "trades-not-available", errorCode(plain(door.person()).subscribe("trades.AWAYUSDT")));
  }

  @Test
  void odd_symbols_are_rejected() {
    var socket = plain(door.person());
    for (var symbol : List.of("", " ", "A B", "A\u0000", "x".repeat(65))) {
      assertEquals("topic-unknown", errorCode(socket.subscribe("trades." + symbol)), symbol);
    }
    assertEquals("symbol-unknown", errorCode(socket.subscribe("book.btcusdt")));
    assertEquals("symbol-unknown", errorCode(socket.subscribe("book.BTC%55SDT")));
    assertEquals("malformed-frame", errorCode(socket.subscribe("book." + "x".repeat(10_000))));
  }

  @Test
  void the_event_bus_bridge_delivers_trades_and_books() {
    market.holdsTrades("BRIDGEUSDT", trade(7, "1"));
    market.holds(book("BRIDGEUSDT", 5, "1", "2", door.clock.instant()));
    var socket = bridged(door.person(), "trades.BRIDGEUSDT");
    assertEquals(List.of(7L), ids(socket.next().getJsonObject("body")));
    socket.register("book.BRIDGEUSDT").next();
    assertEquals(5, socket.next().getJsonObject("body").getInteger("update_id"));
  }

  static JsonObject subscribe(String topic, int everyMs) {
    return new JsonObject().put("op", "subscribe").put("topic", topic).put("every_ms", everyMs);
  }

  private static void publish(Feed.State state) {
    door.bus.publish(
        Feed.STATUS,
        new Feed.Status("simulated", nextEpoch(), "node", state, Instant.now(), null, 1));
  }

  private static List<Long> ids(JsonObject frame) {
    return frame.getJsonArray("data").stream()
        .map(trade -> ((JsonObject) trade).getLong("id"))
        .toList();
  }
}
