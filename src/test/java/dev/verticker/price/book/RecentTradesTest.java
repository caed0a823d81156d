package dev.verticker.price.book;

import static dev.verticker.price.book.FakeTrades.NOON;
import static dev.verticker.price.book.FakeTrades.trade;
import static dev.verticker.price.book.FakeTrades.trades;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.message.Trades;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecentTradesTest {
  private static final String BTC = "BTCUSDT";

  private final AtomicLong nanos = new AtomicLong(-5);
  private final RecentTrades recent = new RecentTrades(nanos::get);

  @Test
  void the_newest_trades_are_those_that_the_leader_published_if_there_are_enough() {
    update(1, 0, trades(10, 12));
    update(1, 0, trades(13, 14));
    assertEquals(Optional.of(trades(13, 14)), recent.newest(BTC, 2));
    assertEquals(Optional.of(trades(10, 14)), recent.newest(BTC, 5));
    assertEquals(Optional.empty(), recent.newest(BTC, 6));
    assertEquals(Optional.empty(), recent.newest("ETHUSDT", 1));
  }

  @Test
  void trades_without_an_update_for_two_seconds_may_not_be_the_newest() {
    update(1, 0, trades(10, 12));
    pass(Duration.ofMillis(2000));
    assertEquals(Optional.empty(), recent.newest(BTC, 1));
    update(1, 0, List.of());
    assertEquals(Optional.of(trades(12, 12)), recent.newest(BTC, 1));
  }

  @Test
  void a_response_of_the_exchange_continues_with_the_published_trades() {
    update(1, 0, trades(98, 100));
    recent.add(BTC, trades(1, 99), false);
    update(1, 0, trades(101, 103));
    assertEquals(Optional.of(trades(4, 103)), recent.newest(BTC, 100));
  }

  @Test
  void a_response_that_ends_before_the_published_trades_is_not_joined_to_them() {
    update(1, 0, trades(200, 201));
    recent.add(BTC, trades(1, 99), false);
    assertEquals(Optional.of(trades(200, 201)), recent.newest(BTC, 2));
    assertEquals(Optional.empty(), recent.newest(BTC, 3));
  }

  @Test
  void a_symbol_whose_first_trade_is_in_memory_has_fewer_than_requested() {
    recent.add(BTC, trades(1, 4), true);
    assertEquals(Optional.of(trades(1, 4)), recent.newest(BTC, 500));
    recent.add("NEWUSDT", List.of(), true);
    assertEquals(Optional.of(List.of()), recent.newest("NEWUSDT", 500));
  }

  @Test
  void a_higher_epoch_replaces_the_trades_and_a_lower_one_is_ignored() {
    update(5, 0, trades(10, 12));
    update(6, 0, trades(500, 500));
    update(5, 0, trades(13, 14));
    assertEquals(Optional.of(trades(500, 500)), recent.newest(BTC, 1));
    assertEquals(Optional.empty(), recent.newest(BTC, 2));
  }

  @Test
  void trades_before_missed_ones_are_removed() {
    update(1, 0, trades(10, 12));
    update(1, 7, trades(20, 21));
    assertEquals(Optional.of(trades(20, 21)), recent.newest(BTC, 2));
    assertEquals(Optional.empty(), recent.newest(BTC, 3));
  }

  @Test
  void trades_are_found_by_id_at_any_age() {
    update(1, 0, trades(10, 19));
    assertEquals(Optional.of(trades(12, 14)), recent.from(BTC, 12, 3));
    assertEquals(Optional.of(trades(18, 19)), recent.from(BTC, 18, 5));
    assertEquals(Optional.empty(), recent.from(BTC, 9, 3));
    assertEquals(Optional.empty(), recent.from(BTC, 20, 3));
    pass(Duration.ofMinutes(1));
    assertEquals(Optional.of(trades(12, 14)), recent.from(BTC, 12, 3));
    assertEquals(Optional.empty(), recent.from(BTC, 18, 5));
  }

  @Test
  void a_thousand_trades_of_each_of_150_symbols_are_kept() {
    for (var first = 1; first <= 3000; first += 100) {
      update(1, 0, trades(first, first + 99));
    }
    assertEquals(Optional.of(trades(2001, 3000)), recent.newest(BTC, 1000));
    assertEquals(Optional.empty(), recent.from(BTC, 1700, 10));

    IntStream.range(0, 150).forEach(i -> recent.add("S" + i, trades(1, 5), false));
    assertEquals(Optional.empty(), recent.newest(BTC, 1));
    assertEquals(Optional.of(trades(5, 5)), recent.newest("S0", 1));
  }

  @Test
  void ids_that_the_exchange_restarted_replace_higher_ones() {
    update(1, 0, trades(5000, 5001));
    var restarted = trade(1, NOON.plusSeconds(60));
    update(1, 0, List.of(restarted));
    assertEquals(Optional.of(List.of(restarted)), recent.newest(BTC, 1));

    var later = trade(2, NOON.plusSeconds(61));
    recent.add(BTC, List.of(restarted, later), true);
    assertEquals(Optional.of(List.of(restarted, later)), recent.newest(BTC, 5));
  }

  private void update(long epoch, long missed, List<Trade> trades) {
    recent.onUpdate(
        new Trades.Update("simulated", epoch, List.of(new SymbolTrades(BTC, missed, trades))));
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
