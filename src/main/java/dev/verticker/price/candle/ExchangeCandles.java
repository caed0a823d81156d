package dev.verticker.price.candle;

import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads candles that are not stored from the exchange. Equal reads share one request and its result for five seconds; at most
 * three requests run at once and a hundred wait.
 */
final class ExchangeCandles {
  private static final Duration TTL = Duration.ofSeconds(5);
  private static final int MAX_CACHED = 100;
  private static final int MAX_RUNNING = 3;
  private static final int MAX_WAITING = 100;

  private final MarketData exchange;
  private final MarketTime time;
  private final Map<Read, CachedRead> reads = new LinkedHashMap<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private int running;

  /** Parameters of {@link MarketData#klines}. */
  record Read(String symbol, Interval interval, Instant from, Instant to, int limit) {}

  private record CachedRead(Future<List<Kline>> klines, long startedAt) {
    boolean isExpired() {
      return klines.failed() || System.nanoTime() - startedAt > TTL.toNanos();
    }
  }

  ExchangeCandles(MarketData exchange, MarketTime time) {
    this.exchange = exchange;
    this.time = time;
  }

  /** Fails like {@link MarketData#klines}, or with {@link TooManyReadsException}. */
  Future<List<Kline>> read(Read read) {
    reads.values().removeIf(CachedRead::isExpired);
    var shared = reads.get(read);
    if (shared != null) {
      return shared.klines();
    }
    if (waiting.size() >= MAX_WAITING || reads.size() >= MAX_CACHED + MAX_WAITING) {
      return Future.failedFuture(new TooManyReadsException());
    }
    var result = Promise.<List<Kline>>promise();
    reads.put(read, new CachedRead(result.future(), System.nanoTime()));
    waiting.add(() -> start(read, result));
    startNext();
    return result.future();
  }

  private void startNext() {
    while (running < MAX_RUNNING && !waiting.isEmpty()) {
      running++;
      waiting.poll().run();
    }
  }

  private void start(Read read, Promise<List<Kline>> result) {
    var startedAt = time.latest();
    exchange
        .klines(read.symbol(), read.interval(), read.from(), read.to(), read.limit(), Priority.USER)
        .map(klines -> withClosed(klines, startedAt))
        .onSuccess(klines -> {
          if (read.interval() == Interval.ONE_MINUTE && !klines.isEmpty()) {
            time.observe(klines.get(klines.size() - 1).openTime());
          }
        })
        .onComplete(done -> {
          running--;
          result.handle(done);
          startNext();
        });
  }

  /** The newest candle of a range in the past is closed, although the response has no later one. */
  private static List<Kline> withClosed(List<Kline> klines, Instant startedAt) {
    return klines.stream()
        .map(kline ->
            kline.interval().next(kline.openTime()).isAfter(startedAt) ? kline : kline.asClosed())
        .toList();
  }

  /** Thrown if too many different reads wait for the exchange. */
  static final class TooManyReadsException extends RuntimeException {
    TooManyReadsException() {
      super("too many reads of candles are waiting for the exchange", null, false, false);
    }
  }
}
