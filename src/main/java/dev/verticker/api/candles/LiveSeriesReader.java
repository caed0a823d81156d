package dev.verticker.api.candles;

import dev.verticker.message.CandleRollUp;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Live;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the newest candles of a series with the parts of the current one, so that live minutes continue it. If the price
 * verticle does not know the parts, they are read as hours and minutes: those of a candle of three days or of a symbol that is
 * not configured.
 */
public final class LiveSeriesReader {
  private static final int MAX_PARTS = 1000;

  private final String symbol;
  private final Interval interval;
  private final Function<FindCandles, Future<Candles.Found>> find;

  public LiveSeriesReader(
      String symbol, Interval interval, Function<FindCandles, Future<Candles.Found>> find) {
    this.symbol = symbol;
    this.interval = interval;
    this.find = find;
  }

  /** Returns the newest candles, without the parts of the current one if they are unknown; fails if no candle is known. */
  public Future<Series> read(int limit) {
    return find(interval, null, limit).compose(series -> {
      if (series.live() != null || series.candles().isEmpty() || interval == Interval.ONE_MINUTE) {
        return Future.succeededFuture(series);
      }
      var openTime = series.candles().get(series.candles().size() - 1).openTime();
      return readLive(openTime).map(live -> with(series, live)).otherwise(series);
    });
  }

  private Future<Live> readLive(Instant openTime) {
    return interval.compareTo(Interval.ONE_HOUR) <= 0
        ? readMinutes(openTime, List.of(), openTime)
        : find(Interval.ONE_HOUR, openTime, MAX_PARTS)
            .compose(hours -> readMinutesAfter(hours, openTime));
  }

  private Future<Live> readMinutesAfter(Series hours, Instant openTime) {
    if (hours.candles().isEmpty()) {
      return Future.succeededFuture();
    }
    var newest = hours.candles().size() - 1;
    var ended = hours.candles().subList(0, newest);
    if (hours.live() == null) {
      return readMinutes(hours.candles().get(newest).openTime(), ended, openTime);
    }
    var parts = new ArrayList<>(ended);
    if (hours.live().ended() != null) {
      parts.add(hours.live().ended());
    }
    return Future.succeededFuture(
        live(parts, hours.live().minute(), hours.live().forming(), openTime));
  }

  /** @param ended the parts before {@code from} */
  private Future<Live> readMinutes(Instant from, List<Candle> ended, Instant openTime) {
    return find(Interval.ONE_MINUTE, from, MAX_PARTS).map(minutes -> {
      if (minutes.candles().isEmpty()) {
        return null;
      }
      var parts = new ArrayList<>(ended);
      var newest = minutes.candles().get(minutes.candles().size() - 1);
      parts.addAll(minutes.candles().subList(0, minutes.candles().size() - 1));
      return live(parts, newest.openTime(), newest, openTime);
    });
  }

  /** Returns null if the candle has ended in between, or if the exchange begins its candles at other times. */
  private Live live(List<Candle> ended, Instant minute, Candle forming, Instant openTime) {
    if (!interval.openTime(minute).equals(openTime)) {
      return null;
    }
    var merged = ended.isEmpty() ? null : CandleRollUp.merge(ended, openTime, true);
    return new Live(merged, minute, forming);
  }

  private static Series with(Series series, Live live) {
    return new Series(
        series.symbol(), series.venue(), series.interval(), series.candles(), series.next(), live);
  }

  private Future<Series> find(Interval of, Instant from, int limit) {
    return find.apply(new FindCandles(List.of(symbol), of, from, null, limit))
        .map(found -> found.series().get(0));
  }
}
