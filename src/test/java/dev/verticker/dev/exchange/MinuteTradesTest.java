package dev.verticker.dev.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MinuteTradesTest {
  private static final Units UNITS = new Units(2, 5);

  @Test
  void the_trades_of_any_minute_have_its_prices_and_its_volume() {
    var random = new SplittableRandom(42);
    for (int minute = 0; minute < 5_000; minute++) {
      var low = random.nextLong(1, 10_000_000);
      var high = low + random.nextLong(0, random.nextBoolean() ? 3 : 100_000);
      var bar = Bar.of(
          random.nextLong(low, high + 1),
          high,
          low,
          random.nextLong(low, high + 1),
          random.nextLong(4, random.nextBoolean() ? 20 : 500_000_000),
          random.nextInt(0, 2_000));
      assertTrades(bar, new MinuteTrades(bar, UNITS, new SplittableRandom(minute)));
    }
  }

  @Test
  void a_minute_without_volume_has_no_trades() {
    var bar = Bar.of(500, 500, 500, 500, 0, 0);
    assertEquals(0, bar.trades());
    assertEquals(0, new MinuteTrades(bar, UNITS, new SplittableRandom(1)).size());
  }

  @ParameterizedTest
  @CsvSource({"5,6,5,6,2", "5,6,5,5,3", "5,7,5,6,3", "5,7,4,6,4", "5,7,4,5,4"})
  void a_minute_needs_a_trade_for_each_change_of_direction(
      long open, long high, long low, long close, int trades) {
    assertEquals(trades, Bar.of(open, high, low, close, trades, 1).trades());
    assertThrows(
        IllegalArgumentException.class, () -> Bar.of(open, high, low, close, trades - 1, 1));
  }

  @Test
  void a_minute_at_one_price_needs_one_trade() {
    assertEquals(1, Bar.of(5, 5, 5, 5, 1, 7).trades());
  }

  @Test
  void a_minute_has_at_most_600_trades() {
    assertEquals(600, Bar.of(5, 7, 4, 6, 1_000_000_000, 3_408).trades());
    assertEquals(600, Bar.of(5, 7, 4, 6, 1_000_000_000, 0).trades());
  }

  @Test
  void equal_seeds_generate_equal_trades() {
    var bar = Bar.of(100, 120, 90, 110, 10_000, 50);
    assertEquals(text(bar, 1), text(bar, 1));
    assertTrue(!text(bar, 1).equals(text(bar, 2)));
  }

  private static void assertTrades(Bar bar, MinuteTrades trades) {
    assertEquals(bar.trades(), trades.size());
    var sum = trades.sum(trades.size());
    assertEquals(bar.open(), trades.price(0), bar::toString);
    assertEquals(0, trades.time(0), bar::toString);
    assertEquals(bar.high(), sum.high(), bar::toString);
    assertEquals(bar.low(), sum.low(), bar::toString);
    assertEquals(bar.close(), sum.close(), bar::toString);
    assertEquals(bar.volume(), sum.volume(), bar::toString);
    assertEquals(trades.size(), trades.until(59_999));
    var quote = 0L;
    var taker = 0L;
    for (int index = 0; index < trades.size(); index++) {
      assertTrue(trades.quantity(index) > 0, bar::toString);
      assertTrue(index == 0 || trades.time(index) >= trades.time(index - 1), bar::toString);
      quote += UNITS.quoteUnits(trades.price(index), trades.quantity(index));
      taker += trades.buyerIsMaker(index) ? 0 : trades.quantity(index);
    }
    assertEquals(quote, sum.quoteUnits(), bar::toString);
    assertEquals(taker, sum.takerVolume(), bar::toString);
    var shown = trades.until(45_000);
    assertEquals(bar.close(), trades.price(shown - 1), bar::toString);
  }

  private static String text(Bar bar, long seed) {
    var trades = new MinuteTrades(bar, UNITS, new SplittableRandom(seed));
    var text = new StringBuilder();
    for (int index = 0; index < trades.size(); index++) {
      text.append(trades.time(index))
          .append(' ')
          .append(trades.price(index))
          .append(' ')
          .append(trades.quantity(index))
          .append(' ')
          .append(trades.buyerIsMaker(index))
          .append('\n');
    }
    return text.toString();
  }
}
