package dev.verticker.user.login;

import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Counts failed sign-in attempts in Redis for the cluster, and in the memory of the node that received them. Every request to
 * Redis contains the node's own failures of the same keys: what a flush removed is counted again. While Redis is unavailable,
 * the node decides by its own failures.
 */
final class LoginFailures {
  enum Outcome {
    /** The password has not been compared yet: records nothing. */
    PENDING,
    FAILURE,
    /** Removes the failures of this account from this address. */
    SUCCESS
  }

  /** The delay that each limit requires before the next attempt; zero = none. */
  record Delays(Duration accountAndAddress, Duration address, Duration account) {
    /** @param known whether the account has signed in from the address before */
    Duration forAttempt(boolean known) {
      var wait = accountAndAddress.compareTo(address) > 0 ? accountAndAddress : address;
      return known || wait.compareTo(account) > 0 ? wait : account;
    }

    List<Duration> all() {
      return List.of(accountAndAddress, address, account);
    }
  }

  /** @param at time in milliseconds since 1970 */
  record FailedAttempt(String id, long at) {
    /** Returns this attempt, no earlier than just after the last success. */
    FailedAttempt after(long success) {
      return at > success ? this : new FailedAttempt(id, success + 1);
    }
  }

  private final LoginFailuresInRedis cluster;
  private final LoginFailuresInMemory node;
  private final Clock clock;

  LoginFailures(RedisClient redis, LoginLimits limits, Clock clock) {
    this.cluster = new LoginFailuresInRedis(redis, limits);
    this.node = new LoginFailuresInMemory(limits);
    this.clock = clock;
  }

  /**
   * Atomic: concurrent wrong passwords cannot exceed the limits. Returns the delays before the attempt was recorded, and
   * records nothing for an attempt that has to wait.
   */
  Future<Delays> record(Outcome outcome, LoginAttempt attempt) {
    var now = clock.millis();
    var failed = new FailedAttempt(UUID.randomUUID().toString(), now);
    return cluster
        .record(outcome, attempt, failed, node.recorded(attempt, now))
        .map(decision -> {
          node.follow(decision, outcome, attempt, failed);
          return decision.delays();
        })
        .recover(unavailable -> Future.succeededFuture(node.record(outcome, attempt, failed)));
  }
}
