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

/** The newest quote of each symbol this node has heard of; read and written by every event loop. Bounded. */
final class QuoteStore {
  /** Quotes held of symbols outside the configured ones; a tenth of them is kept fresh by the refresher. */
  static final int MAX_OTHERS = 1000;

  private record Configured(List<String> inOrder, Set<String> set) {}

  private final Map<String, CachedQuote> held = new ConcurrentHashMap<>();
  private final List<Consumer<List<CachedQuote>>> listeners = new CopyOnWriteArrayList<>();
  private volatile Configured configured = new Configured(List.of(), Set.of());

  /** False until the price verticle has said which symbols are configured. */
  boolean isFilled() {
    return !configured.inOrder().isEmpty();
  }

  boolean isConfigured(String symbol) {
    return configured.set().contains(symbol);
  }

  /** Empty until the price verticle has said them. */
  List<String> configuredSymbols() {
    return configured.inOrder();
  }

  /** The configured symbols that were ever quoted, in the configured order. */
  Stream<CachedQuote> configured() {
    return configured.inOrder().stream().map(held::get).filter(quote -> quote != null);
  }

  /** Null when this node has not heard of it. */
  CachedQuote find(String symbol) {
    return held.get(symbol);
  }

  void keep(Snapshot snapshot) {
    configured = new Configured(snapshot.configured(), Set.copyOf(snapshot.configured()));
    keep(snapshot.quotes());
  }

  void keep(List<Quote> quotes) {
    var fresh = quotes.stream()
        .filter(this::keep)
        .map(quote -> held.get(quote.symbol()))
        .toList();
    if (!fresh.isEmpty()) {
      listeners.forEach(listener -> listener.accept(fresh));
    }
    while (held.size() > configured.set().size() + MAX_OTHERS) {
      dropOldestOther();
    }
  }

  /** Calls back with every quote newer than the one held before, on the context it arrives on. */
  void onFresh(Consumer<List<CachedQuote>> listener) {
    listeners.add(listener);
  }

  void removeListener(Consumer<List<CachedQuote>> listener) {
    listeners.remove(listener);
  }

  /** Whether it is newer than what was held. */
  private boolean keep(Quote quote) {
    var now = held.compute(quote.symbol(), (symbol, standing) -> {
      var known = standing == null ? null : standing.quote();
      return quote.supersedes(known) ? new CachedQuote(quote) : standing;
    });
    return now.quote() == quote;
  }

  private void dropOldestOther() {
    held.values().stream()
        .map(CachedQuote::quote)
        .filter(quote -> !isConfigured(quote.symbol()))
        .min(Comparator.comparing(Quote::receivedAt))
        .ifPresent(oldest -> held.remove(oldest.symbol()));
  }
}
