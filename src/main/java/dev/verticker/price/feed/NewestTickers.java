package dev.verticker.price.feed;

import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerParser;
import dev.verticker.exchange.TickerParser.LastTrade;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Trades.Trade;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The newest figures of each symbol from the tickers, trades and books of streams and requests: the price of the highest trade
 * id, the best bid and ask of the highest update id, and the figures of the last 24 hours of the latest window.
 */
public final class NewestTickers implements FeedLeader.Listener {
  /** More than all configured and on-demand symbols. */
  private static final int MAX_SYMBOLS = 1200;

  /** If a ticker with a lower trade id is later by more than this, the ids were restarted, as a testnet does once a month. */
  private static final Duration RESTARTED = Duration.ofSeconds(10);

  /** A ticker that arrives this much later than a book contains its changes: the book is unchanged, or its stream is silent. */
  private static final Duration MAX_LEAD_OF_BOOK = Duration.ofSeconds(2);

  /** Tickers arrive each second while a book changes; without them a book does not show that the price is current. */
  private static final Duration MAX_AGE_OF_PRICE = Duration.ofSeconds(3);

  private final LongSupplier nanoTime;

  private final Map<String, Newest> symbols = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Newest> eldest) {
      return size() > MAX_SYMBOLS;
    }
  };

  private Instant latestTime = Instant.EPOCH;

  private static final class Newest {
    private Ticker ticker;
    private long tickerAt;
    private OrderBook best;
    private long bestAt;
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

    private LastTrade lastTrade() {
      return tradeId > ticker.tradeId() ? new LastTrade(tradeId, price, quantity) : null;
    }

    private OrderBook best() {
      return best != null && tickerAt - bestAt < MAX_LEAD_OF_BOOK.toNanos() ? best : null;
    }
  }

  public NewestTickers() {
    this(System::nanoTime);
  }

  NewestTickers(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns the newest figures of the symbol, with those of this ticker; a ticker without a time is not kept. */
  Ticker accept(Ticker ticker) {
    add(ticker);
    return ticker.eventTime() == null ? ticker : find(ticker.symbol());
  }

  /** Adds the figures of the ticker; one without a time is not kept. */
  void add(Ticker ticker) {
    var time = ticker.eventTime();
    if (time == null) {
      return;
    }
    var newest = newest(ticker.symbol());
    newest.confirmedAt = nanoTime.getAsLong();
    latestTime = time.isAfter(latestTime) ? time : latestTime;
    if (newest.ticker == null || !time.isBefore(newest.ticker.eventTime())) {
      newest.ticker = ticker;
      newest.tickerAt = newest.confirmedAt;
    }
    if (ticker.tradeId() >= newest.tradeId || time.isAfter(newest.time.plus(RESTARTED))) {
      newest.set(ticker.tradeId(), time, ticker.price(), null);
    }
  }

  /** Returns whether the trade changed the figures. */
  boolean accept(String symbol, Trade trade) {
    var newest = newest(symbol);
    newest.confirmedAt = nanoTime.getAsLong();
    if (trade.lastTradeId() <= newest.tradeId) {
      return false;
    }
    newest.set(trade.lastTradeId(), trade.time(), trade.price(), trade.quantity());
    return newest.ticker != null;
  }

  /** Returns whether the best bid or ask changed while the price is current. */
  boolean accept(OrderBook book) {
    var newest = newest(book.symbol());
    var now = nanoTime.getAsLong();
    var current = newest.best;
    var restarted = now - newest.bestAt > RESTARTED.toNanos();
    if (current != null && book.updateId() < current.updateId() && !restarted) {
      return false;
    }
    newest.best = book;
    newest.bestAt = now;
    return newest.ticker != null
        && now - newest.confirmedAt < MAX_AGE_OF_PRICE.toNanos()
        && (current == null
            || !best(book.bids()).equals(best(current.bids()))
            || !best(book.asks()).equals(best(current.asks())));
  }

  private static Optional<Level> best(List<Level> side) {
    return side.stream().findFirst();
  }

  /** Returns the newest figures; null if no ticker arrived. */
  public Ticker find(String symbol) {
    var newest = symbols.get(symbol);
    if (newest == null || newest.ticker == null) {
      return null;
    }
    var trade = newest.lastTrade();
    var best = newest.best();
    return trade == null && best == null
        ? newest.ticker
        : TickerParser.with(newest.ticker, trade, best);
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
