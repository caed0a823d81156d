package dev.verticker.price.feed;

import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Trades.Trade;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the market stream of the leader. It opens the stream when this node is elected, expects the streams that the feed needs,
 * passes the events to its consumers, and closes the stream when this node resigns. All methods run on the context of the
 * verticle.
 */
public final class MarketFeed implements FeedLeader.Listener, MarketStream.Listener {
  private static final Logger log = LoggerFactory.getLogger(MarketFeed.class);

  private final Vertx vertx;
  private final Supplier<MarketStream> streams;
  private final Supplier<Set<Stream>> needed;
  private final FeedWatchdog watchdog;
  private final List<MarketStream.Listener> consumers;
  private final Clock clock;
  private MarketStream stream;
  private Set<Stream> expected = Set.of();

  /** Streams that delivered again after silence; reported together. */
  private final Set<Stream> resumed = new HashSet<>();

  private long timer;

  /**
   * @param streams opens a stream
   * @param needed the streams that are expected
   * @param consumers receive all events; streams that become silent or deliver again are reported like connections
   */
  public MarketFeed(
      Vertx vertx,
      Supplier<MarketStream> streams,
      Supplier<Set<Stream>> needed,
      FeedWatchdog watchdog,
      List<MarketStream.Listener> consumers,
      Clock clock) {
    this.vertx = vertx;
    this.streams = streams;
    this.needed = needed;
    this.watchdog = watchdog;
    this.consumers = List.copyOf(consumers);
    this.clock = clock;
  }

  @Override
  public void onElected(long epoch) {
    onResigned();
    stream = streams.get();
    stream.open(this);
    check();
    timer = vertx.setPeriodic(watchdog.interval().toMillis(), id -> check());
  }

  @Override
  public void onResigned() {
    if (stream != null) {
      vertx.cancelTimer(timer);
      stream.close();
      stream = null;
      expected = Set.of();
      resumed.clear();
      watchdog.expect(expected);
    }
  }

  @Override
  public void onTicker(Ticker ticker) {
    deliver(consumer -> consumer.onTicker(ticker));
    onEvent(new Stream(ticker.symbol(), Kind.TICKER));
  }

  @Override
  public void onKline(Kline kline) {
    deliver(consumer -> consumer.onKline(kline));
    onEvent(new Stream(kline.symbol(), Kind.KLINE_1M));
  }

  @Override
  public void onTrade(String symbol, Trade trade) {
    deliver(consumer -> consumer.onTrade(symbol, trade));
    onEvent(new Stream(symbol, Kind.AGGREGATE_TRADE));
  }

  @Override
  public void onBookTicker(OrderBook best) {
    deliver(consumer -> consumer.onBookTicker(best));
    onEvent(new Stream(best.symbol(), Kind.BOOK_TICKER));
  }

  @Override
  public void onDepth(OrderBook book) {
    deliver(consumer -> consumer.onDepth(book));
    onEvent(new Stream(book.symbol(), Kind.DEPTH));
  }

  @Override
  public void onConnected(Instant since, Set<Stream> connected) {
    watchdog.onConnected(connected);
    deliver(consumer -> consumer.onConnected(since, connected));
  }

  @Override
  public void onDisconnected(Instant since, Set<Stream> disconnected, String reason) {
    watchdog.onDisconnected(disconnected);
    deliver(consumer -> consumer.onDisconnected(since, disconnected, reason));
  }

  private void onEvent(Stream source) {
    if (watchdog.onEvent(source)) {
      resumed.add(source);
    }
  }

  private void check() {
    var current = needed.get();
    reportResumed(current);
    if (!current.equals(expected)) {
      var removed = new HashSet<>(expected);
      removed.removeAll(current);
      expected = current;
      deliver(consumer -> consumer.onUnsubscribed(removed));
      watchdog.expect(current);
      stream.expect(current);
    }
    watchdog
        .check(stream)
        .forEach((silent, duration) -> deliver(consumer -> consumer.onDisconnected(
            clock.instant().minus(duration), Set.of(silent), "the stream is silent")));
  }

  private void reportResumed(Set<Stream> needed) {
    resumed.retainAll(needed);
    if (!resumed.isEmpty()) {
      var delivering = Set.copyOf(resumed);
      resumed.clear();
      deliver(consumer -> consumer.onConnected(clock.instant(), delivering));
    }
  }

  /** The failure of one consumer neither affects the others nor the stream. */
  private void deliver(Consumer<MarketStream.Listener> event) {
    for (var consumer : consumers) {
      try {
        event.accept(consumer);
      } catch (RuntimeException e) {
        log.error("consumer of market data failed", e);
      }
    }
  }
}
