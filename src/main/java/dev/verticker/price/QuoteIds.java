package dev.verticker.price;

import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ids from a block this node holds, so that a quote has one while PostgreSQL is away. The next block is asked for when half
 * of one is left; as long as none is had, quotes cannot be given out beyond the block.
 */
public final class QuoteIds {
  private static final Logger log = LoggerFactory.getLogger(QuoteIds.class);

  /** The increment of the sequence. */
  public static final int BLOCK = 10_000;

  private final PriceRepository repository;
  private long next;
  private long end;
  private long spare = -1;
  private boolean asking;

  QuoteIds(PriceRepository repository) {
    this.repository = repository;
  }

  Future<Void> start() {
    return refill();
  }

  /** Throws {@link IllegalStateException} when the block is used up. */
  long next() {
    if (next == end && spare >= 0) {
      next = spare;
      end = spare + BLOCK;
      spare = -1;
    }
    if (end - next <= BLOCK / 2 && spare < 0) {
      refill();
    }
    if (next == end) {
      throw new IllegalStateException("no ids left while PostgreSQL is away");
    }
    return next++;
  }

  private Future<Void> refill() {
    if (asking) {
      return Future.succeededFuture();
    }
    asking = true;
    return repository
        .nextBlock()
        .onComplete(done -> asking = false)
        .onSuccess(first -> spare = first)
        .onFailure(failure -> log.warn("no new block of ids: {}", failure.getMessage()))
        .mapEmpty();
  }
}
