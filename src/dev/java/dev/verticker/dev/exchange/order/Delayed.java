package dev.verticker.dev.exchange.order;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** A value whose changes become visible after a delay, in their order. */
final class Delayed<T> {
  private final Deque<Version<T>> versions = new ArrayDeque<>();

  private record Version<T>(T value, Instant visibleAt) {}

  void set(T value, Instant visibleAt) {
    var last = versions.peekLast();
    versions.addLast(new Version<>(
        value, last != null && last.visibleAt.isAfter(visibleAt) ? last.visibleAt : visibleAt));
  }

  /** The newest visible value; empty if none is visible yet. */
  Optional<T> at(Instant now) {
    Version<T> visible = null;
    while (!versions.isEmpty() && !versions.peekFirst().visibleAt.isAfter(now)) {
      visible = versions.removeFirst();
    }
    if (visible == null) {
      return Optional.empty();
    }
    versions.addFirst(visible);
    return Optional.of(visible.value);
  }
}
