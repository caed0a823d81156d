package dev.verticker.price;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Symbols that are not configured but were read in the last ten minutes, at most a hundred. They are refreshed with the
 * configured ones; the least recently read is removed first.
 */
final class OnDemandSymbols {
  private static final int MAX_SYMBOLS = 100;
  private static final Duration RETENTION = Duration.ofMinutes(10);

  private final Map<String, Instant> lastRead = new LinkedHashMap<>(16, 0.75f, true);

  void onRead(Collection<String> symbols, Instant now) {
    symbols.forEach(symbol -> lastRead.put(symbol, now));
    var eldest = lastRead.keySet().iterator();
    while (lastRead.size() > MAX_SYMBOLS) {
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
