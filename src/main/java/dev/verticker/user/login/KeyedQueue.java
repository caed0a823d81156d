package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Work on the same key goes one after the other on this node. Fifty clients who want one name hash one password, not fifty.
 * Only so many may stand in a line, and what waited longer than its caller does is not begun. Used from one event loop.
 */
public final class KeyedQueue {
  static final int MAX_LINE = 64;
  static final int MOST = 1000;

  private static final Line NOBODY = new Line(0, Future.succeededFuture());

  private final Map<String, Line> lines = new HashMap<>();
  private final Duration patience;
  private final Clock clock;
  private int standing;

  /** @param last ends when everybody who stands in the line has had a turn */
  private record Line(int length, Future<?> last) {}

  /** @param patience how long a caller waits for its answer */
  public KeyedQueue(Duration patience, Clock clock) {
    this.patience = patience;
    this.clock = clock;
  }

  /** Fails with {@link Failure.Unavailable} when too many stand in line, or when the turn came too late. */
  public <T> Future<T> run(String key, Supplier<Future<T>> work) {
    var line = lines.getOrDefault(key, NOBODY);
    if (line.length() == MAX_LINE || standing == MOST) {
      return busy();
    }
    var end = clock.instant().plus(patience);
    var mine = line.last().transform(before -> isOver(end) ? KeyedQueue.<T>busy() : work.get());
    lines.put(key, new Line(line.length() + 1, mine));
    standing++;
    mine.onComplete(done -> leave(key));
    return mine;
  }

  private void leave(String key) {
    standing--;
    lines.computeIfPresent(
        key, (same, line) -> line.length() == 1 ? null : new Line(line.length() - 1, line.last()));
  }

  private boolean isOver(Instant end) {
    return clock.instant().isAfter(end);
  }

  private static <T> Future<T> busy() {
    return Future.failedFuture(
        new Failure.Unavailable("hashing-busy", "Too many users are being created now."));
  }
}
