package dev.verticker.bus;

import java.time.Duration;

/**
 * The address of a request on the event bus: one consumer in the cluster answers it.
 *
 * @param name the event bus address
 * @param request class of the request, an immutable record
 * @param answer class of the reply, an immutable record; {@link Void} for an empty reply
 * @param deadline time after which the caller gets {@link Failure.Unavailable}; a consumer drops a request that it receives
 *     later
 */
public record Address<Q, A>(String name, Class<Q> request, Class<A> answer, Duration deadline) {
  private static final Duration DEFAULT_DEADLINE = Duration.ofMillis(2500);

  public Address {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("deadline must be positive: " + deadline);
    }
  }

  public Address(String name, Class<Q> request, Class<A> answer) {
    this(name, request, answer, DEFAULT_DEADLINE);
  }
}
