package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.data.RedisClient;
import dev.verticker.user.login.LoginFailures.Waits;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;

/**
 * Slows down whoever guesses passwords, across the cluster while Redis answers and per node while it does not. The node
 * counts always, so that guessing does not start afresh when Redis goes away.
 *
 * <p>The limits hold for answers, not for beginnings: of a hundred guesses sent at once five are told whether they are
 * right. Signing in rightly many times at once is not slowed down.
 */
public final class LoginThrottle {
  private final LoginLimits limits;
  private final LoginFailures cluster;
  private final LoginFailures node;

  public LoginThrottle(LoginLimits limits, RedisClient redis, Clock clock) {
    this.limits = limits;
    this.cluster = new LoginFailuresInRedis(redis, limits, clock);
    this.node = new LoginFailuresInMemory(limits, clock);
  }

  /**
   * Before the password is looked at. Fails with {@link Failure.TooManyRequests} when this account and address, or this
   * address, must wait; the answer says whether strangers to the account must.
   */
  public Future<Waits> look(LoginAttempt attempt) {
    return count(failures -> failures.look(attempt)).compose(waits -> passed(waits, true));
  }

  /** Fails when the account must wait and the address is a stranger to it. */
  Future<Void> admit(Waits waits, boolean known) {
    return passed(waits, known).mapEmpty();
  }

  /** Fails when the limit was reached meanwhile: then the caller must not say that the password was wrong. */
  public Future<Void> wrong(LoginAttempt attempt, boolean known) {
    return count(failures -> failures.wrong(attempt, known))
        .compose(waits -> passed(waits, known))
        .mapEmpty();
  }

  /** Fails when the limit was reached meanwhile: then the caller must not say that the password was right. */
  public Future<Void> right(LoginAttempt attempt, boolean known) {
    return count(failures -> failures.right(attempt, known))
        .compose(waits -> passed(waits, known))
        .mapEmpty();
  }

  private Future<Waits> count(Function<LoginFailures, Future<Waits>> deed) {
    var here = deed.apply(node);
    return deed.apply(cluster).recover(away -> here);
  }

  private Future<Waits> passed(Waits waits, boolean known) {
    var wait = waits.forAttempt(known);
    return wait.isZero()
        ? Future.succeededFuture(waits)
        : Future.failedFuture(tooMany(wait, limits.reached(waits, wait)));
  }

  private static Failure tooMany(Duration wait, Quota reached) {
    return new Failure.TooManyRequests(
        "too-many-attempts", "Too many attempts. Try again later.", wait, reached);
  }
}
