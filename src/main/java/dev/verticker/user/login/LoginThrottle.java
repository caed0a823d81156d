package dev.verticker.user.login;

import dev.verticker.bus.Failure;
import dev.verticker.data.RedisClient;
import dev.verticker.settings.SigningKey;
import dev.verticker.user.login.LoginFailures.Outcome;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;

/**
 * Throttles password guessing: across the cluster while Redis is available, per node while it is not. Each node also counts
 * itself, so that neither an outage nor a flush of Redis resets the limits.
 *
 * <p>The limits apply when an attempt completes, not when it starts: of a hundred concurrent guesses, at most five
 * receive a result that depends on the password. Concurrent successful sign-ins are not throttled.
 */
public final class LoginThrottle {
  private final LoginKeys keys;
  private final LoginLimits limits;
  private final LoginFailures failures;

  private LoginThrottle(LoginKeys keys, LoginLimits limits, RedisClient redis, Clock clock) {
    this.keys = keys;
    this.limits = limits;
    this.failures = new LoginFailures(redis, limits, clock);
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
    return recordFailure(keys.attempt(username, address, true));
  }

  LoginKeys keys() {
    return keys;
  }

  /** Runs before the password is compared. Fails with {@link Failure.TooManyRequests} when the attempt must wait. */
  Future<Void> check(LoginAttempt attempt) {
    return record(Outcome.PENDING, attempt);
  }

  /** Fails when the limit was reached in between: then the caller must not report that the password was wrong. */
  Future<Void> recordFailure(LoginAttempt attempt) {
    return record(Outcome.FAILURE, attempt);
  }

  /** Fails when the limit was reached in between: then the caller must not report that the password was right. */
  Future<Void> recordSuccess(LoginAttempt attempt) {
    return record(Outcome.SUCCESS, attempt);
  }

  private Future<Void> record(Outcome outcome, LoginAttempt attempt) {
    return failures.record(outcome, attempt).compose(delays -> {
      var wait = delays.forAttempt(attempt.known());
      return wait.isZero()
          ? Future.succeededFuture()
          : Future.failedFuture(new Failure.TooManyRequests(
              "too-many-attempts",
              "Too many attempts: try again after the seconds in Retry-After.",
              wait,
              limits.exceeded(delays, wait)));
    });
  }
}
