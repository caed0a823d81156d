package dev.verticker.price;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes old observations once an hour, in batches with a pause between, so that nothing else waits. */
final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);
  private static final Duration HOURLY = Duration.ofHours(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final PriceRepository repository;
  private final Duration kept;
  private final Clock clock;

  Retention(Vertx vertx, PriceRepository repository, Duration kept, Clock clock) {
    this.vertx = vertx;
    this.repository = repository;
    this.kept = kept;
    this.clock = clock;
  }

  void start() {
    vertx.setPeriodic(HOURLY.toMillis(), id -> run());
  }

  /** Completes when nothing too old is left. */
  Future<Void> run() {
    return repository
        .deleteOlderThan(clock.instant().minus(kept))
        .compose(deleted -> deleted == 0
            ? Future.succeededFuture()
            : vertx.timer(PAUSE.toMillis()).compose(id -> run()))
        .onFailure(
            failure -> log.warn("old observations were not removed: {}", failure.getMessage()));
  }
}
