package dev.verticker.bus;

import java.time.Duration;

/**
 * Where a request goes and what it carries: one consumer somewhere in the cluster answers.
 *
 * @param name the event bus address
 * @param request class of the request, an immutable record
 * @param answer class of the answer, an immutable record; {@link Void} when nothing is answered
 * @param deadline after this long without an answer the caller gets {@link Failure.Unavailable}, and a consumer that has
 *     not started yet does not start
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
