package dev.verticker.price;

import dev.verticker.exchange.MarketData;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Symbols that are not configured but were read in the last ten minutes. They share the request that refreshes the
 * configured ones, so a request limits their number; the least recently read is removed first.
 */
final class OnDemandSymbols {
  private static final int MAX_SYMBOLS = 100;
  private static final Duration RETENTION = Duration.ofMinutes(10);

  private final int maxSymbols;
  private final Map<String, Instant> lastRead = new LinkedHashMap<>(16, 0.75f, true);

  /** @param configured the number of configured symbols */
  OnDemandSymbols(int configured) {
    // Above that number one request fetches all symbols of the exchange.
    this.maxSymbols = configured > MarketData.MAX_FULL_TICKERS
        ? MAX_SYMBOLS
        : Math.min(MAX_SYMBOLS, MarketData.MAX_FULL_TICKERS - configured);
  }

  void onRead(Collection<String> symbols, Instant now) {
    symbols.forEach(symbol -> lastRead.put(symbol, now));
    var eldest = lastRead.keySet().iterator();
    while (lastRead.size() > maxSymbols) {
      eldest.next();
      eldest.remove();
    }
  }

  List<String> symbols(Instant now) {
    lastRead.values().removeIf(read -> read.plus(RETENTION).isBefore(now));
    return List.copyOf(lastRead.keySet());
  }

  void remove(String symbol) {
    lastRead.remove(symbol);
  }
}
