package dev.verticker.price.book;

import dev.verticker.exchange.MarketData;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The newest thousand trades of each symbol in memory, without a gap: those that the leader publishes, and older ones from the
 * exchange. Used on one event loop.
 */
final class RecentTrades {
  private static final int MAX_TRADES = MarketData.MAX_TRADES;

  /** More than all streamed symbols; of more, the least recently used is removed. */
  private static final int MAX_SYMBOLS = 150;

  /** Trades are the newest ones for this time after an update or a response; then the symbol may not be streamed any more. */
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final LongSupplier nanoTime;
  private final Map<String, Ring> symbols = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Ring> eldest) {
      return size() > MAX_SYMBOLS;
    }
  };
  private long epoch;

  /** Trades with consecutive ids. */
  private static final class Ring {
    private List<Trade> trades = new ArrayList<>();
    private long confirmedAt;

    /** Whether the exchange has no trades before these. */
    private boolean complete;

    private long firstId() {
      return trades.get(0).id();
    }

    private Trade last() {
      return trades.get(trades.size() - 1);
    }

    private void add(Trade trade) {
      if (!trades.isEmpty()) {
        if (!trade.isAfter(last())) {
          return;
        }
        if (trade.id() != last().id() + 1) {
          trades.clear();
          complete = false;
        }
      }
      trades.add(trade);
      // Removes many at once, because the others move.
      if (trades.size() > MAX_TRADES + MAX_TRADES / 4) {
        trades.subList(0, trades.size() - MAX_TRADES).clear();
        complete = false;
      }
    }

    private List<Trade> from(int index, int limit) {
      return List.copyOf(trades.subList(index, Math.min(trades.size(), index + limit)));
    }
  }

  RecentTrades() {
    this(System::nanoTime);
  }

  RecentTrades(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Adds what the leader published; a higher epoch replaces everything. */
  void onUpdate(Trades.Update update) {
    if (update.epoch() < epoch) {
      return;
    }
    if (update.epoch() > epoch) {
      epoch = update.epoch();
      symbols.clear();
    }
    for (var each : update.symbols()) {
      var ring = ring(each.symbol());
      each.trades().forEach(ring::add);
      ring.confirmedAt = nanoTime.getAsLong();
    }
  }

  /**
   * Adds the newest trades that the exchange returned.
   *
   * @param complete whether it has no others before them
   */
  void add(String symbol, List<Trade> newest, boolean complete) {
    var ring = ring(symbol);
    ring.confirmedAt = nanoTime.getAsLong();
    var later = ring.trades;
    ring.trades = new ArrayList<>();
    newest.forEach(ring::add);
    ring.complete = complete;
    later.forEach(ring::add);
  }

  /** Returns the newest trades; empty if they are not in memory. */
  Optional<List<Trade>> newest(String symbol, int limit) {
    var ring = symbols.get(symbol);
    return ring != null && isFresh(ring) && (ring.complete || ring.trades.size() >= limit)
        ? Optional.of(ring.from(Math.max(0, ring.trades.size() - limit), limit))
        : Optional.empty();
  }

  /** Returns the trades from an id on; empty if they are not in memory. */
  Optional<List<Trade>> from(String symbol, long id, int limit) {
    var ring = symbols.get(symbol);
    if (ring == null
        || ring.trades.isEmpty()
        || id < ring.firstId()
        || id > ring.last().id()) {
      return Optional.empty();
    }
    var index = (int) (id - ring.firstId());
    return index + limit <= ring.trades.size() || isFresh(ring)
        ? Optional.of(ring.from(index, limit))
        : Optional.empty();
  }

  /** Returns the requested trades that are in memory, of any age; empty if there are none. */
  Optional<List<Trade>> held(FindTrades request) {
    var ring = symbols.get(request.symbol());
    var id = request.fromId();
    if (ring == null
        || ring.trades.isEmpty()
        || request.from() != null
        || request.to() != null
        || id != null && (id < ring.firstId() || id > ring.last().id())) {
      return Optional.empty();
    }
    var index = id == null
        ? Math.max(0, ring.trades.size() - request.limit())
        : (int) (id - ring.firstId());
    return Optional.of(ring.from(index, request.limit()));
  }

  private boolean isFresh(Ring ring) {
    return nanoTime.getAsLong() - ring.confirmedAt < FRESH.toNanos();
  }

  private Ring ring(String symbol) {
    return symbols.computeIfAbsent(symbol, first -> new Ring());
  }
}
