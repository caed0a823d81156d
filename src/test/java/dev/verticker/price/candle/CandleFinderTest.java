package dev.verticker.price.candle;

import static dev.verticker.price.candle.FakeExchange.after;
import static dev.verticker.price.candle.FakeExchange.forming;
import static dev.verticker.price.candle.FakeExchange.kline;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.message.CandleRollUp;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Found;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Candles.SymbolCandle;
import dev.verticker.message.Candles.Update;
import dev.verticker.message.Interval;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CandleFinderTest extends CandleTestCase {
  /** 35 hours before now, so that series of days, hours, quarters and minutes all contribute. */
  private static final Instant FIRST = Instant.parse("2026-11-17T00:00:00Z");

  private static final Instant NOW = Instant.parse("2026-11-18T11:07:00Z");

  private final CandleFinder finder = new CandleFinder(
      repository,
      live,
      time,
      new ExchangeCandles(exchange, time),
      new CandleFinder.Symbols(VENUE, Set.of(SYMBOL), symbol -> !symbol.equals("UNLISTED")),
      clock);

  @Test
  void every_interval_is_assembled_from_stored_series_and_live_minutes_without_a_request() {
    store();
    for (var interval : Interval.values()) {
      if (interval == Interval.THREE_DAYS
          || interval == Interval.ONE_WEEK
          || interval == Interval.ONE_MONTH) {
        continue;
      }
      var from = interval.openTime(
          NOW.minus(Duration.ofHours(interval.compareTo(Interval.ONE_HOUR) < 0 ? 1 : 30)));
      var start = from.isBefore(FIRST) ? FIRST : from;
      var series = find(interval, start, null, 1000);
      assertEquals(expected(interval, start), series.candles(), interval.wireName());
      assertEquals(
          series.candles().get(series.candles().size() - 1),
          CandleRollUp.merge(parts(series), interval.openTime(NOW), false));
    }
    assertEquals(List.of(), exchange.requests);
  }

  @Test
  void the_newest_candles_before_a_time_and_pages_from_a_time_are_limited() {
    store();
    var newest = find(Interval.FIFTEEN_MINUTES, null, after(FIRST, 60), 2);
    assertEquals(
        List.of(after(FIRST, 30), after(FIRST, 45)),
        newest.candles().stream().map(Candle::openTime).toList());
    assertNull(newest.next());
    var page = find(Interval.FIFTEEN_MINUTES, after(FIRST, 1), null, 2);
    assertEquals(
        List.of(after(FIRST, 15), after(FIRST, 30)),
        page.candles().stream().map(Candle::openTime).toList());
    assertEquals(after(FIRST, 45), page.next());
    assertNull(
        find(Interval.FIFTEEN_MINUTES, after(FIRST, 15), after(FIRST, 16), 9).next());
    assertEquals(
        List.of(), find(Interval.ONE_HOUR, NOW.plusSeconds(86_400), null, 5).candles());
  }

  @Test
  void missing_minutes_are_read_from_the_exchange_by_one_request_for_all_readers() {
    store();
    rows.execute("DELETE FROM market.candles WHERE open_time = '2026-11-18T10:30:00Z'");
    var from = after(NOW, -60);

    var readers = List.of(
        ask(Interval.ONE_MINUTE, from, null, 100), ask(Interval.ONE_MINUTE, from, null, 100));

    for (var reader : readers) {
      var series = await(reader);
      assertEquals(expected(Interval.ONE_MINUTE, from), series.candles());
    }
    assertEquals(List.of(SYMBOL + " 1m user"), exchange.requests);
  }

  @Test
  void the_last_candle_of_a_past_range_that_the_exchange_returns_is_final() {
    store();
    rows.execute("DELETE FROM market.candles WHERE open_time = '2026-11-18T10:30:00Z'");
    var from = Instant.parse("2026-11-18T10:30:00Z");

    var minutes = find(Interval.ONE_MINUTE, from, from.plusSeconds(60), 9).candles();

    assertEquals(List.of(State.FINAL), minutes.stream().map(Candle::state).toList());
  }

  @Test
  void an_absent_candle_has_no_figures_and_is_left_out_of_a_roll_up() {
    var missing = Instant.parse("2026-11-18T10:31:00Z");
    store();
    exchange.remove(SYMBOL, missing);
    rows.execute("DELETE FROM market.candles WHERE open_time = '2026-11-18T10:31:00Z'");
    await(repository.replace(List.of(StoredCandle.absent(SYMBOL, BaseSeries.MINUTES, missing))));

    var minutes = find(Interval.ONE_MINUTE, missing.minusSeconds(60), missing.plusSeconds(120), 9);
    assertEquals(
        List.of(State.FINAL, State.ABSENT, State.FINAL),
        minutes.candles().stream().map(Candle::state).toList());
    var rolledUp =
        find(Interval.THREE_MINUTES, missing.minusSeconds(60), missing.plusSeconds(60), 9);
    assertEquals(State.FINAL, rolledUp.candles().get(0).state());
    assertEquals(
        exchange
            .rollUp(SYMBOL, Interval.THREE_MINUTES)
            .get(missing.minusSeconds(60))
            .volume(),
        rolledUp.candles().get(0).volume());
    assertEquals(List.of(), exchange.requests);
  }

  @Test
  void a_minute_that_the_leader_missed_a_moment_ago_is_pending() {
    store();
    publish(candle(NOW.plusSeconds(120), State.FORMING));
    var series = find(Interval.ONE_MINUTE, NOW, null, 10);
    assertEquals(
        List.of(State.PENDING, State.PENDING, State.FORMING),
        series.candles().stream().map(Candle::state).toList());
    assertTrue(series.candles().get(0).isKnown());
    var hour = find(Interval.ONE_HOUR, null, null, 1).candles().get(0);
    assertEquals(State.FORMING, hour.state());
    assertEquals(List.of(), exchange.requests);
  }

  @Test
  void stored_candles_are_returned_while_the_exchange_is_unavailable() {
    store();
    exchange.failure = new ExchangeException.ExchangeUnavailableException("down");
    rows.execute("DELETE FROM market.candles WHERE open_time = '2026-11-18T10:30:00Z'");
    var series = find(
        Interval.ONE_MINUTE,
        Instant.parse("2026-11-18T10:29:00Z"),
        Instant.parse("2026-11-18T10:32:00Z"),
        9);
    assertEquals(
        List.of(State.FINAL, State.PENDING, State.FINAL),
        series.candles().stream().map(Candle::state).toList());
    assertEquals(
        Candle.unknown(Instant.parse("2026-11-18T10:30:00Z"), State.PENDING),
        series.candles().get(1));
    var failure = assertInstanceOf(
        Failure.Unavailable.class,
        failureOf(ask(
            Interval.ONE_MINUTE,
            Instant.parse("2026-11-01T00:00:00Z"),
            Instant.parse("2026-11-01T00:10:00Z"),
            9)));
    assertEquals("candles-not-available", failure.code());
  }

  @Test
  void candles_are_read_from_the_exchange_while_nothing_is_stored() {
    exchange.with(SYMBOL, FIRST, NOW);
    var series = find(Interval.FIVE_MINUTES, null, null, 3);
    var newest = Interval.FIVE_MINUTES.openTime(NOW.minusSeconds(60));
    assertEquals(
        List.of(after(newest, -10), after(newest, -5), newest),
        series.candles().stream().map(Candle::openTime).toList());
    assertEquals(State.FORMING, series.candles().get(2).state());
    assertNull(series.live());
  }

  @Test
  void candles_of_other_symbols_and_of_three_days_are_read_from_the_exchange_and_not_stored() {
    exchange.with("DOGEUSDT", FIRST, NOW);
    store();
    var minutes = await(
        context,
        () -> finder.find(
            new FindCandles(List.of("DOGEUSDT", SYMBOL), Interval.ONE_MINUTE, null, null, 2)));
    assertEquals(
        List.of("DOGEUSDT", SYMBOL),
        minutes.series().stream().map(Series::symbol).toList());
    assertEquals(2, minutes.series().get(0).candles().size());
    find(Interval.THREE_DAYS, null, null, 2);
    assertEquals(List.of("DOGEUSDT 1m user", SYMBOL + " 3d user"), exchange.requests);
    assertEquals(0, rows.number("SELECT count(*) FROM market.candles WHERE symbol = 'DOGEUSDT'"));
  }

  @Test
  void held_candles_are_returned_without_a_request_to_the_exchange() {
    exchange.with("DOGEUSDT", FIRST, NOW);
    store();
    var old = Instant.parse("2026-11-01T00:00:00Z");

    var stored = held(SYMBOL, Interval.ONE_MINUTE, null, 2);
    assertEquals(2, stored.result().series().get(0).candles().size());
    var partly = held(SYMBOL, Interval.ONE_HOUR, null, 1000);
    assertEquals(FIRST, partly.result().series().get(0).candles().get(0).openTime());

    for (var missing : List.of(
        held(SYMBOL, Interval.ONE_MINUTE, old, 9),
        held(SYMBOL, Interval.THREE_DAYS, null, 2),
        held("DOGEUSDT", Interval.ONE_MINUTE, null, 2))) {
      var failure = assertInstanceOf(Failure.Unavailable.class, missing.cause());
      assertEquals("candles-not-available", failure.code());
      assertFalse(failure.detail().contains("unavailable"), failure.detail());
    }
    assertEquals(List.of(), exchange.requests);
  }

  private Future<Found> held(String symbol, Interval interval, Instant to, int limit) {
    var find = new FindCandles(List.of(symbol), interval, null, to, limit, true);
    var found = Await.run(context, () -> finder.find(find));
    until("the candles are found", found::isComplete);
    return found;
  }

  @Test
  void an_unlisted_symbol_is_unknown() {
    for (var symbol : List.of("UNLISTED", "NEVER")) {
      var failure = assertInstanceOf(
          Failure.NotFound.class,
          failureOf(Await.run(
              context,
              () -> finder.find(
                  new FindCandles(List.of(symbol), Interval.ONE_MINUTE, null, null, 2)))));
      assertEquals("symbol-unknown", failure.code());
    }
  }

  /** Stores complete series as the leader does, and publishes the current minute. */
  private void store() {
    exchange.with(SYMBOL, FIRST, NOW.plusSeconds(60));
    var candles = new ArrayList<StoredCandle>();
    for (var series : BaseSeries.values()) {
      for (var kline : exchange.rollUp(SYMBOL, series.interval()).values()) {
        if (!series.interval().next(kline.openTime()).isAfter(NOW)) {
          candles.add(StoredCandle.of(kline, series, State.FINAL, true));
        }
      }
    }
    await(repository.insert(candles));
    publish(StoredCandle.candle(forming(exchange.minute(SYMBOL, NOW), 5), State.FORMING));
  }

  private void publish(Candle candle) {
    await(context, () -> {
      live.onUpdate(
          new Update(VENUE, 1, List.of(new SymbolCandle(SYMBOL, Interval.ONE_MINUTE, candle))));
      return Future.succeededFuture();
    });
  }

  private static Candle candle(Instant openTime, State state) {
    return StoredCandle.candle(kline(SYMBOL, openTime, 4), state);
  }

  private Series find(Interval interval, Instant from, Instant to, int limit) {
    return await(ask(interval, from, to, limit));
  }

  private Future<Series> ask(Interval interval, Instant from, Instant to, int limit) {
    return Await.run(context, () -> finder
        .find(new FindCandles(List.of(SYMBOL), interval, from, to, limit))
        .map(found -> found.series().get(0)));
  }

  /** The candles of the exchange; the current minute has the trades of the published one. */
  private List<Candle> expected(Interval interval, Instant from) {
    return exchange.rollUp(SYMBOL, interval).values().stream()
        .filter(kline -> !kline.openTime().isBefore(from))
        .map(kline -> {
          var ended = !interval.next(kline.openTime()).isAfter(NOW);
          var trades = kline.trades() - exchange.minute(SYMBOL, NOW).trades() + 5;
          return StoredCandle.candle(
              ended ? kline : forming(kline, trades), ended ? State.FINAL : State.FORMING);
        })
        .toList();
  }

  private static List<Candle> parts(Series series) {
    var live = series.live();
    return live.ended() == null ? List.of(live.forming()) : List.of(live.ended(), live.forming());
  }
}
