package dev.verticker.price.book;

import dev.verticker.context.NodeContext;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.message.Books;
import dev.verticker.message.Feed;
import dev.verticker.message.Trades;
import dev.verticker.price.feed.FeedModule;
import dev.verticker.settings.PriceSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Predicate;

/** Wires the classes that publish and serve trades and order books. */
public final class BookModule {
  private final NodeContext node;
  private final PriceSettings settings;
  private final MarketData exchange;
  private final List<MarketStream.Listener> consumers;

  public BookModule(
      Vertx vertx, NodeContext node, PriceSettings settings, MarketData exchange, FeedModule feed) {
    this.node = node;
    this.settings = settings;
    this.exchange = exchange;
    var leader = feed.leader();
    var bus = node.bus();
    var trades =
        new TradeFeed(vertx, bus, settings.venue(), leader::epoch, exchange, node.metrics());
    var books = new BookFeed(vertx, bus, settings.venue(), leader::epoch);
    leader.addListener(trades);
    leader.addListener(books);
    this.consumers =
        List.of(trades, books, feed.gaps(Kind.AGGREGATE_TRADE, Feed.Kind.TRADES, trades::fillGap));
  }

  /** Returns the consumers of the leader's stream. */
  public List<MarketStream.Listener> consumers() {
    return consumers;
  }

  /** @param mayExist false only if the exchange does not list the symbol */
  public Future<?> serve(Predicate<String> mayExist) {
    var recent = new RecentTrades();
    var trades = new TradeFinder(
        settings.venue(),
        recent,
        exchange,
        new MarketReads<>("trades-not-available", mayExist, node.clock()));
    var books = new BookFinder(
        settings.venue(),
        exchange,
        new MarketReads<>("book-not-available", mayExist, node.clock()),
        System::nanoTime);
    return Future.all(
        node.bus().subscribe(Trades.UPDATES, recent::onUpdate),
        node.bus().subscribe(Books.UPDATES, books::onUpdate),
        node.bus().serve(Trades.FIND, trades::find),
        node.bus().serve(Books.FIND, books::find));
  }
}
