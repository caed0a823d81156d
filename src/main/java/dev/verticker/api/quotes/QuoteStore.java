package dev.verticker.api.quotes;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Thread-safe store of the latest quote of each symbol, with a limit on unconfigured symbols. */
final class QuoteStore {
  /** Max number of quotes of unconfigured symbols. The price verticle refreshes at most 100 of them. */
  static final int MAX_UNCONFIGURED = 1000;

  private final Map<String, CachedQuote> quotes = new ConcurrentHashMap<>();
  private final List<QuoteListener> listeners = new CopyOnWriteArrayList<>();

  /** The configured symbols in their order. */
  private volatile Set<String> configured = Set.of();

  /** Incremented after every change of the quotes or the configured symbols. */
  private final AtomicLong version = new AtomicLong();

  private volatile ConfiguredQuotes configuredQuotes = new ConfiguredQuotes(-1, null);

  private record ConfiguredQuotes(long version, QuoteList quotes) {}

  /** Returns whether a snapshot was received. */
  boolean isFilled() {
    return !configured.isEmpty();
  }

  boolean isConfigured(String symbol) {
    return configured.contains(symbol);
  }

  /** Returns the configured symbols; empty before the first snapshot. */
  Set<String> configuredSymbols() {
    return configured;
  }

  /** Returns the quote of the symbol, or null. */
  CachedQuote find(String symbol) {
    return quotes.get(symbol);
  }

  /** Returns the quotes of the configured symbols that have one, in their order; the same list until one changes. */
  QuoteList findConfigured() {
    var currentVersion = version.get();
    var found = configuredQuotes;
    if (found.version() != currentVersion) {
      found = new ConfiguredQuotes(currentVersion, find(configured));
      configuredQuotes = found;
    }
    return found.quotes();
  }

  /** Returns the quotes of the symbols that have one, in the given order. */
  QuoteList find(Collection<String> symbols) {
    var found = new ArrayList<CachedQuote>(symbols.size());
    for (var symbol : symbols) {
      var quote = quotes.get(symbol);
      if (quote != null) {
        found.add(quote);
      }
    }
    return new QuoteList(found);
  }

  void accept(Snapshot snapshot) {
    configured = Collections.unmodifiableSet(new LinkedHashSet<>(snapshot.configured()));
    accept(snapshot.quotes());
  }

  void accept(List<Quote> received) {
    var updated = received.stream()
        .filter(this::putIfNewer)
        .map(quote -> quotes.get(quote.symbol()))
        .toList();
    version.incrementAndGet();
    if (!updated.isEmpty()) {
      listeners.forEach(listener -> listener.onQuotes(updated));
    }
    while (quotes.size() > configured.size() + MAX_UNCONFIGURED) {
      evictOldestUnconfigured();
    }
  }

  /** Reports the quotes that became stale after {@code after} and until {@code now}. */
  void reportStale(Instant after, Instant now) {
    var stale = quotes.values().stream()
        .filter(
            cached -> cached.quote().staleAt().isAfter(after) && cached.quote().stale(now))
        .toList();
    if (!stale.isEmpty()) {
      listeners.forEach(listener -> listener.onQuotes(stale));
    }
  }

  void reportNewLeader() {
    listeners.forEach(QuoteListener::onNewLeader);
  }

  void addListener(QuoteListener listener) {
    listeners.add(listener);
  }

  void removeListener(QuoteListener listener) {
    listeners.remove(listener);
  }

  /** Stores the quote if it is newer. Returns whether it was stored. */
  private boolean putIfNewer(Quote quote) {
    var current = quotes.compute(quote.symbol(), (symbol, previous) -> {
      var older = previous == null ? null : previous.quote();
      return quote.supersedes(older) ? new CachedQuote(quote) : previous;
    });
    return current.quote() == quote;
  }

  private void evictOldestUnconfigured() {
    quotes.values().stream()
        .map(CachedQuote::quote)
        .filter(quote -> !isConfigured(quote.symbol()))
        .min(Comparator.comparing(Quote::receivedAt))
        .ifPresent(oldest -> quotes.remove(oldest.symbol()));
  }
}
