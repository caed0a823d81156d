package dev.verticker.price.candle;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.RequestQueue;
import dev.verticker.message.Interval;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
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
  private final RequestQueue requests = new RequestQueue(MAX_RUNNING);

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

  /** Fails like {@link MarketData#klines}. */
  Future<List<Kline>> read(Read read) {
    reads.values().removeIf(CachedRead::isExpired);
    var shared = reads.get(read);
    if (shared != null) {
      return shared.klines();
    }
    if (requests.waiting() >= MAX_WAITING || reads.size() >= MAX_CACHED + MAX_WAITING) {
      return Future.failedFuture(new ExchangeException.QueueFullException());
    }
    var klines = requests.add(() -> request(read));
    reads.put(read, new CachedRead(klines, System.nanoTime()));
    return klines;
  }

  private Future<List<Kline>> request(Read read) {
    var startedAt = time.latest();
    return exchange
        .klines(read.symbol(), read.interval(), read.from(), read.to(), read.limit(), Priority.USER)
        .map(klines -> withClosed(klines, startedAt))
        .onSuccess(klines -> {
          if (read.interval() == Interval.ONE_MINUTE && !klines.isEmpty()) {
            time.observe(klines.get(klines.size() - 1).openTime());
          }
        });
  }

  /** The newest candle of a range in the past is closed, although the response has no later one. */
  private static List<Kline> withClosed(List<Kline> klines, Instant startedAt) {
    return klines.stream()
        .map(kline ->
            kline.interval().next(kline.openTime()).isAfter(startedAt) ? kline : kline.asClosed())
        .toList();
  }
}
