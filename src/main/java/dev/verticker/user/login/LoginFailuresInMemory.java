package dev.verticker.user.login;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts failures on this node; bounded, evicts the least recently used key. Not thread-safe: runs on one event loop. */
final class LoginFailuresInMemory implements LoginFailures {
  private static final int MAX_KEYS = 100_000;

  private final Map<String, Deque<Long>> times = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
      return size() > MAX_KEYS;
    }
  };

  private final LoginLimits limits;
  private final Clock clock;

  LoginFailuresInMemory(LoginLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  @Override
  public Future<Delays> record(Outcome outcome, LoginAttempt attempt, boolean known) {
    var delays = delays(attempt);
    var admitted = delays.forAttempt(known).isZero();
    if (admitted && outcome == Outcome.SUCCESS) {
      times.remove(attempt.accountAndAddress());
    } else if (admitted && outcome == Outcome.FAILURE) {
      add(attempt.accountAndAddress());
      add(attempt.address());
      if (delays.account().isZero()) {
        add(attempt.account());
      }
    }
    return Future.succeededFuture(delays);
  }

  private Delays delays(LoginAttempt attempt) {
    return new Delays(
        wait(attempt.accountAndAddress(), limits.accountAndAddress()),
        wait(attempt.address(), limits.address()),
        wait(attempt.account(), limits.account()));
  }

  private Duration wait(String key, Quota quota) {
    var failures = times.get(key);
    if (failures == null) {
      return Duration.ZERO;
    }
    var now = clock.millis();
    while (!failures.isEmpty() && failures.peekFirst() <= now - quota.window().toMillis()) {
      failures.removeFirst();
    }
    if (failures.isEmpty()) {
      times.remove(key);
    }
    return failures.size() < quota.max()
        ? Duration.ZERO
        : Duration.ofMillis(failures.peekFirst() + quota.window().toMillis() - now);
  }

  private void add(String key) {
    times.computeIfAbsent(key, absent -> new ArrayDeque<>()).addLast(clock.millis());
  }
}
