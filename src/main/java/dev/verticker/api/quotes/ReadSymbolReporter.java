package dev.verticker.api.quotes;

import dev.verticker.bus.Bus;
import dev.verticker.message.Prices;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which symbols outside the configured ones are read from this node's memory, and tells the refresher every few
 * seconds. Only symbols that have a quote: one the exchange does not know would spoil the refresher's call. Bounded.
 */
final class ReadSymbolReporter {
  static final int MOST = 100;

  private final Bus bus;
  private final QuoteStore store;
  private final Set<String> symbols = ConcurrentHashMap.newKeySet();

  ReadSymbolReporter(Bus bus, QuoteStore store) {
    this.bus = bus;
    this.store = store;
  }

  void note(String symbol) {
    if (store.isFilled() && !store.isConfigured(symbol) && symbols.size() < MOST) {
      symbols.add(symbol);
    }
  }

  void tell() {
    var told = new ArrayList<>(symbols);
    if (!told.isEmpty()) {
      told.forEach(symbols::remove);
      bus.publish(Prices.READ, new Prices.SymbolsRead(told));
    }
  }
}
