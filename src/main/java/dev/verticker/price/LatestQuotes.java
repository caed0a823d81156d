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
import java.util.stream.Stream;

/**
 * The newest quote of each symbol, in memory: all configured ones and the thousand others read last; of those beyond, the
 * least recently read is forgotten (PostgreSQL still has it).
 */
final class LatestQuotes {
  private static final int MAX_OTHERS = 1000;

  private final List<String> configured;
  private final Set<String> isConfigured;
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
    this.isConfigured = Set.copyOf(configured);
  }

  List<String> configured() {
    return configured;
  }

  boolean isConfigured(String symbol) {
    return isConfigured.contains(symbol);
  }

  /** Null when the symbol was never quoted, or so long ago that it was forgotten. */
  Quote find(String symbol) {
    var quote = quotes.get(symbol);
    return quote != null ? quote : others.get(symbol);
  }

  /** The configured ones in their order, then the others. */
  List<Quote> all() {
    return Stream.concat(
            configured.stream().map(quotes::get), new ArrayList<>(others.values()).stream())
        .filter(Objects::nonNull)
        .toList();
  }

  /** Keeps the quote unless a newer one is held. */
  void accept(Quote quote) {
    var map = isConfigured(quote.symbol()) ? quotes : others;
    if (quote.supersedes(map.get(quote.symbol()))) {
      map.put(quote.symbol(), quote);
    }
    var waiting = awaited.remove(quote.symbol());
    if (waiting != null) {
      waiting.complete(quote);
    }
  }

  /** Age of the configured symbol that was confirmed longest ago; empty while none is quoted. */
  Optional<Duration> oldestAge(Instant now) {
    return quotes.values().stream().map(quote -> quote.age(now)).max(Duration::compareTo);
  }

  /** The next quote of the symbol, whoever brings it; the caller sets the time limit and calls {@link #fail} then. */
  Future<Quote> next(String symbol) {
    return awaited.computeIfAbsent(symbol, absent -> Promise.promise()).future();
  }

  /** For how many symbols somebody waits. */
  int awaited() {
    return awaited.size();
  }

  /** Ends the waiting for a symbol that will not come. */
  void fail(String symbol, Throwable reason) {
    var waiting = awaited.remove(symbol);
    if (waiting != null) {
      waiting.fail(reason);
    }
  }
}
