package dev.verticker.api.binance;

import dev.verticker.api.market.SharedReads;
import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Candles.Series;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Handles {@code binanceKlines} and {@code binanceUiKlines}. The format has no room for the state of a candle: a candle whose
 * interval has ended is in the response only with its final values. A request that needs one whose final values are not known
 * yet waits for them, and fails after five seconds.
 */
final class KlineOperations {
  private static final int DEFAULT_LIMIT = 500;
  private static final int MAX_LIMIT = 1000;
  private static final Duration MAX_WAIT = Duration.ofSeconds(5);

  /** Doubles with each retry. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(150);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  /** Pages of candles for one response: a page has fewer candles than slots if the exchange stood still. */
  private static final int MAX_PAGES = 6;

  private final Vertx vertx;
  private final SharedReads reads;
  private final Supplier<Instant> marketTime;

  KlineOperations(Vertx vertx, SharedReads reads, Supplier<Instant> marketTime) {
    this.vertx = vertx;
    this.reads = reads;
    this.marketTime = marketTime;
  }

  /**
   * The candles of one response, oldest first, without absent ones.
   *
   * @param from null = the newest ones before {@code to}
   * @param to exclusive, null = now
   */
  private record KlineRange(String symbol, Interval interval, Instant from, Instant to, int limit) {
    FindCandles page(Instant pageFrom, Instant pageTo, int pageLimit) {
      return new FindCandles(List.of(symbol), interval, pageFrom, pageTo, pageLimit);
    }
  }

  Future<ApiResponse> klines(BinanceRequest request) {
    var interval = request.interval();
    var limit = request.limit(DEFAULT_LIMIT, MAX_LIMIT);
    if (request.isEmptyRange(marketTime.get())) {
      return Future.succeededFuture(ApiResponse.json(new JsonArray().toBuffer()));
    }
    var end = request.time("endTime");
    var range = new KlineRange(
        request.symbol(),
        interval,
        request.time("startTime"),
        end == null ? null : end.plusNanos(1000),
        limit);
    return find(range, FIRST_RETRY).map(candles -> {
      var rows = new JsonArray();
      candles.forEach(candle -> rows.add(row(request, interval, candle)));
      return ApiResponse.json(rows.toBuffer());
    });
  }

  /** @param wait until the next attempt; the sum of all is less than {@link #MAX_WAIT} */
  private Future<List<Candle>> find(KlineRange range, Duration wait) {
    var found = range.from() == null
        ? findNewest(range, range.to(), List.of(), 1)
        : findFrom(range, range.from(), List.of(), 1);
    return found.compose(candles -> {
      if (candles.stream().noneMatch(candle -> isUncertain(range.interval(), candle))) {
        return Future.succeededFuture(candles);
      }
      return wait.multipliedBy(2).compareTo(MAX_WAIT) > 0
          ? Future.failedFuture(BinanceException.unavailable(RETRY_AFTER))
          : vertx
              .timer(wait.toMillis(), TimeUnit.MILLISECONDS)
              .compose(waited -> find(range, wait.multipliedBy(2)));
    });
  }

  private boolean isUncertain(Interval interval, Candle candle) {
    return switch (candle.state()) {
      case FINAL, AMENDED, ABSENT -> false;
      case FORMING -> !interval.next(candle.openTime()).isAfter(marketTime.get());
      case PENDING, UNKNOWN -> true;
    };
  }

  private Future<List<Candle>> findFrom(
      KlineRange range, Instant from, List<Candle> before, int pages) {
    // Where candles are missing, a page of few slots would have none.
    var slots = pages == 1 ? range.limit() : MAX_LIMIT;
    return request(range.page(from, range.to(), slots)).compose(page -> {
      var candles = concat(before, existing(page));
      if (candles.size() >= range.limit() || page.next() == null || pages == MAX_PAGES) {
        return Future.succeededFuture(candles.subList(0, Math.min(candles.size(), range.limit())));
      }
      var next = page.candles().isEmpty() && before.isEmpty()
          ? firstOpenTime(range, page.next())
          : Future.succeededFuture(page.next());
      return next.compose(open -> open == null
          ? Future.succeededFuture(candles)
          : findFrom(range, open, candles, pages + 1));
    });
  }

  /** Finds by months and days from when on the exchange has candles; null if it has none. */
  private Future<Instant> firstOpenTime(KlineRange range, Instant from) {
    return firstOpenTime(range, Interval.ONE_MONTH, from, range.to())
        .compose(month -> month == null
            ? Future.succeededFuture()
            : firstOpenTime(range, Interval.ONE_DAY, month, Interval.ONE_MONTH.next(month)))
        .map(day -> day == null || day.isAfter(from) ? day : from);
  }

  private Future<Instant> firstOpenTime(
      KlineRange range, Interval interval, Instant from, Instant to) {
    var find =
        new FindCandles(List.of(range.symbol()), interval, interval.openTime(from), to, MAX_LIMIT);
    return request(find)
        .map(page -> page.candles().isEmpty() ? null : page.candles().get(0).openTime());
  }

  private Future<List<Candle>> findNewest(
      KlineRange range, Instant to, List<Candle> after, int pages) {
    var missing = range.limit() - after.size();
    return request(range.page(null, to, missing)).compose(page -> {
      var candles = concat(existing(page), after);
      if (candles.size() == range.limit() || page.candles().isEmpty() || pages == MAX_PAGES) {
        return Future.succeededFuture(candles);
      }
      return findNewest(range, page.candles().get(0).openTime(), candles, pages + 1);
    });
  }

  private Future<Series> request(FindCandles find) {
    return reads
        .request(Candles.FIND, find, Vertx.currentContext())
        .map(found -> found.series().get(0));
  }

  private static List<Candle> existing(Series page) {
    return page.candles().stream().filter(KlineOperations::exists).toList();
  }

  /** The exchange has no candle before the first trade of its interval. */
  private static boolean exists(Candle candle) {
    return candle.state() == State.FORMING ? candle.isKnown() : candle.state() != State.ABSENT;
  }

  private static List<Candle> concat(List<Candle> one, List<Candle> other) {
    var all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private static JsonArray row(BinanceRequest request, Interval interval, Candle candle) {
    return new JsonArray()
        .add(request.timestamp(candle.openTime()))
        .add(candle.open().toPlainString())
        .add(candle.high().toPlainString())
        .add(candle.low().toPlainString())
        .add(candle.close().toPlainString())
        .add(candle.volume().toPlainString())
        .add(request.timestamp(interval.next(candle.openTime())) - 1)
        .add(candle.quoteVolume().toPlainString())
        .add(candle.trades())
        .add(candle.takerVolume().toPlainString())
        .add(candle.takerQuoteVolume().toPlainString())
        .add("0");
  }
}
