package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * 24-hour figures at minute precision.
 *
 * @param previousClose the last price before the day
 * @param prices open, high and low; empty without trades
 */
record DayStatistics(
    BigDecimal previousClose,
    Optional<Prices> prices,
    BigDecimal volume,
    BigDecimal quoteVolume,
    long trades) {

  record Prices(BigDecimal open, BigDecimal high, BigDecimal low) {}

  static DayStatistics after(BigDecimal previousClose) {
    return new DayStatistics(previousClose, Optional.empty(), Candle.NONE, Candle.NONE, 0);
  }

  DayStatistics plus(Candle candle) {
    var merged = prices
        .map(day -> new Prices(day.open, day.high.max(candle.high()), day.low.min(candle.low())))
        .orElseGet(() -> new Prices(candle.open(), candle.high(), candle.low()));
    return new DayStatistics(
        previousClose,
        Optional.of(merged),
        volume.add(candle.volume()),
        quoteVolume.add(candle.quoteVolume()),
        trades + candle.trades());
  }
}
