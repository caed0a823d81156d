package dev.verticker.outbox;

/**
 * The id up to which an outbox has no entry and never will. Reading only the entries after it skips deleted rows, which
 * PostgreSQL keeps while a backup or another long transaction may read them.
 *
 * <p>The newest delivered id is not such a limit: a transaction that got a smaller id may commit later. Therefore an id must
 * pass three polls. The first finds that it is assigned. The second notes the newest transaction. A later one finds that
 * all transactions up to that one have ended, and that no entry is left. A writer becomes a transaction before it gets an id
 * (trigger {@code outbox_writer}). Not thread-safe.
 */
final class DeliveredIds {
  private long limit;
  private long assigned;
  private long candidate;
  private long writersBefore;

  /**
   * The outbox at one moment.
   *
   * @param oldest the id of the oldest entry after the limit; null if there is none
   * @param running all transactions before this one have ended
   * @param next the next transaction to start
   * @param last the last id of the sequence, which may be unused
   */
  record Poll(Long oldest, long running, long next, long last) {}

  /** Returns 0 at first. */
  long limit() {
    return limit;
  }

  void onPoll(Poll poll) {
    if (poll.last() < limit) {
      // The database was restored.
      reset();
    }
    if (candidate > limit
        && poll.running() >= writersBefore
        && (poll.oldest() == null || poll.oldest() > candidate)) {
      limit = candidate;
    }
    if (candidate <= limit && assigned > limit) {
      candidate = assigned;
      writersBefore = poll.next();
    }
    assigned = poll.last() - 1;
  }

  /** Starts again, because the next connection may lead to a restored database. */
  void reset() {
    limit = 0;
    assigned = 0;
    candidate = 0;
  }
}
