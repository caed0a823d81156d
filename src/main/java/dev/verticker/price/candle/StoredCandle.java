package dev.verticker.price.candle;

import dev.verticker.exchange.Kline;
import dev.verticker.message.CandleRollUp;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import dev.verticker.price.candle.CandleRepository.Range;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A row of {@code market.candles}.
 *
 * @param candle final, amended or absent
 * @param confirmed whether it equals the candle that the exchange returned on request
 */
record StoredCandle(String symbol, BaseSeries series, Candle candle, boolean confirmed) {

  static StoredCandle of(Kline kline, BaseSeries series, State state, boolean confirmed) {
    return new StoredCandle(kline.symbol(), series, candle(kline, state), confirmed);
  }

  static StoredCandle absent(String symbol, BaseSeries series, Instant openTime) {
    return new StoredCandle(symbol, series, Candle.unknown(openTime, State.ABSENT), true);
  }

  private static StoredCandle rolledUp(
      List<StoredCandle> parts, BaseSeries series, Instant openTime) {
    var candles = parts.stream().map(StoredCandle::candle).toList();
    return new StoredCandle(
        parts.get(0).symbol(), series, CandleRollUp.merge(candles, openTime, true), false);
  }

  /**
   * Rolls up the candles that open in the range. A candle with a missing part is left out, and so is one whose parts
   * are all absent.
   *
   * @param parts of the finer series
   */
  static List<StoredCandle> rollUp(Range range, List<StoredCandle> parts) {
    var series = range.series();
    var byOpenTime = parts.stream()
        .collect(Collectors.groupingBy(part -> series.interval().openTime(part.openTime())));
    var expected = series.length().dividedBy(series.finer().length());
    var candles = new ArrayList<StoredCandle>();
    for (var openTime = range.first();
        openTime.isBefore(range.until());
        openTime = series.interval().next(openTime)) {
      var own = byOpenTime.getOrDefault(openTime, List.<StoredCandle>of());
      if (own.size() == expected && !own.stream().allMatch(StoredCandle::isAbsent)) {
        candles.add(rolledUp(own, series, openTime));
      }
    }
    return candles;
  }

  static Candle candle(Kline kline, State state) {
    return new Candle(
        kline.openTime(),
        kline.open(),
        kline.high(),
        kline.low(),
        kline.close(),
        kline.volume(),
        kline.quoteVolume(),
        kline.trades(),
        kline.takerVolume(),
        kline.takerQuoteVolume(),
        state);
  }

  Instant openTime() {
    return candle.openTime();
  }

  boolean isAbsent() {
    return candle.state() == State.ABSENT;
  }

  boolean hasSameValues(Kline kline) {
    return candle.hasSameValues(candle(kline, State.FINAL));
  }

  StoredCandle asConfirmed() {
    return new StoredCandle(symbol, series, candle, true);
  }
}
