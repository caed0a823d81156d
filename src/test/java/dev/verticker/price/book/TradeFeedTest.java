package dev.verticker.price.book;

import static dev.verticker.price.book.FakeTrades.NOON;
import static dev.verticker.price.book.FakeTrades.trade;
import static dev.verticker.price.book.FakeTrades.trades;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TradeFeedTest {
  private static final String BTC = "BTCUSDT";

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);
  private final FakeTrades exchange = new FakeTrades();
  private final List<Trades.Update> updates = new CopyOnWriteArrayList<>();
  private final TradeFeed feed =
      new TradeFeed(vertx, bus, "simulated", () -> 42, exchange, metrics);

  @BeforeEach
  void start() {
    await(bus.subscribe(Trades.UPDATES, updates::add));
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void trades_of_all_symbols_are_published_together_once_and_in_the_order_of_their_ids() {
    run(() -> {
      receive(BTC, 7, 8, 8, 7, 9);
      receive("币安人生USDT", 1);
    });
    until("the trades are published", () -> !updates.isEmpty());
    assertEquals(
        List.of(new Trades.Update(
            "simulated",
            42,
            List.of(
                new SymbolTrades(BTC, 0, trades(7, 9)),
                new SymbolTrades("币安人生USDT", 0, trades(1, 1))))),
        updates);
    assertEquals(List.of(), exchange.requests);
  }

  @Test
  void a_gap_is_filled_before_the_trades_after_it_are_published() {
    exchange.newest = 1500;
    exchange.paused = true;
    run(() -> receive(BTC, 10));
    run(() -> receive(BTC, 1400, 1401));
    run(() -> receive("ETHUSDT", 5));
    until(
        "the trade of the other symbol is published", () -> published("ETHUSDT").size() == 1);
    assertEquals(trades(10, 10), published(BTC));

    run(exchange::respond);
    until("the gap is filled", () -> published(BTC).size() == 1491);

    assertEquals(trades(10, 1500), published(BTC));
    assertEquals(List.of(request(11), request(1011)), exchange.requests);
    assertEquals(List.of(Priority.GAPS, Priority.GAPS), exchange.priorities);
    assertEquals(0, missed());
    assertTrue(updates.stream().allMatch(update -> size(update) <= 1000));
  }

  @Test
  void of_a_long_gap_the_newest_five_thousand_trades_are_requested_and_the_others_are_missed() {
    exchange.newest = 20_000;
    run(() -> receive(BTC, 1000));
    run(() -> receive(BTC, 20_000));
    until("the gap is filled", () -> published(BTC).size() == 5002);

    assertEquals(5, exchange.requests.size());
    assertEquals(request(15_000), exchange.requests.get(0));
    assertEquals(trades(15_000, 20_000), published(BTC).subList(1, 5002));
    assertEquals(13_999, missed());
    var parts = updates.stream().flatMap(update -> update.symbols().stream()).toList();
    assertEquals(13_999, parts.get(1).missed());
    assertEquals(15_000, parts.get(1).trades().get(0).id());
    assertEquals(13_999, parts.stream().mapToLong(SymbolTrades::missed).sum());
  }

  @Test
  void trades_that_the_exchange_does_not_return_are_missed() {
    exchange.failure = new ExchangeUnavailableException("blocked");
    run(() -> receive(BTC, 10));
    run(() -> receive(BTC, 15, 16));
    until("the later trades are published", () -> published(BTC).size() == 3);
    assertEquals(4, missed());
    assertEquals(1, exchange.requests.size());
  }

  @Test
  void after_an_interruption_missed_trades_are_published_without_waiting_for_the_next_one() {
    exchange.newest = 12;
    run(() -> receive(BTC, 10));
    assertTrue(fillGap(BTC, "NEVERUSDT"));
    until("the missed trades are published", () -> published(BTC).size() == 3);
    assertEquals(List.of(request(11)), exchange.requests);
    assertTrue(fillGap(BTC));
    assertEquals(3, published(BTC).size());
  }

  @Test
  void a_gap_is_not_filled_if_a_request_fails_and_is_requested_again_at_the_next_trade() {
    exchange.newest = 14;
    exchange.failure = new ExchangeUnavailableException("blocked");
    run(() -> receive(BTC, 10));
    assertFalse(fillGap(BTC));
    exchange.failure = null;
    run(() -> receive(BTC, 14));
    until("the gap is filled", () -> published(BTC).equals(trades(10, 14)));
    assertEquals(0, missed());
  }

  @Test
  void too_many_trades_do_not_wait_for_a_slow_exchange() {
    exchange.paused = true;
    run(() -> receive(BTC, 10));
    run(() -> LongStream.range(0, 10_000).forEach(i -> receive(BTC, 20 + i)));
    until("the later trades are published", () -> published(BTC).size() == 10_001);
    assertEquals(9, missed());
    exchange.newest = 10_019;
    run(exchange::respond);
    run(() -> receive(BTC, 10_020));
    until("the next trade is published", () -> published(BTC).size() == 10_002);
    assertEquals(9, missed());
  }

  @Test
  void a_new_leadership_starts_without_a_gap() {
    run(() -> receive(BTC, 10));
    until("the trade is published", () -> updates.size() == 1);
    run(feed::onResigned);
    run(() -> feed.onElected(43));
    run(() -> receive(BTC, 500));
    until("the trade is published", () -> updates.size() == 2);
    assertEquals(List.of(), exchange.requests);
    assertEquals(0, missed());
  }

  @Test
  void a_resigned_node_publishes_nothing_more() {
    exchange.paused = true;
    run(() -> receive(BTC, 10));
    until("the trade is published", () -> updates.size() == 1);
    run(() -> {
      receive(BTC, 500);
      feed.onResigned();
      exchange.newest = 500;
      exchange.respond();
    });
    await(vertx.timer(100).mapEmpty());
    assertEquals(1, updates.size());
  }

  @Test
  void a_symbol_that_is_streamed_again_starts_without_a_gap() {
    run(() -> receive(BTC, 10));
    run(() -> feed.onUnsubscribed(
        Set.of(new Stream(BTC, Kind.AGGREGATE_TRADE), new Stream("ETHUSDT", Kind.DEPTH))));
    run(() -> receive(BTC, 500));
    until("both trades are published", () -> published(BTC).size() == 2);
    assertEquals(List.of(), exchange.requests);
  }

  @Test
  void ids_that_the_exchange_restarted_are_no_repetition() {
    run(() -> receive(BTC, 5000));
    run(() -> feed.onTrade(BTC, trade(1, NOON.plusSeconds(60))));
    until("both trades are published", () -> published(BTC).size() == 2);
  }

  private void receive(String symbol, long... ids) {
    for (var id : ids) {
      feed.onTrade(symbol, trade(id));
    }
  }

  private boolean fillGap(String... symbols) {
    return await(context, () -> feed.fillGap(List.of(symbols)));
  }

  private List<Trade> published(String symbol) {
    return updates.stream()
        .flatMap(update -> update.symbols().stream())
        .filter(each -> each.symbol().equals(symbol))
        .flatMap(each -> each.trades().stream())
        .toList();
  }

  private static FindTrades request(long fromId) {
    return new FindTrades(BTC, fromId, null, null, 1000);
  }

  private static int size(Trades.Update update) {
    return update.symbols().stream().mapToInt(each -> each.trades().size()).sum();
  }

  private double missed() {
    return metrics.get("price_trades_missed_total").counter().count();
  }

  private void run(Runnable work) {
    await(context, () -> {
      work.run();
      return Future.succeededFuture();
    });
  }
}
