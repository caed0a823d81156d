package dev.verticker.price;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observations waiting for PostgreSQL to come back, at most 20 000; beyond, the oldest is dropped and counted. A row
 * another node stored meanwhile for the same slot stands.
 */
final class PendingObservations {
  private static final Logger log = LoggerFactory.getLogger(PendingObservations.class);
  private static final int MOST = 20_000;
  private static final int BATCH = 500;

  private final PriceRepository repository;
  private final Deque<SlotQuote> waiting = new ArrayDeque<>();
  private final Counter dropped;
  private boolean flushing;

  PendingObservations(PriceRepository repository, MeterRegistry metrics) {
    this.repository = repository;
    this.dropped = metrics.counter("price_observations_dropped_total");
    metrics.gauge("price_observations_waiting", waiting, Deque::size);
  }

  void add(List<SlotQuote> observed) {
    waiting.addAll(observed);
    while (waiting.size() > MOST) {
      waiting.removeFirst();
      dropped.increment();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Stores batch after batch until nothing waits or PostgreSQL is away again; one run at a time. */
  Future<Void> flush() {
    if (flushing || waiting.isEmpty()) {
      return Future.succeededFuture();
    }
    flushing = true;
    return storeNext().onComplete(done -> flushing = false);
  }

  private Future<Void> storeNext() {
    var batch = waiting.stream().limit(BATCH).toList();
    return repository.insert(batch).compose(stored -> {
      batch.forEach(waiting::remove);
      if (waiting.isEmpty()) {
        log.info("every waiting observation is stored");
        return Future.succeededFuture();
      }
      return storeNext();
    });
  }
}
