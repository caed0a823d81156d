package dev.verticker.price.candle;

import static dev.verticker.price.candle.FakeExchange.after;
import static dev.verticker.price.candle.FakeExchange.kline;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.Kline;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Candles.State;
import dev.verticker.price.candle.CandleReconciler.Reconciled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CandleReconcilerTest extends CandleTestCase {
  @Test
  void missing_minutes_are_stored_to_the_last_digit_but_not_the_forming_one() {
    exchange.with(SYMBOL, NOON, after(NOON, 5));

    var done = reconcile(NOON, after(NOON, 30));

    assertEquals(after(NOON, 4), done.confirmedUntil());
    assertEquals(after(NOON, 4), done.forming().openTime());
    var stored = stored(BaseSeries.MINUTES);
    assertEquals(4, stored.size());
    for (var candle : stored) {
      var expected = exchange.minute(SYMBOL, candle.openTime());
      assertEquals(StoredCandle.of(expected, BaseSeries.MINUTES, State.FINAL, true), candle);
    }
    assertEquals(
        exchange.minute(SYMBOL, NOON).open().toPlainString(),
        rows.value("SELECT open FROM market.candles ORDER BY open_time LIMIT 1"));
  }

  @Test
  void an_equal_candle_is_confirmed_and_no_change_is_reported() {
    exchange.with(SYMBOL, NOON, after(NOON, 2));
    store(exchange.minute(SYMBOL, NOON));

    var done = reconcile(NOON, after(NOON, 1));

    assertEquals(List.of(), done.changes());
    assertEquals(after(NOON, 1), done.confirmedUntil());
    assertTrue(stored(BaseSeries.MINUTES).get(0).confirmed());
  }

  @Test
  void a_candle_is_amended_after_two_equal_reads_at_least_ten_seconds_apart() {
    exchange.with(SYMBOL, NOON, after(NOON, 2));
    var received = kline(SYMBOL, NOON, -1);
    store(received);

    assertEquals(NOON, reconcile(NOON, after(NOON, 1)).confirmedUntil());
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    assertEquals(List.of(), reconcile(NOON, after(NOON, 1)).changes());
    assertTrue(stored(BaseSeries.MINUTES).get(0).hasSameValues(received));
    assertFalse(stored(BaseSeries.MINUTES).get(0).confirmed());

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    var done = reconcile(NOON, after(NOON, 1));

    var amended = stored(BaseSeries.MINUTES).get(0);
    assertEquals(List.of(amended), done.changes());
    assertEquals(State.AMENDED, amended.candle().state());
    assertTrue(amended.hasSameValues(exchange.minute(SYMBOL, NOON)));
  }

  @Test
  void reads_with_other_figures_each_time_amend_nothing() {
    exchange.with(SYMBOL, NOON, after(NOON, 2));
    var received = kline(SYMBOL, NOON, -1);
    store(received);
    for (var read = 0; read < 4; read++) {
      exchange.put(kline(SYMBOL, NOON, read));
      assertEquals(List.of(), reconcile(NOON, after(NOON, 1)).changes());
      nanos.addAndGet(Duration.ofSeconds(20).toNanos());
    }
    assertTrue(stored(BaseSeries.MINUTES).get(0).hasSameValues(received));
  }

  @Test
  void a_minute_is_absent_after_two_reads_without_it_at_least_a_minute_apart() {
    exchange.with(SYMBOL, NOON, after(NOON, 4));
    var missing = exchange.minute(SYMBOL, after(NOON, 1));
    exchange.remove(SYMBOL, after(NOON, 1));

    assertEquals(after(NOON, 1), reconcile(NOON, after(NOON, 3)).confirmedUntil());
    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertEquals(List.of(), reconcile(NOON, after(NOON, 3)).changes());
    assertEquals(2, stored(BaseSeries.MINUTES).size());

    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertEquals(after(NOON, 3), reconcile(NOON, after(NOON, 3)).confirmedUntil());
    assertEquals(State.ABSENT, stored(BaseSeries.MINUTES).get(1).candle().state());

    exchange.put(missing);
    var found = reconcile(after(NOON, 1), after(NOON, 2));
    assertEquals(State.FINAL, found.changes().get(0).candle().state());
    assertTrue(stored(BaseSeries.MINUTES).get(1).hasSameValues(missing));
  }

  @Test
  void a_minute_after_the_newest_one_of_the_exchange_is_never_absent() {
    exchange.with(SYMBOL, NOON, after(NOON, 2));
    for (var read = 0; read < 3; read++) {
      assertEquals(after(NOON, 1), reconcile(NOON, after(NOON, 10)).confirmedUntil());
      nanos.addAndGet(Duration.ofHours(1).toNanos());
    }
    assertEquals(1, stored(BaseSeries.MINUTES).size());
  }

  @Test
  void a_newest_minute_is_final_only_if_it_had_ended_before_the_request() {
    exchange.with(SYMBOL, NOON, after(NOON, 2));
    var last = after(NOON, 1);
    exchange.responding = () -> time.observe(after(NOON, 2));

    assertEquals(last, reconcile(NOON, after(NOON, 5)).confirmedUntil());
    assertEquals(1, stored(BaseSeries.MINUTES).size());

    assertEquals(after(NOON, 2), reconcile(NOON, after(NOON, 5)).confirmedUntil());
    assertEquals(2, stored(BaseSeries.MINUTES).size());
  }

  @Test
  void a_candle_without_trades_is_stored_as_final() {
    exchange.with(SYMBOL, NOON, after(NOON, 2));
    var quiet = quiet(exchange.minute(SYMBOL, NOON));
    exchange.put(quiet);
    reconcile(NOON, after(NOON, 1));
    var stored = stored(BaseSeries.MINUTES).get(0);
    assertEquals(State.FINAL, stored.candle().state());
    assertTrue(stored.hasSameValues(quiet));
  }

  private Reconciled reconcile(Instant first, Instant until) {
    return await(context, () -> reconciler.reconcile(minutes(first, until), Priority.CONFIRMATION));
  }

  private void store(Kline kline) {
    await(
        repository.insert(List.of(StoredCandle.of(kline, BaseSeries.MINUTES, State.FINAL, false))));
  }

  private static Kline quiet(Kline kline) {
    var zero = new java.math.BigDecimal("0.00000000");
    return new Kline(
        kline.symbol(),
        kline.interval(),
        kline.openTime(),
        kline.open(),
        kline.open(),
        kline.open(),
        kline.open(),
        zero,
        zero,
        0,
        zero,
        zero,
        true,
        kline.eventTime());
  }
}
