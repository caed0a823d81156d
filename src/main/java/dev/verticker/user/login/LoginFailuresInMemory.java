package dev.verticker.user.login;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.user.login.LoginFailures.Delays;
import dev.verticker.user.login.LoginFailures.FailedAttempt;
import dev.verticker.user.login.LoginFailures.Outcome;
import dev.verticker.user.login.LoginFailuresInRedis.Decision;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The failures of this node; bounded, evicts the least recently used key. Not thread-safe: runs on one event loop. */
final class LoginFailuresInMemory {
  private static final int MAX_KEYS = 100_000;

  private final Map<String, Deque<FailedAttempt>> failures = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Deque<FailedAttempt>> eldest) {
      return size() > MAX_KEYS;
    }
  };

  private final LoginLimits limits;

  LoginFailuresInMemory(LoginLimits limits) {
    this.limits = limits;
  }

  /** The failures of each key of the attempt that still count, oldest first. */
  List<List<FailedAttempt>> recorded(LoginAttempt attempt, long now) {
    var all = new ArrayList<List<FailedAttempt>>();
    for (var i = 0; i < attempt.keys().size(); i++) {
      all.add(List.copyOf(current(attempt.keys().get(i), limits.all().get(i), now)));
    }
    return all;
  }

  /** Decides while Redis is unavailable. */
  Delays record(Outcome outcome, LoginAttempt attempt, FailedAttempt failed) {
    var delays = new Delays(
        wait(attempt.accountAndAddress(), limits.accountAndAddress(), failed.at()),
        wait(attempt.address(), limits.address(), failed.at()),
        wait(attempt.account(), limits.account(), failed.at()));
    apply(delays, outcome, attempt, failed);
    return delays;
  }

  /** Records what Redis recorded. */
  void follow(Decision decision, Outcome outcome, LoginAttempt attempt, FailedAttempt failed) {
    var ofPair = failures.get(attempt.accountAndAddress());
    if (ofPair != null) {
      ofPair.removeIf(earlier -> earlier.at() <= decision.lastSuccess());
    }
    apply(decision.delays(), outcome, attempt, failed.after(decision.lastSuccess()));
  }

  private void apply(Delays delays, Outcome outcome, LoginAttempt attempt, FailedAttempt failed) {
    if (!delays.forAttempt(attempt.known()).isZero()) {
      return;
    }
    if (outcome == Outcome.SUCCESS) {
      failures.remove(attempt.accountAndAddress());
    } else if (outcome == Outcome.FAILURE) {
      for (var i = 0; i < attempt.keys().size(); i++) {
        if (delays.all().get(i).isZero()) {
          failures
              .computeIfAbsent(attempt.keys().get(i), absent -> new ArrayDeque<>())
              .addLast(failed);
        }
      }
    }
  }

  private Duration wait(String key, Quota quota, long now) {
    var current = current(key, quota, now);
    if (current.size() < quota.max()) {
      return Duration.ZERO;
    }
    var next = List.copyOf(current).get(current.size() - quota.max());
    return Duration.ofMillis(next.at() + quota.window().toMillis() - now);
  }

  private Deque<FailedAttempt> current(String key, Quota quota, long now) {
    var current = failures.get(key);
    if (current == null) {
      return new ArrayDeque<>();
    }
    current.removeIf(failure -> failure.at() <= now - quota.window().toMillis());
    if (current.isEmpty()) {
      failures.remove(key);
    }
    return current;
  }
}
