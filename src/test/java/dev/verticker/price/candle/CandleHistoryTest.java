package dev.verticker.price.candle;

import static dev.verticker.price.candle.FakeExchange.after;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.message.Candles.State;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CandleHistoryTest extends CandleTestCase {
  private static final Instant LISTED = NOON.minus(Duration.ofHours(30));

  private final AtomicBoolean leads = new AtomicBoolean(true);
  private CandleHistory history = history(List.of(SYMBOL));

  @Test
  void history_is_backfilled_to_the_first_candle_of_each_series_and_then_complete() {
    exchange.with(SYMBOL, LISTED, NOON);
    start();

    until("backfilled", () -> complete() && history.progress().isEmpty());
    for (var series : BaseSeries.values()) {
      for (var candle : stored(series)) {
        var expected = exchange.rollUp(SYMBOL, series.interval()).get(candle.openTime());
        assertTrue(candle.hasSameValues(expected), () -> series + " " + candle);
        assertEquals(State.FINAL, candle.candle().state());
        assertTrue(candle.confirmed());
      }
    }
  }

  @Test
  void a_new_leader_requests_only_what_is_not_stored_and_confirmed() {
    exchange.with(SYMBOL, LISTED, NOON);
    start();
    until("backfilled", () -> complete() && history.progress().isEmpty());
    leads.set(false);
    until("stopped", () -> !isActive());
    exchange.requests.clear();

    leads.set(true);
    until("compared", () -> exchange.requests.contains(SYMBOL + " 1m confirmation"));
    until("planned", () -> history.progress().isEmpty());
    assertFalse(exchange.requests.contains(SYMBOL + " 15m backfill"), exchange.requests::toString);
  }

  @Test
  void a_node_that_does_not_lead_sends_no_request() {
    leads.set(false);
    exchange.with(SYMBOL, LISTED, NOON);
    start();
    assertFalse(await(context, () -> history.fillGap(List.of(SYMBOL))));
    assertEquals(List.of(), exchange.requests);
    assertEquals(Optional.empty(), history.progress());
  }

  @Test
  void a_gap_is_filled_and_published_before_the_next_round() {
    exchange.with(SYMBOL, LISTED, NOON);
    start();
    until("backfilled", () -> complete() && history.progress().isEmpty());
    published.clear();
    exchange.with(SYMBOL, NOON, after(NOON, 5));

    assertTrue(await(context, () -> history.fillGap(List.of(SYMBOL, "OTHER"))));

    assertEquals(after(NOON, 3), newest());
    until("published", () -> published.size() == 6);
    assertEquals(
        List.of(State.FINAL, State.FINAL, State.FINAL, State.FINAL, State.FINAL, State.FORMING),
        published.stream().map(each -> each.candle().state()).toList());
  }

  @Test
  void an_unfilled_gap_is_filled_when_the_exchange_responds_again() {
    exchange.with(SYMBOL, LISTED, NOON);
    start();
    until("backfilled", () -> complete() && history.progress().isEmpty());
    exchange.with(SYMBOL, NOON, after(NOON, 5));
    exchange.failure = new ExchangeException.ExchangeUnavailableException("down");
    assertFalse(await(context, () -> history.fillGap(List.of(SYMBOL))));

    exchange.failure = null;
    until("filled", () -> newest().equals(after(NOON, 3)));
  }

  @Test
  void a_symbol_that_the_exchange_delisted_does_not_delay_the_history_of_the_others() {
    history = history(List.of("DELISTED", SYMBOL));
    exchange.with(SYMBOL, LISTED, NOON);
    start();
    until("backfilled", () -> complete() && history.progress().isEmpty());
    var requests = exchange.requests.stream().filter(each -> each.startsWith("DELISTED"));
    assertTrue(requests.count() < 20, exchange.requests::toString);
  }

  @Test
  void new_minutes_are_confirmed_every_minute_and_rolled_up_when_they_are_complete() {
    exchange.with(SYMBOL, LISTED, NOON);
    start();
    until("backfilled", () -> complete() && history.progress().isEmpty());
    exchange.with(SYMBOL, NOON, after(NOON, 62));
    receive(0, 61);
    until("stored", () -> stored(BaseSeries.MINUTES).size() > 1800 + 59);

    clock.step(Duration.ofMinutes(1));

    until(
        "confirmed",
        () ->
            rows.number("SELECT count(*) FROM market.candles WHERE series = '1m' AND NOT confirmed")
                == 0);
    until("rolled up", () -> stored(BaseSeries.HOURS).stream()
        .anyMatch(c -> c.openTime().equals(NOON)));
    for (var series : List.of(BaseSeries.QUARTER_HOURS, BaseSeries.HOURS)) {
      for (var candle : stored(series)) {
        var expected = exchange.rollUp(SYMBOL, series.interval()).get(candle.openTime());
        assertTrue(candle.hasSameValues(expected), () -> series + " " + candle);
      }
    }
  }

  @Test
  void absent_minutes_are_requested_again_for_a_day_and_found_later() {
    exchange.with(SYMBOL, LISTED, NOON);
    var missing = NOON.minus(Duration.ofHours(2));
    var minute = exchange.minute(SYMBOL, missing);
    await(repository.replace(List.of(StoredCandle.absent(SYMBOL, BaseSeries.MINUTES, missing))));
    start();
    until("backfilled", () -> history.progress().isEmpty() && exchange.requests.size() > 4);
    rows.execute(
        "UPDATE market.candles SET state = 'absent', open = NULL, high = NULL, low = NULL, close = NULL,"
            + " volume = NULL, quote_volume = NULL, taker_volume = NULL, taker_quote_volume = NULL, trades = 0"
            + " WHERE series = '1m' AND open_time = '" + missing + "'");

    clock.step(Duration.ofMinutes(61));

    until("found", () -> stored(BaseSeries.MINUTES).stream()
        .anyMatch(c -> c.openTime().equals(missing) && c.hasSameValues(minute)));
  }

  private CandleHistory history(List<String> symbols) {
    return new CandleHistory(
        vertx,
        new CandleHistory.Store(repository, reconciler),
        exchange,
        time,
        feed,
        new CandleHistory.ReconcileOptions(
            symbols, leads::get, leads::get, Duration.ofMinutes(1), clock, metrics));
  }

  private Instant newest() {
    var minutes = stored(BaseSeries.MINUTES);
    return minutes.get(minutes.size() - 1).openTime();
  }

  private boolean complete() {
    return stored(BaseSeries.MINUTES).size() >= 30 * 60 - 1
        && stored(BaseSeries.QUARTER_HOURS).size() >= 30 * 4 - 1
        && stored(BaseSeries.HOURS).size() >= 29
        && !stored(BaseSeries.DAYS).isEmpty();
  }

  private boolean isActive() {
    return !await(context, () -> Future.succeededFuture(history.isIdle()));
  }

  private void receive(int first, int count) {
    await(context, () -> {
      for (var i = first; i < first + count; i++) {
        feed.onKline(exchange.minute(SYMBOL, after(NOON, i)));
      }
      return Future.succeededFuture();
    });
  }

  private void start() {
    await(context, () -> {
      history.start();
      return Future.succeededFuture();
    });
  }
}
