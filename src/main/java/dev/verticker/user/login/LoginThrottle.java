package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.data.RedisClient;
import dev.verticker.settings.SigningKey;
import dev.verticker.user.login.LoginFailures.Delays;
import dev.verticker.user.login.LoginFailures.Outcome;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;

/**
 * Throttles password guessing: across the cluster while Redis is available, per node while it is not. The node always counts
 * too, so that an outage of Redis does not reset the limits.
 *
 * <p>The limits apply when an attempt completes, not when it starts: of a hundred concurrent guesses, at most five
 * receive a result that depends on the password. Concurrent successful sign-ins are not throttled.
 */
public final class LoginThrottle {
  private final LoginKeys keys;
  private final LoginLimits limits;
  private final LoginFailures cluster;
  private final LoginFailures node;

  private LoginThrottle(LoginKeys keys, LoginLimits limits, RedisClient redis, Clock clock) {
    this.keys = keys;
    this.limits = limits;
    this.cluster = new LoginFailuresInRedis(redis, limits, clock);
    this.node = new LoginFailuresInMemory(limits, clock);
  }

  /** @param keys the current key first */
  public static LoginThrottle forLogins(List<SigningKey> keys, RedisClient redis, Clock clock) {
    var loginKeys = new LoginKeys(keys, "login-attempts");
    return new LoginThrottle(loginKeys, LoginLimits.LOGINS, redis, clock);
  }

  /**
   * Creates a throttle that counts separately from sign-ins.
   *
   * @param keys the current key first
   */
  public static LoginThrottle forRegistrations(
      List<SigningKey> keys, RedisClient redis, Clock clock) {
    var registrationKeys = new LoginKeys(keys, "registrations");
    return new LoginThrottle(registrationKeys, LoginLimits.REGISTRATIONS, redis, clock);
  }

  /** Counts an attempt regardless of its outcome. Fails with {@link Failure.TooManyRequests} when a limit is exceeded. */
  public Future<Void> countAttempt(String username, String address) {
    return recordFailure(attempt(username, address), true);
  }

  LoginAttempt attempt(String username, String address) {
    return keys.attempt(username, address);
  }

  /**
   * Runs before the password is compared. Fails with {@link Failure.TooManyRequests} when this account and address, or
   * this address, must wait. {@link #admit} uses the returned delays to decide whether an attempt from an unknown address
   * must wait.
   */
  Future<Delays> check(LoginAttempt attempt) {
    return record(Outcome.PENDING, attempt, true);
  }

  /** Fails when the account must wait and has not signed in from the address before. */
  Future<Void> admit(Delays delays, boolean known) {
    return passed(delays, known).mapEmpty();
  }

  /** Fails when the limit was reached in between: then the caller must not report that the password was wrong. */
  Future<Void> recordFailure(LoginAttempt attempt, boolean known) {
    return record(Outcome.FAILURE, attempt, known).mapEmpty();
  }

  /** Fails when the limit was reached in between: then the caller must not report that the password was right. */
  Future<Void> recordSuccess(LoginAttempt attempt, boolean known) {
    return record(Outcome.SUCCESS, attempt, known).mapEmpty();
  }

  private Future<Delays> record(Outcome outcome, LoginAttempt attempt, boolean known) {
    var local = node.record(outcome, attempt, known);
    return cluster
        .record(outcome, attempt, known)
        .recover(unavailable -> local)
        .compose(delays -> passed(delays, known));
  }

  private Future<Delays> passed(Delays delays, boolean known) {
    var wait = delays.forAttempt(known);
    return wait.isZero()
        ? Future.succeededFuture(delays)
        : Future.failedFuture(new Failure.TooManyRequests(
            "too-many-attempts",
            "Too many attempts: try again after the seconds in Retry-After.",
            wait,
            limits.exceeded(delays, wait)));
  }
}
