package dev.verticker.price.book;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeException.UnknownSymbolException;
import dev.verticker.exchange.RequestQueue;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Reads from the exchange what this node does not hold: equal reads share one request while it runs, at most three run at once
 * and a hundred wait. Used on one event loop.
 *
 * @param <K> equal for equal reads
 */
final class MarketReads<K, V> {
  private static final int MAX_RUNNING = 3;
  private static final int MAX_WAITING = 100;
  private static final Duration MIN_RETRY_AFTER = Duration.ofSeconds(1);

  private final String failureCode;
  private final Predicate<String> mayExist;
  private final Clock clock;
  private final Map<K, Future<V>> reads = new HashMap<>();
  private final RequestQueue requests = new RequestQueue(MAX_RUNNING);

  /**
   * @param failureCode of a read that the exchange does not answer
   * @param mayExist false only if the exchange does not list the symbol
   */
  MarketReads(String failureCode, Predicate<String> mayExist, Clock clock) {
    this.failureCode = failureCode;
    this.mayExist = mayExist;
    this.clock = clock;
  }

  /** Fails with {@link Failure.NotFound}, without a request if the symbol is known not to exist, or {@link Failure.Unavailable}. */
  Future<V> read(String symbol, K key, Supplier<Future<V>> request) {
    if (!mayExist.test(symbol)) {
      return Future.failedFuture(unknown(symbol));
    }
    var shared = reads.get(key);
    if (shared == null && requests.waiting() >= MAX_WAITING) {
      return Future.failedFuture(unavailable(symbol, MIN_RETRY_AFTER));
    }
    return (shared == null ? start(key, request) : shared)
        .recover(failure -> Future.failedFuture(failure(symbol, failure)));
  }

  /** Fails like {@link #read}, for a caller that may not cause a request. */
  <T> Future<T> refuse(String symbol) {
    if (!mayExist.test(symbol)) {
      return Future.failedFuture(unknown(symbol));
    }
    var detail = "No data of " + symbol + " is in memory.";
    return Future.failedFuture(
        new Failure.Unavailable(failureCode, detail, MIN_RETRY_AFTER, errors(failureCode, detail)));
  }

  private Future<V> start(K key, Supplier<Future<V>> request) {
    var read = requests.add(request);
    reads.put(key, read);
    read.onComplete(done -> reads.remove(key));
    return read;
  }

  private Failure failure(String symbol, Throwable cause) {
    return cause instanceof UnknownSymbolException
        ? unknown(symbol)
        : unavailable(symbol, ExchangeException.retryAfter(cause, clock.instant()));
  }

  private Failure unavailable(String symbol, Duration retryAfter) {
    var detail = "No current data of " + symbol + " is in memory, and the exchange is unavailable.";
    return new Failure.Unavailable(failureCode, detail, retryAfter, errors(failureCode, detail));
  }

  private static Failure unknown(String symbol) {
    var detail = "The exchange does not list the symbol " + symbol + ".";
    return new Failure.NotFound("symbol-unknown", detail, errors("symbol-unknown", detail));
  }

  private static List<Failure.Error> errors(String code, String detail) {
    return List.of(new Failure.Error("path/symbol", code, detail));
  }
}
