package dev.verticker.api.quotes;

import dev.verticker.context.NodeContext;
import dev.verticker.message.Prices;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link QuoteStore} current: hears every tick, and asks for everything at the start, when messages may have been
 * missed, and now and then, because a tick may be lost and the configured symbols may change with a deploy.
 */
final class QuoteFeed {
  private static final Logger log = LoggerFactory.getLogger(QuoteFeed.class);
  private static final Duration EMPTY_HANDED = Duration.ofSeconds(2);
  private static final int ROUNDS_WHEN_FILLED = 15;

  private final Vertx vertx;
  private final NodeContext node;
  private final QuoteStore store;
  private int rounds;

  QuoteFeed(Vertx vertx, NodeContext node, QuoteStore store) {
    this.vertx = vertx;
    this.node = node;
    this.store = store;
  }

  /** Completes when ticks are heard; whether the price verticle answers yet does not matter to the start. */
  Future<Void> start() {
    node.health().note("price-api", this::remark);
    node.liveness().onReturn(this::ask);
    vertx.setPeriodic(EMPTY_HANDED.toMillis(), timer -> round());
    return node.bus()
        .subscribe(Prices.TICK, tick -> store.keep(tick.quotes()))
        .compose(subscription -> ask().otherwiseEmpty());
  }

  private void round() {
    rounds++;
    if (!store.isFilled() || rounds % ROUNDS_WHEN_FILLED == 0) {
      ask();
    }
  }

  private Future<Void> ask() {
    return node.bus()
        .request(Prices.LATEST, new Prices.Latest())
        .onFailure(failure -> log.debug("no latest quotes: {}", failure.getMessage()))
        .<Void>map(snapshot -> {
          store.keep(snapshot);
          return null;
        });
  }

  private Optional<String> remark() {
    return store.configured().findAny().isPresent()
        ? Optional.empty()
        : Optional.of("no price is known yet");
  }
}
