package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.RecordedMarket;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order book agrees with trades, tickers and itself over REST and on the streams. */
@ExtendWith(VertxExtension.class)
class SimulatedBookTest {
  private static final SimulatorOptions WALK =
      SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHBTC", "XRPUSDT");

  @Test
  void the_best_levels_are_those_of_both_tickers_at_any_time() {
    for (var options :
        List.of(WALK, SimulatorOptions.defaults().withKlines(RecordedMarket.klines()))) {
      try (var fixture = new SimulatorFixture(options)) {
        var random = new SplittableRandom(7);
        for (int step = 0; step < 60; step++) {
          fixture.advance(Duration.ofMillis(random.nextInt(30_000)));
          for (var symbol : List.of("BTCUSDT", "ETHBTC", "XRPUSDT")) {
            var book = fixture.get("depth?limit=1&symbol=" + symbol).object();
            var best = fixture.get("ticker/bookTicker?symbol=" + symbol).object();
            var day = fixture.get("ticker/24hr?symbol=" + symbol).object();
            assertEquals(bidAndAsk(best), bidAndAsk(day));
            assertEquals(
                bidAndAsk(best),
                List.of(
                    book.getJsonArray("bids").getJsonArray(0).getString(0),
                    book.getJsonArray("bids").getJsonArray(0).getString(1),
                    book.getJsonArray("asks").getJsonArray(0).getString(0),
                    book.getJsonArray("asks").getJsonArray(0).getString(1)));
          }
        }
      }
    }
  }

