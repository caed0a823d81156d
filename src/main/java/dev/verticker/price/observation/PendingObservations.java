package dev.verticker.price.observation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queue of observations to store, at most 20,000 while PostgreSQL is unavailable; above that, the oldest is dropped and
 * counted. A row that another node has stored for the same slot is kept.
 */
public final class PendingObservations {
  private static final Logger log = LoggerFactory.getLogger(PendingObservations.class);
  private static final int MAX_PENDING = 20_000;
  private static final int BATCH = 500;

  private final ObservationRepository repository;
  private final Deque<SlotQuote> pending = new ArrayDeque<>();
  private final Counter dropped;
  private Future<Void> running = Future.succeededFuture();
  private boolean failing;

  public PendingObservations(ObservationRepository repository, MeterRegistry metrics) {
    this.repository = repository;
    this.dropped = metrics.counter("price_observations_dropped_total");
    metrics.gauge("price_observations_waiting", pending, Deque::size);
  }

  public void add(List<SlotQuote> observations) {
    pending.addAll(observations);
    while (pending.size() > MAX_PENDING) {
      pending.removeFirst();
      dropped.increment();
    }
  }

  public boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Stores batch after batch until the queue is empty or PostgreSQL is unavailable; concurrent calls share one flush. */
  public Future<Void> flush() {
    if (running.isComplete()) {
      running = pending.isEmpty()
          ? Future.succeededFuture()
          : storeNext().onSuccess(stored -> onStored()).onFailure(this::onFailure);
    }
    return running;
  }

  private void onStored() {
    if (failing) {
      log.info("all pending observations stored");
      failing = false;
    }
  }

  private void onFailure(Throwable failure) {
    if (!failing) {
      log.warn(
          "{} observations queued until PostgreSQL stores them: {}",
          pending.size(),
          failure.getMessage());
      failing = true;
    }
  }

  private Future<Void> storeNext() {
    var batch = pending.stream().limit(BATCH).toList();
    return repository.insert(batch).compose(stored -> {
      batch.forEach(pending::remove);
      return pending.isEmpty() ? Future.succeededFuture() : storeNext();
    });
  }
}
