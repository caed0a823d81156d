package dev.verticker.price;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Symbols outside the configured ones that somebody reads: at most a hundred, the least recently read leaves first, each
 * for ten minutes after its last read.
 */
final class Demand {
  private static final int MOST = 100;
  private static final Duration KEPT = Duration.ofMinutes(10);

  private final Map<String, Instant> lastRead = new LinkedHashMap<>(16, 0.75f, true);

  void read(Collection<String> symbols, Instant now) {
    symbols.forEach(symbol -> lastRead.put(symbol, now));
    var surplus = lastRead.keySet().iterator();
    while (lastRead.size() > MOST) {
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
