package dev.verticker.api.quotes;

import dev.verticker.bus.Bus;
import dev.verticker.message.Prices;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Collects the symbols that are read from this node's memory but not configured, and publishes them so that they are
 * refreshed. Only symbols with a quote are added: one that the exchange does not list would fail the refresh. Bounded.
 */
final class ReadSymbolReporter {
  static final int MAX_SYMBOLS = 100;

  private final Bus bus;
  private final QuoteStore store;
  private final Set<String> symbols = ConcurrentHashMap.newKeySet();

  ReadSymbolReporter(Bus bus, QuoteStore store) {
    this.bus = bus;
    this.store = store;
  }

  void onRead(String symbol) {
    if (store.isFilled() && !store.isConfigured(symbol) && symbols.size() < MAX_SYMBOLS) {
      symbols.add(symbol);
    }
  }

  void publish() {
    var read = new ArrayList<>(symbols);
    if (!read.isEmpty()) {
      read.forEach(symbols::remove);
      bus.publish(Prices.READ, new Prices.SymbolsRead(read));
    }
  }
}
