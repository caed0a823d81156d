package dev.verticker.api.market;

import dev.verticker.context.NodeContext;
import dev.verticker.message.Books;
import dev.verticker.message.Candles;
import dev.verticker.message.Trades;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** The live market data that all event loops of a node share. */
public record LiveMarket(
    LeaderUpdates<Candles.Update> candles,
    LeaderUpdates<Trades.Update> trades,
    LeaderUpdates<Books.Update> books,
    SharedReads reads,
    MarketDemand demand) {
  public static LiveMarket of(Vertx vertx, NodeContext node) {
    return new LiveMarket(
        new LeaderUpdates<>(node, Candles.UPDATES, Candles.Update::epoch),
        new LeaderUpdates<>(node, Trades.UPDATES, Trades.Update::epoch),
        new LeaderUpdates<>(node, Books.UPDATES, Books.Update::epoch),
        new SharedReads(node.bus()),
        new MarketDemand(vertx, node.bus()));
  }

  /** Returns this market for readers that may not cause requests to the exchange or streams of it. */
  public LiveMarket heldOnly() {
    return new LiveMarket(candles, trades, books, reads.heldOnly(), MarketDemand.none());
  }

  /** Completes when this node is subscribed to all updates, on the calling context until its undeployment. */
  public Future<Void> start() {
    demand.start();
    return Future.all(candles.start(), trades.start(), books.start()).mapEmpty();
  }
}
