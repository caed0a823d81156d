package dev.verticker.api.quotes;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Snapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The newest quote of each symbol this node has received, bounded; used by every event loop. */
final class QuoteStore {
  /** Max number of quotes of symbols that are not configured; a tenth of them is reupdateded. */
  static final int MAX_OTHERS = 1000;

  private record Configured(List<String> inOrder, Set<String> set) {}

  private final Map<String, CachedQuote> quotes = new ConcurrentHashMap<>();
  private final List<Consumer<List<CachedQuote>>> listeners = new CopyOnWriteArrayList<>();
  private volatile Configured configured = new Configured(List.of(), Set.of());

  /** False until the first snapshot. */
  boolean isFilled() {
    return !configured.inOrder().isEmpty();
  }

  boolean isConfigured(String symbol) {
    return configured.set().contains(symbol);
  }

  /** Empty until the first snapshot. */
  List<String> configuredSymbols() {
    return configured.inOrder();
  }

  /** Quotes of the configured symbols that have one, in the configured order. */
  Stream<CachedQuote> configured() {
    return configured.inOrder().stream().map(quotes::get).filter(quote -> quote != null);
  }

  /** Null if this node has no quote of the symbol. */
  CachedQuote find(String symbol) {
    return quotes.get(symbol);
  }

  void accept(Snapshot snapshot) {
    configured = new Configured(snapshot.configured(), Set.copyOf(snapshot.configured()));
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
    while (quotes.size() > configured.set().size() + MAX_OTHERS) {
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
