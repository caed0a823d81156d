package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Actor;
import dev.verticker.settings.SigningKey;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Limits the changes of each user per minute: every change writes audit entries and events that all other users share. It
 * counts across the cluster while Redis is available. The node always counts too, so that an outage of Redis does not reset
 * the quotas. Not thread-safe: runs on one event loop.
 */
final class ChangeQuota {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MAX_KEYS = 100_000;
  private static final String PREFIX = "changes:";
  private static final int ID_BYTES = 8;

  /** One script, so that concurrent changes cannot all read the count before one of them is recorded. */
  private static final String SCRIPT =
      """
      local now, id, max, window = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
      if redis.call('ZCARD', KEYS[1]) >= max then
        return tonumber(redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]) + window - now
      end
      redis.call('ZADD', KEYS[1], now, id)
      redis.call('PEXPIRE', KEYS[1], window)
      return 0
      """;

  private final Map<String, Deque<Long>> times = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
      return size() > MAX_KEYS;
    }
  };

  private final RedisClient redis;
  private final String prefix;
  private final Clock clock;
  private final Quota own;
  private final Quota others;

  /**
   * @param key separates systems that share one Redis
   * @param own max changes of the own account per minute
   * @param others max changes of other accounts per minute
   */
  ChangeQuota(RedisClient redis, SigningKey key, Clock clock, int own, int others) {
    this.redis = redis;
    this.prefix =
        PREFIX + HexFormat.of().formatHex(key.derived("change-quotas"), 0, ID_BYTES) + ':';
    this.clock = clock;
    this.own = new Quota(own, WINDOW);
    this.others = new Quota(others, WINDOW);
  }

  /**
   * Makes a change of the own account. Counts the request whether it succeeds or not, and fails with
   * {@link Failure.TooManyRequests} ({@code too-many-changes}) if the quota is exceeded.
   */
  <T> Future<T> own(long userId, Supplier<Future<T>> change) {
    return count("own:" + userId, own).compose(counted -> change.get());
  }

  /** Does the same as {@link #own} for a change by this actor; the system and anonymous clients have no quota. */
  <T> Future<T> by(Actor actor, long userId, Supplier<Future<T>> change) {
    if (actor.id() == null) {
      return change.get();
    }
    return actor.is(userId)
        ? own(userId, change)
        : count("others:" + actor.id(), others).compose(counted -> change.get());
  }

  /** Does the same as {@link #by} for the creation of another account. */
  <T> Future<T> creation(Actor actor, Supplier<Future<T>> change) {
    return by(actor, 0, change);
  }

  private Future<Void> count(String key, Quota quota) {
    var wait = countOnNode(key, quota);
    if (!wait.isZero()) {
      return exceeded(wait, quota);
    }
    return countInCluster(key, quota).otherwise(Duration.ZERO).compose(waitInCluster -> {
      if (waitInCluster.isZero()) {
        return Future.succeededFuture();
      }
      // A refused request does not count, here as in Redis.
      times.getOrDefault(key, new ArrayDeque<>()).pollLast();
      return exceeded(waitInCluster, quota);
    });
  }

  private Duration countOnNode(String key, Quota quota) {
    var counted = times.computeIfAbsent(key, absent -> new ArrayDeque<>());
    var now = clock.millis();
    var window = quota.window().toMillis();
    while (!counted.isEmpty() && counted.peekFirst() <= now - window) {
      counted.removeFirst();
    }
    if (counted.size() >= quota.max()) {
      return Duration.ofMillis(counted.peekFirst() + window - now);
    }
    counted.addLast(now);
    return Duration.ZERO;
  }

  private Future<Duration> countInCluster(String key, Quota quota) {
    return redis
        .send(Request.cmd(Command.EVAL)
            .arg(SCRIPT)
            .arg(1)
            .arg(prefix + key)
            .arg(clock.millis())
            .arg(UUID.randomUUID().toString())
            .arg(quota.max())
            .arg(quota.window().toMillis()))
        .map(wait -> Duration.ofMillis(Math.max(0, wait.toLong())));
  }

  private static Future<Void> exceeded(Duration wait, Quota quota) {
    return Future.failedFuture(new Failure.TooManyRequests(
        "too-many-changes",
        "Too many changes: try again after the seconds in Retry-After.",
        wait,
        quota));
  }
}
