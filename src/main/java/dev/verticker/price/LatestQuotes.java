package dev.verticker.price;

import dev.verticker.message.Prices.Quote;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The newest quote of each symbol, in memory: of all configured symbols and of at most a thousand others. Beyond that, the
 * least recently read quote is removed; PostgreSQL still has it.
 */
final class LatestQuotes {
  private static final int MAX_OTHERS = 1000;

  private final List<String> configured;
  private final Set<String> configuredSet;
  private final Map<String, Quote> quotes = new ConcurrentHashMap<>();
  private final Map<String, Quote> others = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Quote> eldest) {
      return size() > MAX_OTHERS;
    }
  };
  private final Map<String, Promise<Quote>> awaited = new HashMap<>();

  LatestQuotes(List<String> configured) {
    this.configured = List.copyOf(configured);
    this.configuredSet = Set.copyOf(configured);
  }

  List<String> configured() {
    return configured;
  }

  boolean isConfigured(String symbol) {
    return configuredSet.contains(symbol);
  }

  /** Returns the quote in memory, or null. */
  Quote find(String symbol) {
    var quote = quotes.get(symbol);
    return quote != null ? quote : others.get(symbol);
  }

  /** Returns the quotes of configured symbols in their order, then the others. */
  List<Quote> all() {
    return Stream.concat(
            configured.stream().map(quotes::get), new ArrayList<>(others.values()).stream())
        .filter(Objects::nonNull)
        .toList();
  }

  /** Keeps the quote unless the current one is newer, and completes the futures that await it. */
  void accept(Quote quote) {
    var map = isConfigured(quote.symbol()) ? quotes : others;
    if (quote.supersedes(map.get(quote.symbol()))) {
      map.put(quote.symbol(), quote);
    }
    var promise = awaited.remove(quote.symbol());
    if (promise != null) {
      promise.complete(quote);
    }
  }

  /**
   * Returns the age of the oldest quote of a configured symbol; empty if none has a quote.
   *
   * @param refreshed whether the symbol is refreshed; the others are ignored
   */
  Optional<Duration> oldestAge(Instant now, Predicate<String> refreshed) {
    return quotes.values().stream()
        .filter(quote -> refreshed.test(quote.symbol()))
        .map(quote -> quote.age(now))
        .max(Duration::compareTo);
  }

  /** Returns the next quote of the symbol, from any source. The caller must call {@link #fail} after a timeout. */
  Future<Quote> next(String symbol) {
    return awaited.computeIfAbsent(symbol, key -> Promise.promise()).future();
  }

  int awaited() {
    return awaited.size();
  }

  /** Fails the futures that await a quote of the symbol. */
  void fail(String symbol, Throwable reason) {
    var promise = awaited.remove(symbol);
    if (promise != null) {
      promise.fail(reason);
    }
  }
}
