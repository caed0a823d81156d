package dev.verticker.api.quotes;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Snapshot;
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
import java.util.function.Consumer;

/** Thread-safe store of the latest quote of each symbol, with a limit on unconfigured symbols. */
final class QuoteStore {
  /** Max number of quotes of unconfigured symbols. The price verticle refreshes at most 100 of them. */
  static final int MAX_UNCONFIGURED = 1000;

  private final Map<String, CachedQuote> quotes = new ConcurrentHashMap<>();
  private final List<Consumer<List<CachedQuote>>> listeners = new CopyOnWriteArrayList<>();

  /** The configured symbols in their order. */
  private volatile Set<String> configured = Set.of();

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

  /** Returns the quotes of the symbols that have one, in the given order. */
  List<CachedQuote> find(Collection<String> symbols) {
    var found = new ArrayList<CachedQuote>(symbols.size());
    for (var symbol : symbols) {
      var quote = quotes.get(symbol);
      if (quote != null) {
        found.add(quote);
      }
    }
    return found;
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
    if (!updated.isEmpty()) {
      listeners.forEach(listener -> listener.accept(updated));
    }
    while (quotes.size() > configured.size() + MAX_UNCONFIGURED) {
      evictOldestUnconfigured();
    }
  }

  /** Adds a listener for updated quotes. The store calls it on the thread of the update. */
  void onUpdate(Consumer<List<CachedQuote>> listener) {
    listeners.add(listener);
  }

  void removeListener(Consumer<List<CachedQuote>> listener) {
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
