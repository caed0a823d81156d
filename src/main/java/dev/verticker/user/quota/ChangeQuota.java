package dev.verticker.user.quota;

import dev.verticker.bus.Failure;
import dev.verticker.message.Actor;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * Limits the changes of each user: every change writes audit entries and events that all other users share.
 *
 * @param own changes of the own account
 * @param others changes of other accounts
 */
public record ChangeQuota(UserQuota own, UserQuota others) {
  /** Makes a change of the own account. Fails with {@link Failure.TooManyRequests} if the quota is exceeded. */
  public <T> Future<T> own(long userId, Supplier<Future<T>> change) {
    return own.run(userId, change);
  }

  /** Does the same as {@link #own} for a change by this actor; the system and anonymous clients have no quota. */
  public <T> Future<T> by(Actor actor, long userId, Supplier<Future<T>> change) {
    if (actor.id() == null) {
      return change.get();
    }
    return actor.is(userId) ? own(userId, change) : others.run(actor.id(), change);
  }

  /** Does the same as {@link #by} for the creation of another account. */
  public <T> Future<T> creation(Actor actor, Supplier<Future<T>> change) {
    return by(actor, 0, change);
  }
}
