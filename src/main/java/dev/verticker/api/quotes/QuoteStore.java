package dev.verticker.api.quotes;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Snapshot;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The newest quote of each symbol this node has received, bounded; used by every event loop. */
final class QuoteStore {
  /** Max number of quotes of symbols that are not configured; a tenth of them is refreshed. */
  static final int MAX_OTHERS = 1000;

  private final Map<String, CachedQuote> quotes = new ConcurrentHashMap<>();
  private final List<Consumer<List<CachedQuote>>> listeners = new CopyOnWriteArrayList<>();

  /** In their order. */
  private volatile Set<String> configured = Set.of();

  /** False until the first snapshot. */
  boolean isFilled() {
    return !configured.isEmpty();
  }

  boolean isConfigured(String symbol) {
    return configured.contains(symbol);
  }

  /** Empty until the first snapshot. */
  Set<String> configuredSymbols() {
    return configured;
  }

  /** Null if this node has no quote of the symbol. */
  CachedQuote find(String symbol) {
    return quotes.get(symbol);
  }

  /** Those of the symbols that have a quote, in the given order. */
  Stream<CachedQuote> find(Collection<String> symbols) {
    return symbols.stream().map(quotes::get).filter(Objects::nonNull);
  }

  void accept(Snapshot snapshot) {
    configured = Collections.unmodifiableSet(new LinkedHashSet<>(snapshot.configured()));
    accept(snapshot.quotes());
  }

  void accept(List<Quote> received) {
    var updated = received.stream()
        .filter(this::accept)
        .map(quote -> quotes.get(quote.symbol()))
        .toList();
    if (!updated.isEmpty()) {
      listeners.forEach(listener -> listener.accept(updated));
    }
    while (quotes.size() > configured.size() + MAX_OTHERS) {
      removeOldestOther();
    }
  }

  /** Calls the listener with every quote that replaces an older one, on the context it arrives on. */
  void onUpdate(Consumer<List<CachedQuote>> listener) {
    listeners.add(listener);
  }

  void removeListener(Consumer<List<CachedQuote>> listener) {
    listeners.remove(listener);
  }

  /** Whether the quote replaces an older one. */
  private boolean accept(Quote quote) {
    var current = quotes.compute(quote.symbol(), (symbol, previous) -> {
      var older = previous == null ? null : previous.quote();
      return quote.supersedes(older) ? new CachedQuote(quote) : previous;
    });
    return current.quote() == quote;
  }

  private void removeOldestOther() {
    quotes.values().stream()
        .map(CachedQuote::quote)
        .filter(quote -> !isConfigured(quote.symbol()))
        .min(Comparator.comparing(Quote::receivedAt))
        .ifPresent(oldest -> quotes.remove(oldest.symbol()));
  }
}
