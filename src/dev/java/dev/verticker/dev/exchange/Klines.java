package dev.verticker.dev.exchange;

import io.vertx.core.json.JsonArray;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Candles of any interval, rolled up from minutes; an interval without a recorded minute is left out. */
final class Klines {
  private static final int DEFAULT_LIMIT = 500;
  private static final int MAX_LIMIT = 1000;
  private final SimulatedMarket market;

  Klines(SimulatedMarket market) {
    this.market = market;
  }

  /** Oldest first; from {@code startTime} on, else the last ones before {@code endTime} or now. */
  JsonArray rows(String symbol, Query query, Instant now) {
    var interval =
        query.text("interval").flatMap(Interval::of).orElseThrow(BinanceError::badInterval);
    var limit = query.number("limit").orElse(DEFAULT_LIMIT);
    if (limit == 0) {
      throw BinanceError.invalid("limit");
    }
    var oldest = interval.first(market.oldestMinute());
    var newest = interval.first(Timeline.minute(now));
    var from = query.number("startTime").isPresent()
        ? Math.max(oldest, firstFrom(query.number("startTime").getAsLong(), interval))
        : oldest;
    var to = Math.min(
        newest, interval.first(query.number("endTime").orElse(Long.MAX_VALUE) / Timeline.MINUTE));
    var max = (int) Math.min(limit, MAX_LIMIT);
    var candles = query.number("startTime").isPresent()
        ? rollUp(symbol, interval, from, to, 1, max, now)
        : rollUp(symbol, interval, to, from, -1, max, now);
    var rows = new JsonArray();
    candles.forEach(candle -> rows.add(row(candle, interval)));
    return rows;
  }

  private List<Candle> rollUp(
      String symbol, Interval interval, long from, long to, int direction, int limit, Instant now) {
    var candles = new ArrayList<Candle>();
    for (var first = from;
        candles.size() < limit && (to - first) * direction >= 0;
        first += direction * interval.minutes()) {
      rollUp(symbol, interval, first, now).ifPresent(candles::add);
    }
    if (direction < 0) {
      Collections.reverse(candles);
    }
    return candles;
  }

  private Optional<Candle> rollUp(String symbol, Interval interval, long first, Instant now) {
    var last = Math.min(first + interval.minutes() - 1, Timeline.minute(now));
    var merged = Optional.<Candle>empty();
    for (var minute = first; minute <= last; minute++) {
      var candle = market.candle(symbol, minute, now);
      merged = merged.isPresent() && candle.isPresent()
          ? Optional.of(merge(merged.get(), candle.get()))
          : merged.or(() -> candle);
    }
    return merged.map(candle -> candle.at(Timeline.start(first)));
  }

  private static Candle merge(Candle earlier, Candle later) {
    return new Candle(
        earlier.openTime(),
        earlier.open(),
        earlier.high().max(later.high()),
        earlier.low().min(later.low()),
        later.close(),
        earlier.volume().add(later.volume()),
        earlier.quoteVolume().add(later.quoteVolume()),
        earlier.trades() + later.trades(),
        earlier.takerVolume().add(later.takerVolume()),
        earlier.takerQuoteVolume().add(later.takerQuoteVolume()));
  }

  private static long firstFrom(long startTime, Interval interval) {
    var minute = startTime / Timeline.MINUTE + (startTime % Timeline.MINUTE == 0 ? 0 : 1);
    var first = interval.first(minute);
    return first == minute ? first : first + interval.minutes();
  }

  private static JsonArray row(Candle candle, Interval interval) {
    var open = candle.openTime().toEpochMilli();
    return new JsonArray()
        .add(open)
        .add(text(candle.open()))
        .add(text(candle.high()))
        .add(text(candle.low()))
        .add(text(candle.close()))
        .add(text(candle.volume()))
        .add(open + interval.minutes() * Timeline.MINUTE - 1)
        .add(text(candle.quoteVolume()))
        .add(candle.trades())
        .add(text(candle.takerVolume()))
        .add(text(candle.takerQuoteVolume()))
        .add("0");
  }

  private static String text(BigDecimal amount) {
    return amount.toPlainString();
  }
}
