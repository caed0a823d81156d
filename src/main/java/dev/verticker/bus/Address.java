package dev.verticker.bus;

import java.time.Duration;

/**
 * An event bus address whose requests are answered by one consumer in the cluster.
 *
 * @param name the event bus address
 * @param request class of the request, an immutable record
 * @param reply class of the reply, an immutable record; {@link Void} for an empty reply
 * @param deadline after which the caller's request fails with {@link Failure.Unavailable}, and a consumer that has not started
 *     to process it skips it
 * @param repeatable whether processing a request twice has the same effect as once: another node may process it again if it
 *     failed with {@link Failure.Unavailable} on this node
 */
public record Address<Q, A>(
    String name, Class<Q> request, Class<A> reply, Duration deadline, boolean repeatable) {
  private static final Duration DEFAULT_DEADLINE = Duration.ofMillis(2500);

  public Address {
    if (deadline.isNegative() || deadline.isZero()) {
      throw new IllegalArgumentException("deadline must be positive: " + deadline);
    }
  }

  public Address(String name, Class<Q> request, Class<A> reply, Duration deadline) {
    this(name, request, reply, deadline, false);
  }

  public Address(String name, Class<Q> request, Class<A> reply) {
    this(name, request, reply, DEFAULT_DEADLINE);
  }

  /** Returns this address for requests that may be processed twice, such as queries. */
  public Address<Q, A> asRepeatable() {
    return new Address<>(name, request, reply, deadline, true);
  }
}
