package dev.verticker.price.observation;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Assigns ids to quotes, from a block that this node reserves in PostgreSQL when it starts. A block lasts for days at thousands
 * of quotes per second, so quotes get ids while PostgreSQL is unavailable. The next block is reserved when half of the current
 * one is used.
 */
public final class QuoteIds {
  private static final Logger log = LoggerFactory.getLogger(QuoteIds.class);

  /** The increment of the sequence. */
  public static final long BLOCK = 10_000_000_000L;

  private final ObservationRepository repository;
  private long next;
  private long end;
  private long spare = -1;
  private boolean reserving;
  private boolean failing;

  public QuoteIds(ObservationRepository repository) {
    this.repository = repository;
  }

  /** Returns whether an id is available; if not, because the node started without PostgreSQL, requests a block. */
  public boolean isAvailable() {
    if (next == end && spare >= 0) {
      next = spare;
      end = spare + BLOCK;
      spare = -1;
    }
    if (end - next <= BLOCK / 2 && spare < 0) {
      reserve();
    }
    return next != end;
  }

  /** Throws {@link IllegalStateException} if no id is available. */
  public long next() {
    if (!isAvailable()) {
      throw new IllegalStateException("no ids left while PostgreSQL is unavailable");
    }
    return next++;
  }

  /** Reserves the next block; also the first one, before the first quote. */
  public Future<Void> reserve() {
    if (reserving) {
      return Future.succeededFuture();
    }
    reserving = true;
    return repository
        .nextBlock()
        .onComplete(done -> reserving = false)
        .onSuccess(first -> {
          spare = first;
          failing = false;
        })
        .onFailure(this::onFailure)
        .mapEmpty();
  }

  private void onFailure(Throwable failure) {
    if (!failing) {
      failing = true;
      log.warn("no block of quote ids reserved, retrying: {}", failure.getMessage());
    }
  }
}
