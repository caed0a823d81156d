package dev.verticker.price;

import dev.verticker.exchange.MarketData;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Symbols outside the configured ones that somebody reads, each for ten minutes after its last read. They share the call that
 * refreshes the configured ones, so there are at most as many as that call has room for; the least recently read leaves first.
 */
final class OnDemandSymbols {
  private static final int MOST = 100;
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final int most;
  private final Map<String, Instant> lastRead = new LinkedHashMap<>(16, 0.75f, true);

  /** @param configured how many symbols are refreshed anyway */
  OnDemandSymbols(int configured) {
    // Beyond that the call is for everything: a hundred others add nothing to it.
    this.most = configured > MarketData.MAX_NAMED
        ? MOST
        : Math.min(MOST, MarketData.MAX_NAMED - configured);
  }

  void read(Collection<String> symbols, Instant now) {
    symbols.forEach(symbol -> lastRead.put(symbol, now));
    var surplus = lastRead.keySet().iterator();
    while (lastRead.size() > most) {
      surplus.next();
      surplus.remove();
    }
  }

  List<String> symbols(Instant now) {
    lastRead.values().removeIf(read -> read.plus(KEPT).isBefore(now));
    return List.copyOf(lastRead.keySet());
  }

  void forget(String symbol) {
    lastRead.remove(symbol);
  }
}
