package dev.verticker.trading.portfolio;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Interval;
import dev.verticker.trading.portfolio.TradeCosts.Rates;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads the value of assets at the start of minutes over the bus: the open of the minute's candle, or the last close within the
 * hour before. It does not change once the minute has begun.
 */
final class MinuteRates {
  private static final Duration MAX_AGE = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** One request returns these minutes and the hour before. */
  private static final Duration MAX_RANGE = Duration.ofMinutes(900);

  private final Bus bus;

  MinuteRates(Bus bus) {
    this.bus = bus;
  }

  /**
   * Reads the value of each asset at its minutes; that of an asset without a market stays unknown. Fails with {@link
   * Failure.Unavailable} if candles are not available now.
   */
  Future<Rates> read(Map<String, ? extends SortedSet<Instant>> minutes, String valuedIn) {
    var rates = new HashMap<String, TreeMap<Instant, BigDecimal>>();
    var read = Future.<Void>succeededFuture();
    for (var asset : minutes.entrySet()) {
      read = read.compose(
          before -> readDirect(asset.getKey(), valuedIn, asset.getValue()).map(found -> {
            rates.put(asset.getKey(), found);
            return null;
          }));
    }
    return read.map(done -> (asset, minute) -> find(rates.get(asset), minute));
  }

  private static BigDecimal find(TreeMap<Instant, BigDecimal> rates, Instant minute) {
    var entry = rates == null ? null : rates.floorEntry(minute);
    return entry == null || entry.getKey().isBefore(minute.minus(MAX_AGE))
        ? null
        : entry.getValue();
  }

  private Future<TreeMap<Instant, BigDecimal>> readDirect(
      String asset, String valuedIn, SortedSet<Instant> minutes) {
    return read(asset + valuedIn, minutes, false)
        .recover(failure -> failure instanceof Failure.NotFound
            ? read(valuedIn + asset, minutes, true)
            : Future.failedFuture(failure))
        .recover(failure -> failure instanceof Failure.NotFound
            ? Future.succeededFuture(new TreeMap<>())
            : Future.failedFuture(failure));
  }

  private Future<TreeMap<Instant, BigDecimal>> read(
      String symbol, SortedSet<Instant> minutes, boolean inverse) {
    var rates = new TreeMap<Instant, BigDecimal>();
    var rest = new TreeSet<>(minutes);
    return readRanges(symbol, rest, inverse, rates).map(rates);
  }

  private Future<Void> readRanges(
      String symbol, TreeSet<Instant> rest, boolean inverse, TreeMap<Instant, BigDecimal> rates) {
    if (rest.isEmpty()) {
      return Future.succeededFuture();
    }
    var first = rest.first();
    var last = rest.headSet(first.plus(MAX_RANGE)).last();
    return bus.request(
            Candles.FIND,
            new FindCandles(
                List.of(symbol), Interval.ONE_MINUTE, first.minus(MAX_AGE), last.plus(MINUTE), (int)
                    (Duration.between(first, last).plus(MAX_AGE).toMinutes() + 1)))
        .compose(found -> {
          found.series().get(0).candles().stream()
              .filter(Candle::isKnown)
              .forEach(candle -> put(rates, candle, inverse));
          rest.headSet(last, true).clear();
          return readRanges(symbol, rest, inverse, rates);
        });
  }

  /** The close counts from the next minute on, unless that has a candle of its own. */
  private static void put(TreeMap<Instant, BigDecimal> rates, Candle candle, boolean inverse) {
    rates.put(candle.openTime(), rate(candle.open(), inverse));
    rates.putIfAbsent(candle.openTime().plus(MINUTE), rate(candle.close(), inverse));
  }

  private static BigDecimal rate(BigDecimal price, boolean inverse) {
    return inverse ? BigDecimal.ONE.divide(price, CostBasis.SCALE, RoundingMode.HALF_EVEN) : price;
  }
}
