package dev.verticker.price.candle;

import dev.verticker.message.Candles;
import dev.verticker.message.Candles.Candle;
import dev.verticker.message.Candles.State;
import dev.verticker.message.Interval;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The newest minutes of each symbol in memory, as published by the leader: the forming one and those that may not be stored
 * yet. Used on one event loop.
 */
final class LiveCandles {
  /** Longer than an outage of PostgreSQL that clients must not notice. */
  private static final int MAX_MINUTES = 30;

  /** Configured, on-demand and demanded symbols; of more, the least recently updated is removed. */
  static final int MAX_SYMBOLS = 1200;

  private final MarketTime time;
  private final Map<String, NavigableMap<Instant, Candle>> symbols =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(
            Map.Entry<String, NavigableMap<Instant, Candle>> eldest) {
          return size() > MAX_SYMBOLS;
        }
      };

  LiveCandles(MarketTime time) {
    this.time = time;
  }

  void onUpdate(Candles.Update update) {
    for (var each : update.candles()) {
      if (each.interval() == Interval.ONE_MINUTE) {
        accept(each.symbol(), each.candle());
      }
    }
  }

  /** Returns the minutes of the symbol by open time; empty if none was published. */
  Map<Instant, Candle> minutes(String symbol) {
    var minutes = symbols.get(symbol);
    return minutes == null ? Map.of() : minutes;
  }

  /** Returns whether the symbol has a candle of this minute or a later one. */
  boolean isLive(String symbol, Instant minute) {
    var minutes = symbols.get(symbol);
    return minutes != null && !minutes.isEmpty() && !minutes.lastKey().isBefore(minute);
  }

  private void accept(String symbol, Candle candle) {
    time.observe(candle.openTime());
    var minutes = symbols.computeIfAbsent(symbol, first -> new TreeMap<>());
    if (supersedes(candle, minutes.get(candle.openTime()))) {
      minutes.put(candle.openTime(), candle);
    }
    for (var earlier : minutes.headMap(minutes.lastKey()).entrySet()) {
      if (earlier.getValue().state() == State.FORMING) {
        earlier.setValue(earlier.getValue().in(State.PENDING));
      }
    }
    while (minutes.size() > MAX_MINUTES) {
      minutes.pollFirstEntry();
    }
  }

  /** A closed candle is never replaced by one that is forming. */
  static boolean supersedes(Candle candle, Candle current) {
    return current == null
        || rank(candle) > rank(current)
        || rank(candle) == rank(current) && candle.trades() >= current.trades();
  }

  private static int rank(Candle candle) {
    return switch (candle.state()) {
      case AMENDED -> 4;
      case FINAL -> 3;
      case ABSENT -> 2;
      case PENDING, FORMING, UNKNOWN -> 1;
    };
  }
}
