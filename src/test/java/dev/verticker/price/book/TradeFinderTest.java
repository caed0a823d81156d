package dev.verticker.price.book;

import static dev.verticker.price.book.FakeTrades.NOON;
import static dev.verticker.price.book.FakeTrades.trades;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.ExchangeException.RateLimitedException;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Found;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TradeFinderTest {
  private static final String BTC = "BTCUSDT";

  private final SteppedClock clock = new SteppedClock(NOON);
  private final FakeTrades exchange = new FakeTrades();
  private final RecentTrades recent = new RecentTrades(() -> clock.millis() * 1_000_000);
  private final TradeFinder finder = new TradeFinder(
      "simulated",
      recent,
      exchange,
      new MarketReads<>("trades-not-available", symbol -> !symbol.equals("UNLISTED"), clock));

  @Test
  void streamed_trades_are_returned_without_a_request() {
    recent.onUpdate(
        new Trades.Update("simulated", 1, List.of(new SymbolTrades(BTC, 0, trades(1, 50)))));
    assertEquals(
        new Found(BTC, "simulated", trades(41, 50)),
        finder.find(newest(BTC, 10)).result());
    assertEquals(List.of(), exchange.requests);
  }

  @Test
  void concurrent_requests_of_a_symbol_share_one_request_and_its_trades_for_two_seconds() {
    exchange.newest = 2000;
    exchange.paused = true;
    var first = finder.find(newest(BTC, 5));
    var second = finder.find(newest(BTC, 80));
    exchange.respond();
    assertEquals(trades(1996, 2000), first.result().trades());
    assertEquals(trades(1921, 2000), second.result().trades());
    assertEquals(trades(1901, 2000), finder.find(newest(BTC, 100)).result().trades());
    assertEquals(List.of(newest(BTC, 100)), exchange.requests);
    assertEquals(List.of(Priority.USER), exchange.priorities);

    assertEquals(1000, finder.find(newest(BTC, 1000)).result().trades().size());
    clock.step(Duration.ofSeconds(2));
    finder.find(newest(BTC, 5));
    assertEquals(List.of(newest(BTC, 100), newest(BTC, 1000), newest(BTC, 100)), exchange.requests);
  }

  @Test
  void trades_from_an_id_or_a_time_on_are_requested_if_they_are_not_in_memory() {
    exchange.newest = 100;
    recent.add(BTC, trades(50, 100), false);
    assertEquals(
        trades(60, 62),
        finder.find(new FindTrades(BTC, 60L, null, null, 3)).result().trades());
    assertEquals(List.of(), exchange.requests);

    var older = new FindTrades(BTC, 7L, null, null, 3);
    assertEquals(trades(7, 9), finder.find(older).result().trades());
    var since = new FindTrades(BTC, null, NOON, NOON.plusSeconds(1), 3);
    finder.find(since);
    assertEquals(List.of(older, since), exchange.requests);
  }

  @Test
  void held_trades_are_returned_at_any_age_and_others_are_not_requested() {
    exchange.newest = 100;
    recent.add(BTC, trades(50, 100), false);
    clock.step(Duration.ofHours(1));

    assertEquals(trades(98, 100), held(BTC, null, 3).result().trades());
    assertEquals(trades(50, 100), held(BTC, null, 1000).result().trades());
    assertEquals(trades(99, 100), held(BTC, 99L, 10).result().trades());
    for (var missing : List.of(held(BTC, 7L, 3), held(BTC, 101L, 3), held("ETHUSDT", null, 3))) {
      assertEquals("trades-not-available", failure(missing).code());
    }
    var since = new FindTrades(BTC, null, NOON, null, 3, true);
    assertInstanceOf(Failure.Unavailable.class, failure(finder.find(since)));
    assertInstanceOf(Failure.NotFound.class, failure(held("UNLISTED", null, 3)));
    assertEquals(List.of(), exchange.requests);
  }

  private Future<Found> held(String symbol, Long fromId, int limit) {
    return finder.find(new FindTrades(symbol, fromId, null, null, limit, true));
  }

  @Test
  void an_unknown_symbol_is_not_found() {
    var unlisted = failure(finder.find(newest("UNLISTED", 5)));
    assertInstanceOf(Failure.NotFound.class, unlisted);
    assertEquals("symbol-unknown", unlisted.code());
    assertEquals(List.of(), exchange.requests);

    var rejected = failure(finder.find(newest("NOSUCH", 5)));
    assertInstanceOf(Failure.NotFound.class, rejected);
    assertEquals("path/symbol", rejected.errors().get(0).pointer());
  }

  @Test
  void an_unavailable_exchange_is_reported_with_the_time_to_wait() {
    exchange.failure = new ExchangeUnavailableException("blocked");
    var unavailable = failure(finder.find(newest(BTC, 5)));
    assertInstanceOf(Failure.Unavailable.class, unavailable);
    assertEquals("trades-not-available", unavailable.code());
    assertEquals(Optional.of(Duration.ofSeconds(1)), unavailable.retryAfter());

    exchange.failure = new RateLimitedException(NOON.plusSeconds(40), "used up");
    assertEquals(
        Optional.of(Duration.ofSeconds(40)),
        failure(finder.find(newest(BTC, 5))).retryAfter());

    exchange.failure = null;
    assertTrue(finder.find(newest(BTC, 5)).succeeded());
  }

  @Test
  void at_most_a_hundred_different_requests_wait_and_three_run() {
    exchange.paused = true;
    var finds =
        IntStream.range(0, 104).mapToObj(i -> finder.find(newest("S" + i, 5))).toList();
    assertEquals(3, exchange.requests.size());
    assertTrue(finds.get(103).failed());
    assertFalse(finds.get(102).isComplete());
    assertFalse(finder.find(newest("S102", 5)).isComplete());
    exchange.respond();
    assertTrue(finds.subList(0, 103).stream().allMatch(Future::succeeded));
    assertEquals(103, exchange.requests.size());
  }

  private static FindTrades newest(String symbol, int limit) {
    return new FindTrades(symbol, null, null, null, limit);
  }

  private static Failure failure(Future<?> future) {
    return assertInstanceOf(Failure.class, future.cause());
  }
}
