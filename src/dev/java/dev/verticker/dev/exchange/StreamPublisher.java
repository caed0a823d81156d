package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.StreamName.Kind;
import dev.verticker.message.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Publishes the events of one symbol in the order of their time: each trade between the changes of the order book before
 * and after it; a candle every two seconds of simulated time and when it closes, after its last trade; a ticker every
 * second. Candles and tickers are published only after a trade.
 */
final class StreamPublisher {
  private static final int TICKER_INTERVAL = 1_000;
  private static final int KLINE_INTERVAL = 2_000;
  /** Events that are later than this, because the process was suspended, are left out. */
  private static final Duration MAX_DELAY = Duration.ofHours(1);

  private final SymbolMarket market;
  private final Tickers tickers;
  private final Predicate<String> subscribed;
  private final BiConsumer<String, String> sender;
  private final BookPublisher books;
  private final int stagger;
  private long minute;
  private MinuteTrades trades;
  private int nextTrade;
  private long tickerSlot;
  private long klineSlot;
  private boolean tickerChanged = true;
  private boolean klineChanged = true;

  /**
   * @param subscribed whether a stream has a subscriber
   * @param sender receives the name of a stream and an event
   */
  StreamPublisher(
      SymbolMarket market,
      Tickers tickers,
      Predicate<String> subscribed,
      BiConsumer<String, String> sender,
      Instant now) {
    this.market = market;
    this.tickers = tickers;
    this.subscribed = subscribed;
    this.sender = sender;
    this.books = new BookPublisher(market, subscribed, sender);
    // The exchange does not send the tickers of all symbols at once.
    this.stagger = Math.floorMod(market.symbol().hashCode(), KLINE_INTERVAL);
    moveTo(now);
  }

  /** A new subscriber receives the current figures even without a new trade. */
  void onSubscribed(String name, Instant now) {
    tickerChanged = true;
    klineChanged = true;
    books.onSubscribed(name, now);
  }

  /** Publishes what has happened until {@code now}. */
  void publish(Instant now) {
    if (Timeline.start(minute + 1).isBefore(now.minus(MAX_DELAY))) {
      moveTo(now.minus(MAX_DELAY));
    }
    while (Timeline.minute(now) > minute) {
      publishTrades(trades.size(), now);
      publishClosed(now);
      startMinute(minute + 1);
    }
    publishTrades(trades.until(millisecond(now)), now);
    books.publish(now);
    publishTicker(now);
    publishForming(now);
  }

  private void moveTo(Instant time) {
    startMinute(Timeline.minute(time));
    nextTrade = trades.until(millisecond(time));
  }

  private void startMinute(long value) {
    minute = value;
    trades = market.trades(value);
    nextTrade = 0;
  }

  private long millisecond(Instant time) {
    return time.toEpochMilli() - minute * Timeline.MINUTE;
  }

  private void publishTrades(int until, Instant now) {
    for (; nextTrade < until; nextTrade++) {
      var trade = market.trade(minute, trades, nextTrade);
      var symbol = market.symbol();
      books.beforeTrade(trade);
      send(Kind.AGGREGATE_TRADE, () -> StreamFrames.aggregateTrade(symbol, trade, now));
      send(Kind.TRADE, () -> StreamFrames.trade(symbol, trade, now));
      books.afterTrade(trade);
      tickerChanged = true;
      klineChanged = true;
    }
  }

  private void publishClosed(Instant now) {
    var end = Timeline.start(minute + 1);
    for (var interval : subscribedIntervals()) {
      if (interval.openTime(end).equals(end)) {
        publishKline(interval, end.minusMillis(1), true, end, now);
      }
    }
  }

  private void publishForming(Instant now) {
    var slot = Math.floorDiv(now.toEpochMilli() + stagger, KLINE_INTERVAL);
    if (klineChanged && slot != klineSlot) {
      subscribedIntervals().forEach(interval -> publishKline(interval, now, false, now, now));
      klineSlot = slot;
      klineChanged = false;
    }
  }

  private void publishKline(
      Interval interval, Instant time, boolean closed, Instant until, Instant now) {
    market
        .candle(interval, interval.openTime(time), until)
        .ifPresent(candle -> sender.accept(
            StreamName.kline(market.symbol(), interval),
            StreamFrames.kline(market.symbol(), interval, candle, closed, now)));
  }

  private void publishTicker(Instant now) {
    var slot = Math.floorDiv(now.toEpochMilli() + stagger, TICKER_INTERVAL);
    if (tickerChanged && slot != tickerSlot) {
      var symbol = market.symbol();
      send(Kind.TICKER, () -> StreamFrames.ticker(tickers.figures(symbol, now), now));
      send(Kind.MINI_TICKER, () -> StreamFrames.miniTicker(tickers.figures(symbol, now), now));
      tickerSlot = slot;
      tickerChanged = false;
    }
  }

  private List<Interval> subscribedIntervals() {
    var intervals = new ArrayList<Interval>();
    for (var interval : Interval.values()) {
      if (subscribed.test(StreamName.kline(market.symbol(), interval))) {
        intervals.add(interval);
      }
    }
    return intervals;
  }

  private void send(Kind kind, Supplier<String> event) {
    var stream = StreamName.of(market.symbol(), kind);
    if (subscribed.test(stream)) {
      sender.accept(stream, event.get());
    }
  }
}
