package dev.verticker.price.feed;

import dev.verticker.context.NodeContext;
import dev.verticker.data.RedisClient;
import dev.verticker.exchange.MarketStream;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.message.Feed;
import dev.verticker.price.feed.FeedLeader.Candidate;
import dev.verticker.price.feed.FeedLeader.ElectionTiming;
import dev.verticker.price.feed.FeedLeader.Market;
import dev.verticker.settings.PriceSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Wires the leader of the feed and its stream. */
public final class FeedModule {
  private final Vertx vertx;
  private final NodeContext node;
  private final PriceSettings settings;
  private final NewestTickers newest = new NewestTickers();
  private final FeedLeader leader;
  private Future<?> demanded = Future.succeededFuture();

  /** @param run identifies this run of the verticle */
  public FeedModule(
      Vertx vertx, NodeContext node, PriceSettings settings, RedisClient redis, String run) {
    this.vertx = vertx;
    this.node = node;
    this.settings = settings;
    this.leader = new FeedLeader(
        vertx,
        redis,
        node.bus(),
        node.clock(),
        new Candidate(market(), run, settings.redisKeys() + "lease"),
        ElectionTiming.DEFAULT);
    leader.addListener(newest);
    node.metrics().gauge("feed_leading", leader, feed -> feed.isLeading() ? 1 : 0);
    node.metrics().gauge("feed_live", leader, feed -> feed.isLive() ? 1 : 0);
  }

  public FeedLeader leader() {
    return leader;
  }

  public NewestTickers newest() {
    return newest;
  }

  /**
   * Opens a stream while this node leads.
   *
   * @param streams opens a stream
   * @param symbols that are streamed
   * @param consumers receive the events after the quotes
   */
  public void stream(
      Supplier<MarketStream> streams,
      FeedDemand.Symbols symbols,
      FeedQuotes quotes,
      List<MarketStream.Listener> consumers) {
    var demand = new FeedDemand(symbols, node.clock());
    node.metrics().gauge("price_feed_symbols_demanded", demand, FeedDemand::size);
    demanded = node.bus().subscribe(Feed.DEMAND, demand::onDemand);
    var watchdog = new FeedWatchdog(quotes, newest, leader, FeedTiming.DEFAULT);
    var listeners = new ArrayList<MarketStream.Listener>(List.of(quotes));
    listeners.addAll(consumers);
    listeners.add(gaps(Kind.TICKER, Feed.Kind.QUOTES, quotes::fetch));
    leader.addListener(
        new MarketFeed(vertx, streams, demand::streams, watchdog, listeners, node.clock()));
  }

  /** Completes when this node receives the messages of the leader and of front doors. */
  public Future<?> start() {
    return demanded.compose(subscribed -> leader.start());
  }

  /** @param fetch requests what the symbols missed; returns whether it is complete, never fails */
  public FeedGaps gaps(Kind stream, Feed.Kind kind, Function<List<String>, Future<Boolean>> fetch) {
    return new FeedGaps(
        new FeedGaps.GapSource(stream, kind, fetch),
        settings.venue(),
        node.bus(),
        node.clock(),
        node.metrics());
  }

  /** The clock of a simulated market is known from its messages. */
  private Market market() {
    return settings.marketSpeed() == 1 && !settings.venue().equals("replayed")
        ? new Market(settings.venue(), 1, node.clock()::instant)
        : new Market(settings.venue(), settings.marketSpeed(), newest::latestTime);
  }
}
