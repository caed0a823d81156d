package dev.verticker.api.quotes;

import dev.verticker.context.NodeContext;
import dev.verticker.message.Prices;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link QuoteStore} current. It subscribes to ticks and requests snapshots: at start, after a reconnect to the
 * cluster, when another node leads the feed, and periodically, because the bus can drop a tick and a deployment can change
 * the configured symbols.
 */
final class QuoteFeed implements FeedListener {
  private static final Logger log = LoggerFactory.getLogger(QuoteFeed.class);
  private static final Duration STALE_CHECK_INTERVAL = Duration.ofMillis(500);
  private static final Duration INTERVAL_WHILE_EMPTY = Duration.ofSeconds(2);
  private static final int INTERVALS_PER_SNAPSHOT = 15;

  private final Vertx vertx;
  private final NodeContext node;
  private final QuoteStore store;
  private int intervals;
  private Instant lastStaleCheck;

  QuoteFeed(Vertx vertx, NodeContext node, QuoteStore store) {
    this.vertx = vertx;
    this.node = node;
    this.store = store;
    this.lastStaleCheck = node.clock().instant();
  }

  /** Completes when this node is subscribed to ticks, whether or not the price verticle responds. */
  Future<Void> start() {
    node.health().note("quotes", this::missingQuotes);
    node.connectivity().onReconnect(this::requestSnapshot);
    vertx.setPeriodic(INTERVAL_WHILE_EMPTY.toMillis(), timer -> onInterval());
    vertx.setPeriodic(STALE_CHECK_INTERVAL.toMillis(), timer -> reportStaleQuotes());
    return node.bus()
        .subscribe(Prices.TICK, tick -> store.accept(tick.quotes()))
        .compose(subscription -> requestSnapshot().otherwiseEmpty());
  }

  @Override
  public void onNewLeader() {
    requestSnapshot().onComplete(received -> store.reportNewLeader());
  }

  private void onInterval() {
    intervals++;
    if (!store.isFilled() || intervals % INTERVALS_PER_SNAPSHOT == 0) {
      requestSnapshot();
    }
  }

  private void reportStaleQuotes() {
    var now = node.clock().instant();
    store.reportStale(lastStaleCheck, now);
    lastStaleCheck = now;
  }

  private Future<Void> requestSnapshot() {
    return node.bus()
        .request(Prices.LATEST, new Prices.Latest())
        .onFailure(failure -> log.debug("quote snapshot request failed: {}", failure.getMessage()))
        .<Void>map(snapshot -> {
          store.accept(snapshot);
          return null;
        });
  }

  private Optional<String> missingQuotes() {
    return store.findConfigured().isEmpty()
        ? Optional.of("no quote received since start-up")
        : Optional.empty();
  }
}
