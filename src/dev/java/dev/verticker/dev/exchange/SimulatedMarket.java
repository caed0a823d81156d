package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The simulated market. Candles and tickers are computed from its trades, which follow the recording minute by minute: open,
 * high, low, close and volume of a minute equal the recorded ones; the number of trades and the quote volume differ. In a gap of
 * the recording the last price is kept. Before the recording it has 400 days of generated history. Thread-safe.
 */
public final class SimulatedMarket {
  private static final int MAX_SERVED = 50_000;

  private final SimulatedTime time;
  private final boolean replayed;
  private final Map<String, SymbolMarket> symbols = new LinkedHashMap<>();
  private final Map<String, Deque<ServedMarket>> served = new ConcurrentHashMap<>();

  SimulatedMarket(RecordedMarketData recording, SimulatedTime time, SimulatorOptions options) {
    this.time = time;
    this.replayed = recording.replayed();
    var timeline = Timeline.startingAt(time.start(), recording.minutes(), options.historyDays());
    var seed = options.seed();
    var history = new History(seed);
    recording
        .series()
        .forEach((symbol, series) ->
            symbols.put(symbol, new SymbolMarket(symbol, series, history, timeline, seed)));
  }

  /** The simulated time, in whole milliseconds; it starts at the real time and only moves forward. */
  public Instant now() {
    return time.simulated();
  }

  /** {@code replayed} if the prices come from a recording, else {@code simulated}. */
  public String venue() {
    return replayed ? "replayed" : "simulated";
  }

  /** Symbols with prices, in the exchange's order. */
  public List<String> symbols() {
    return List.copyOf(symbols.keySet());
  }

  /**
   * The candle of the minute that contains the instant, complete even if that minute has not ended; empty in a gap of the
   * recording, before the history, and for an unknown symbol.
   */
  public Optional<Candle> candle(String symbol, Instant minute) {
    return symbols.containsKey(symbol)
        ? of(symbol).minute(Timeline.minute(minute))
        : Optional.empty();
  }

  /** The candle of an interval at the current time, closed or forming; empty without a recorded minute. */
  public Optional<Candle> candle(String symbol, Interval interval, Instant openTime) {
    return of(symbol).candle(interval, openTime, now());
  }

  /** Trades of a symbol in {@code [from, to)}, oldest first, complete even if the time has not come. */
  public List<SimulatedTrade> trades(String symbol, Instant from, Instant to) {
    var market = of(symbol);
    var first = market.firstTradeAt(from);
    return market.tradesFrom(
        first, Math.toIntExact(market.firstTradeAt(to) - first), to.plusMillis(1));
  }

  /** The price of the newest trade at the time. */
  public BigDecimal price(String symbol, Instant at) {
    return of(symbol).lastTrade(at).price();
  }

  /** Prices served over REST without corrupted ones, oldest first; the newest 50,000 are kept. */
  public List<ServedMarket> served(String symbol) {
    var kept = served.getOrDefault(symbol, new ArrayDeque<>());
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  void serve(String symbol, ServedMarket price) {
    var kept = served.computeIfAbsent(symbol, first -> new ArrayDeque<>());
    synchronized (kept) {
      if (kept.size() == MAX_SERVED) {
        kept.removeFirst();
      }
      kept.addLast(price);
    }
  }

  SymbolMarket of(String symbol) {
    return symbols.get(symbol);
  }
}