  @Test
  void a_trade_is_at_the_bid_or_the_ask_just_before_it_and_takes_its_quantity_away() {
    for (var options :
        List.of(WALK, SimulatorOptions.defaults().withKlines(RecordedMarket.klines()))) {
      try (var fixture = new SimulatorFixture(options)) {
        for (var symbol : List.of("BTCUSDT", "ETHBTC", "XRPUSDT")) {
          // From the generated history into the recording.
          var start = SteppedTime.START.minus(Duration.ofDays(1)).minusSeconds(180);
          var market = fixture.market().of(symbol);
          var lastId = 0L;
          for (var trade : fixture.market().trades(symbol, start, start.plusSeconds(600))) {
            var before = market.book(trade.time().minusMillis(1));
            var after = market.book(trade.time());
            var isSold = trade.price().equals(before.bidPrice());
            assertTrue(isSold || trade.price().equals(before.askPrice()), trade::toString);
            assertEquals(trade.buyerIsMaker(), isSold);
            assertEquals(before.updateId() + 1, after.updateId());
            assertEquals(
                trade.quantity(),
                before
                    .bidAmount()
                    .add(before.askAmount())
                    .subtract(after.bidAmount())
                    .subtract(after.askAmount()));
            assertTrue(before.updateId() > lastId);
            lastId = after.updateId();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"BTCUSDT", "ETHBTC", "XRPUSDT"})
  void a_book_is_sorted_has_positive_quantities_and_is_not_crossed(String symbol) {
    try (var fixture = new SimulatorFixture(WALK)) {
      fixture.advance(Duration.ofMinutes(3));
      var book = fixture.get("depth?limit=5000&symbol=" + symbol).object();
      var bids = prices(book.getJsonArray("bids"));
      var asks = prices(book.getJsonArray("asks"));
      assertEquals(
          bids.stream().distinct().sorted((one, other) -> other.compareTo(one)).toList(), bids);
      assertEquals(asks.stream().distinct().sorted().toList(), asks);
      assertEquals(5000, bids.size());
      assertEquals(5000, asks.size());
      assertTrue(bids.get(0).compareTo(asks.get(0)) < 0);
      assertTrue(bids.get(4999).signum() > 0);
      for (var side : List.of("bids", "asks")) {
        for (var level : book.getJsonArray(side)) {
          assertTrue(amount((JsonArray) level, 1).signum() > 0);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', 100, 5",
    "1, 1, 5",
    "100, 100, 5",
    "101, 101, 25",
    "500, 500, 25",
    "1000, 1000, 50",
    "1001, 1001, 250",
    "5000, 5000, 250",
    "1000000000, 5000, 250"
  })
  void the_limit_determines_the_levels_and_the_weight(String limit, int levels, String weight) {
    try (var fixture = new SimulatorFixture(WALK)) {
      var answer = fixture.get("depth?symbol=BTCUSDT" + (limit.isEmpty() ? "" : "&limit=" + limit));
      assertEquals(levels, answer.object().getJsonArray("bids").size());
      assertEquals(levels, answer.object().getJsonArray("asks").size());
      assertEquals(weight, answer.header("X-MBX-USED-WEIGHT-1M"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "symbol=BTCUSDT&limit=0, -1130",
    "symbol=BTCUSDT&limit=-1, -1100",
    "symbol=BTCUSDT&limit=ten, -1100",
    "symbol=BOGUS, -1121",
    "symbol=btcusdt, -1100",
    "limit=5, -1102",
    "symbol=BTCUSDT&symbolStatus=HALT, -1220"
  })
  void an_invalid_request_of_a_book_is_rejected(String query, int code) {
    try (var fixture = new SimulatorFixture(WALK)) {
      var answer = fixture.get("depth?" + query);
      assertEquals(400, answer.status());
      assertEquals(code, answer.object().getInteger("code"));
    }
  }

  @Test
  void changes_applied_to_a_snapshot_give_the_later_snapshot() {
    for (var options :
        List.of(WALK, SimulatorOptions.defaults().withKlines(RecordedMarket.klines()))) {
      try (var fixture = new SimulatorFixture(options)) {
        var client = fixture.stream("/ws");
        client.subscribe("btcusdt@depth@100ms");
        // The first trade of a minute is in its first millisecond.
        fixture.advance(Duration.ofMinutes(1));
        client.awaitEvent("depthUpdate", fixture.market().now());
        var book = new LocalBook(fixture.get("depth?symbol=BTCUSDT&limit=5000").object());
        for (int minute = 0; minute < 5; minute++) {
          fixture.advance(Duration.ofMinutes(1));
          client.awaitEvent("depthUpdate", fixture.market().now());
        }
        client.events("depthUpdate").forEach(book::apply);
        var snapshot = fixture.get("depth?symbol=BTCUSDT&limit=5000").object();
        assertEquals(new LocalBook(snapshot).sides(), book.sides());
        assertEquals(snapshot.getLong("lastUpdateId"), book.updateId());
      }
    }
  }

  @Test
  void best_prices_levels_changes_and_trades_on_a_stream_agree(Vertx vertx) {
    var simulator = await(ExchangeSimulator.start(vertx, WALK.withSpeed(20)));
    var client = await(
        StreamClient.connect(
            vertx.createWebSocketClient(),
            simulator.port(),
            "/stream?streams=btcusdt@bookTicker/btcusdt@aggTrade/btcusdt@depth20@100ms/btcusdt@depth@100ms"));
    until(
        Duration.ofMinutes(1),
        "40 changes of the book",
        () -> client.events("depthUpdate").size() >= 40);
    await(simulator.close());

    var bestId = 0L;
    var partialId = 0L;
    var changesId = 0L;
    JsonObject best = null;
    for (var text : client.received()) {
      var event = new JsonObject(text).getJsonObject("data");
      switch (new JsonObject(text).getString("stream")) {
        case "btcusdt@bookTicker" -> {
          assertTrue(event.getLong("u") > bestId);
          bestId = event.getLong("u");
          best = event;
        }
        case "btcusdt@aggTrade" -> {
          assertEquals(
              best.getString(event.getBoolean("m") ? "b" : "a"), event.getString("p"), text);
        }
        case "btcusdt@depth20@100ms" -> {
          assertTrue(event.getLong("lastUpdateId") > partialId);
          partialId = event.getLong("lastUpdateId");
          assertEquals(20, event.getJsonArray("bids").size());
          assertEquals(20, event.getJsonArray("asks").size());
          assertEquals(bestId, partialId);
          assertEquals(
              List.of(
                  best.getString("b"),
                  best.getString("B"),
                  best.getString("a"),
                  best.getString("A")),
              List.of(
                  event.getJsonArray("bids").getJsonArray(0).getString(0),
                  event.getJsonArray("bids").getJsonArray(0).getString(1),
                  event.getJsonArray("asks").getJsonArray(0).getString(0),
                  event.getJsonArray("asks").getJsonArray(0).getString(1)));
        }
        default -> {
          assertTrue(changesId == 0 || event.getLong("U") == changesId + 1, text);
          assertTrue(event.getLong("u") >= event.getLong("U"));
          changesId = event.getLong("u");
        }
      }
    }
    assertTrue(partialId > 0 && changesId > 0);
  }

  @ParameterizedTest
  @CsvSource({
    "btcusdt@depth5, 5",
    "btcusdt@depth10, 10",
    "btcusdt@depth20, 20",
    "btcusdt@depth20@1000ms, 20",
    "btcusdt@depth5@100ms, 5",
    "btcusdt@depth10@100ms, 10",
    "btcusdt@depth20@100ms, 20"
  })
  void a_new_subscriber_receives_the_best_levels_that_rest_returns(String stream, int levels) {
    try (var fixture = new SimulatorFixture(WALK)) {
      for (int subscriber = 0; subscriber < 2; subscriber++) {
        var client = fixture.stream("/ws/" + stream);
        client.awaitReceived("the book", text -> true);
        assertEquals(
            fixture.get("depth?symbol=BTCUSDT&limit=" + levels).body(),
            client.received().get(0));
      }
    }
  }

  @Test
  void levels_are_sent_once_in_an_interval_and_only_after_a_change() {
    try (var fixture = new SimulatorFixture(WALK)) {
      var slow = fixture.stream("/ws/btcusdt@depth5");
      var fast = fixture.stream("/ws/btcusdt@depth5@100ms");
      until("both books", () -> slow.received().size() == 1 && fast.received().size() == 1);
      var market = fixture.market();
      var trades = market.trades("BTCUSDT", market.now(), market.now().plusSeconds(60));
      var second = trades.stream()
          .filter(trade -> trade.time().isAfter(market.now()))
          .findFirst()
          .orElseThrow();
      fixture.advanceTo(second.time());
      until("the book after the trade", () -> fast.received().size() == 2);
      assertEquals(
          fixture.get("depth?symbol=BTCUSDT&limit=5").body(), fast.received().get(1));
      fixture.advanceTo(SteppedTime.START.plusSeconds(60));
      until("the book of the next minute", () -> slow.received().size() >= 2);
      until("the book of the next minute", () -> fast.received().size() == 3);
      assertTrue(slow.received().size() <= 3);
    }
  }

  @Test
  void a_gap_of_the_recording_keeps_the_book() {
    var options = SimulatorOptions.defaults().withKlines(RecordedMarket.inside("klines-outage"));
    try (var fixture = new SimulatorFixture(options)) {
      fixture.advance(Duration.ofHours(12));
      var before = fixture.get("depth?symbol=BTCUSDT&limit=20").body();
      fixture.advance(Duration.ofMinutes(30));
      assertEquals(before, fixture.get("depth?symbol=BTCUSDT&limit=20").body());
    }
  }

  private static List<String> bidAndAsk(JsonObject ticker) {
    return List.of(
        ticker.getString("bidPrice"),
        ticker.getString("bidQty"),
        ticker.getString("askPrice"),
        ticker.getString("askQty"));
  }

  private static List<BigDecimal> prices(JsonArray side) {
    return side.stream().map(level -> amount((JsonArray) level, 0)).toList();
  }

  private static BigDecimal amount(JsonArray level, int column) {
    return new BigDecimal(level.getString(column));
  }

  /** Follows the documented procedure for a local order book. */
  private static final class LocalBook {
    private final Map<String, Map<BigDecimal, BigDecimal>> sides =
        Map.of("b", new TreeMap<>(), "a", new TreeMap<>());
    private long updateId;

    LocalBook(JsonObject snapshot) {
      set("b", snapshot.getJsonArray("bids"));
      set("a", snapshot.getJsonArray("asks"));
      updateId = snapshot.getLong("lastUpdateId");
    }

    void apply(JsonObject event) {
      if (event.getLong("u") <= updateId) {
        return;
      }
      assertTrue(event.getLong("U") <= updateId + 1, "missed changes before " + event);
      set("b", event.getJsonArray("b"));
      set("a", event.getJsonArray("a"));
      updateId = event.getLong("u");
    }

    long updateId() {
      return updateId;
    }

    List<List<String>> sides() {
      var all = new ArrayList<List<String>>();
      sides.forEach((side, levels) -> levels.forEach((price, quantity) ->
          all.add(List.of(side, price.toPlainString(), quantity.toPlainString()))));
      return all.stream()
          .sorted((one, other) -> one.toString().compareTo(other.toString()))
          .toList();
    }

    private void set(String side, JsonArray levels) {
      for (var level : levels) {
        var price = amount((JsonArray) level, 0);
        var quantity = amount((JsonArray) level, 1);
        if (quantity.signum() == 0) {
          sides.get(side).remove(price);
        } else {
          sides.get(side).put(price, quantity);
        }
      }
    }
  }
}
