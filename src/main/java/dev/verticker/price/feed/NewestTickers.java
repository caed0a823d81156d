package dev.verticker.price.feed;

import dev.verticker.exchange.AggregateTrade;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerParser;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest figures of each symbol from the tickers and trades of streams and requests: the price of the highest trade id,
 * and the figures of the last 24 hours of the latest window.
 */
public final class NewestTickers implements FeedLeader.Listener {
  /** More than all configured and on-demand symbols. */
  private static final int MAX_SYMBOLS = 1200;

  /** If a ticker with a lower trade id is later by more than this, the ids were restarted, as a testnet does once a month. */
  private static final Duration RESTARTED = Duration.ofSeconds(10);

  private final Map<String, Newest> symbols = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Newest> eldest) {
      return size() > MAX_SYMBOLS;
    }
  };

  private Instant latestTime = Instant.EPOCH;

  private static final class Newest {
    private Ticker ticker;
    private long tradeId;
    private Instant time = Instant.EPOCH;
    private BigDecimal price;

    /** Null if the price comes from a ticker. */
    private BigDecimal quantity;

    private long confirmedAt;

    private void set(long id, Instant at, BigDecimal newPrice, BigDecimal newQuantity) {
      tradeId = id;
      time = at;
      price = newPrice;
      quantity = newQuantity;
    }
  }

  /** Returns the newest figures of the symbol, with those of this ticker; a ticker without a time is not kept. */
  Ticker accept(Ticker ticker) {
    var time = ticker.eventTime();
    if (time == null) {
      return ticker;
    }
    var newest = newest(ticker.symbol());
    newest.confirmedAt = System.nanoTime();
    latestTime = time.isAfter(latestTime) ? time : latestTime;
    if (newest.ticker == null || !time.isBefore(newest.ticker.eventTime())) {
      newest.ticker = ticker;
    }
    if (ticker.tradeId() >= newest.tradeId || time.isAfter(newest.time.plus(RESTARTED))) {
      newest.set(ticker.tradeId(), time, ticker.price(), null);
    }
    return find(ticker.symbol());
  }

  /** Returns whether the trade changed the figures. */
  boolean accept(AggregateTrade trade) {
    var newest = newest(trade.symbol());
    newest.confirmedAt = System.nanoTime();
    if (trade.lastTradeId() <= newest.tradeId) {
      return false;
    }
    newest.set(trade.lastTradeId(), trade.time(), trade.price(), trade.quantity());
    return newest.ticker != null;
  }

  /** Returns the newest figures; null if no ticker arrived. */
  public Ticker find(String symbol) {
    var newest = symbols.get(symbol);
    if (newest == null || newest.ticker == null) {
      return null;
    }
    return newest.tradeId > newest.ticker.tradeId()
        ? TickerParser.withTrade(newest.ticker, newest.tradeId, newest.price, newest.quantity)
        : newest.ticker;
  }

  /** Returns the latest time that the exchange sent; the epoch if it sent none. */
  public Instant latestTime() {
    return latestTime;
  }

  /** Returns the id of the newest trade; 0 = unknown. */
  long tradeId(String symbol) {
    var newest = symbols.get(symbol);
    return newest == null ? 0 : newest.tradeId;
  }

  /** Returns when a ticker or trade last arrived, as {@link System#nanoTime}; 0 = never. */
  long confirmedAt(String symbol) {
    var newest = symbols.get(symbol);
    return newest == null ? 0 : newest.confirmedAt;
  }

  @Override
  public void onElected(long epoch) {
    symbols.clear();
  }

  @Override
  public void onResigned() {
    symbols.clear();
  }

  private Newest newest(String symbol) {
    return symbols.computeIfAbsent(symbol, key -> new Newest());
  }
}
