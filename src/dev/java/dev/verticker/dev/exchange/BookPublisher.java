package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.StreamName.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Publishes the order book of one symbol: its best bid and ask with each change, its best levels and its changes in
 * intervals of the exchange's time if it has changed.
 */
final class BookPublisher {
  /** 0 = the changes of all levels. */
  private static final List<Integer> LEVELS = List.of(0, 5, 10, 20);

  /** Intervals in milliseconds by the end of the name of a stream; clients use both names of a second. */
  private static final Map<String, Integer> INTERVALS =
      Map.of("@100ms", 100, "@1000ms", 1_000, "", 1_000);

  private final SymbolMarket market;
  private final Predicate<String> subscribed;
  private final BiConsumer<String, String> sender;
  private final String bestStream;
  private final List<DepthStream> depths = new ArrayList<>();
  private long bestId;

  /** @see StreamPublisher */
  BookPublisher(
      SymbolMarket market, Predicate<String> subscribed, BiConsumer<String, String> sender) {
    this.market = market;
    this.subscribed = subscribed;
    this.sender = sender;
    this.bestStream = StreamName.of(market.symbol(), Kind.BOOK_TICKER);
    INTERVALS.forEach((suffix, interval) -> LEVELS.forEach(
        levels -> depths.add(new DepthStream(name(levels) + suffix, levels, interval))));
  }

  /** A new subscriber of best levels receives the current ones even without a change. */
  void onSubscribed(String name, Instant now) {
    depths.stream()
        .filter(stream -> stream.name.equals(name))
        .forEach(stream -> stream.onSubscribed(now));
  }

  void beforeTrade(SimulatedTrade trade) {
    if (subscribed.test(bestStream)) {
      publishBest(SimulatedBook.before(trade, market.bookShape()));
    }
  }

  void afterTrade(SimulatedTrade trade) {
    if (subscribed.test(bestStream)) {
      publishBest(SimulatedBook.after(trade, market.bookShape()));
    }
  }

  /** Publishes the book at {@code now}, after the trades until then. */
  void publish(Instant now) {
    if (subscribed.test(bestStream)) {
      publishBest(market.book(now));
    }
    depths.forEach(stream -> stream.publish(now));
  }

  private String name(int levels) {
    return StreamName.of(market.symbol(), Kind.DEPTH) + (levels == 0 ? "" : levels);
  }

  private void publishBest(SimulatedBook book) {
    if (book.updateId() > bestId) {
      bestId = book.updateId();
      sender.accept(bestStream, StreamFrames.book(market.symbol(), book));
    }
  }

  /** A stream that sends at most one event in an interval. */
  private final class DepthStream {
    private final String name;
    private final int levels;
    private final int interval;
    private long slot;
    /** The book of the last event; null without a subscriber. */
    private SimulatedBook last;

    DepthStream(String name, int levels, int interval) {
      this.name = name;
      this.levels = levels;
      this.interval = interval;
    }

    /** The first event of a stream of changes has the changes since the first subscription. */
    void onSubscribed(Instant now) {
      if (levels > 0) {
        last = null;
      } else if (last == null) {
        last = market.book(now);
      }
    }

    void publish(Instant now) {
      if (!subscribed.test(name)) {
        last = null;
        return;
      }
      var current = Math.floorDiv(now.toEpochMilli(), interval);
      if (last != null && current == slot) {
        return;
      }
      var book = market.book(now);
      if (last == null || last.updateId() != book.updateId()) {
        send(book, now);
        last = book;
        slot = current;
      }
    }

    private void send(SimulatedBook book, Instant now) {
      if (levels > 0) {
        sender.accept(name, Depth.snapshot(book, levels).encode());
      } else {
        sender.accept(name, Depth.update(market.symbol(), last, book, now).encode());
      }
    }
  }
}
