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
 * Queue of observations to store once PostgreSQL is available again, at most 20,000; above that, the oldest is dropped
 * and counted. A row that another node has stored for the same slot is kept.
 */
public final class PendingObservations {
  private static final Logger log = LoggerFactory.getLogger(PendingObservations.class);
  private static final int MAX_PENDING = 20_000;
  private static final int BATCH = 500;

  private final ObservationRepository repository;
  private final Deque<SlotQuote> pending = new ArrayDeque<>();
  private final Counter dropped;
  private boolean flushing;

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

  /** Stores batch after batch until the queue is empty or PostgreSQL is unavailable; one flush at a time. */
  public Future<Void> flush() {
    if (flushing || pending.isEmpty()) {
      return Future.succeededFuture();
    }
    flushing = true;
    return storeNext().onComplete(done -> flushing = false);
  }

  private Future<Void> storeNext() {
    var batch = pending.stream().limit(BATCH).toList();
    return repository.insert(batch).compose(stored -> {
      batch.forEach(pending::remove);
      if (pending.isEmpty()) {
        log.info("all pending observations stored");
        return Future.succeededFuture();
      }
      return storeNext();
    });
  }
}
