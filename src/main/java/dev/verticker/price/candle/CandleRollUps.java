package dev.verticker.price.candle;

import dev.verticker.price.candle.CandleRepository.Range;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Stores the candles of 15 minutes, an hour and a day that are rolled up from complete shorter ones. */
final class CandleRollUps {
  private final CandleRepository repository;

  CandleRollUps(CandleRepository repository) {
    this.repository = repository;
  }

  /**
   * Rolls up the candles of a series that open in the range. A candle with a missing part is left to the comparison with the
   * exchange.
   */
  Future<Void> store(Range range) {
    var finer = range.series().finer();
    return repository
        .find(List.of(new Range(range.symbol(), finer, range.first(), range.until())))
        .compose(parts -> repository.insert(rollUp(range, parts)));
  }

  private static List<StoredCandle> rollUp(Range range, List<StoredCandle> parts) {
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
        candles.add(StoredCandle.rolledUp(own, series, openTime));
      }
    }
    return candles;
  }

  /** Returns the range of candles that have ended before {@code until}, from {@code first} on. */
  static Range ended(String symbol, BaseSeries series, Instant first, Instant until) {
    return new Range(symbol, series, first, series.interval().openTime(until));
  }
}
