package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import io.vertx.core.json.JsonArray;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Candles of any interval in the JSON of the exchange; an interval without a recorded minute is left out. */
final class Klines {
  private static final int MAX_LIMIT = 1000;
  private final SimulatedMarket market;

  Klines(SimulatedMarket market) {
    this.market = market;
  }

  /** Oldest first; from {@code startTime} on, else the last ones before {@code endTime} or now. */
  JsonArray rows(String symbol, Query query, Instant now) {
    var interval =
        query.text("interval").flatMap(Interval::of).orElseThrow(BinanceError::badInterval);
    var limit = query.limit(MAX_LIMIT);
    var candles = new ArrayList<Candle>();
    var oldest = interval.openTime(Timeline.start(market.of(symbol).oldestMinute()));
    var end = query.time("endTime").filter(time -> time.isBefore(now)).orElse(now);
    var start = query.time("startTime");
    if (start.isPresent()) {
      var from = start.get().isBefore(oldest) ? oldest : atOrAfter(start.get(), interval);
      for (var open = from;
          candles.size() < limit && !open.isAfter(end);
          open = interval.next(open)) {
        add(candles, symbol, interval, open, now);
      }
    } else {
      for (var open = interval.openTime(end);
          candles.size() < limit && !open.isBefore(oldest);
          open = interval.openTime(open.minusMillis(1))) {
        add(candles, symbol, interval, open, now);
      }
      Collections.reverse(candles);
    }
    var rows = new JsonArray();
    candles.forEach(candle -> rows.add(row(candle, interval)));
    return rows;
  }

  private void add(
      List<Candle> candles, String symbol, Interval interval, Instant open, Instant now) {
    market.of(symbol).candle(interval, open, now).ifPresent(candles::add);
  }

  private static Instant atOrAfter(Instant time, Interval interval) {
    var open = interval.openTime(time);
    return open.equals(time) ? open : interval.next(open);
  }

  static JsonArray row(Candle candle, Interval interval) {
    return new JsonArray()
        .add(candle.openTime().toEpochMilli())
        .add(text(candle.open()))
        .add(text(candle.high()))
        .add(text(candle.low()))
        .add(text(candle.close()))
        .add(text(candle.volume()))
        .add(interval.next(candle.openTime()).toEpochMilli() - 1)
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
