package dev.verticker.user.quota;

import dev.verticker.bus.Failure;
import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.bus.QuotaUsage;
import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Limits the requests of one kind that each user sends per minute. It counts across the cluster while Redis is available. The
 * node always counts too, so that an outage of Redis does not reset the quota. Not thread-safe: runs on one event loop.
 */
public final class UserQuota {
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MAX_USERS = 100_000;

  /**
   * One script, so that concurrent requests cannot all read the count before one of them is recorded. Returns the number of
   * further requests, -1 for a refused one, and the milliseconds until one more is admitted.
   */
  private static final String SCRIPT =
      """
      local now, id, max, window = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
      local count = redis.call('ZCARD', KEYS[1])
      if count < max then
        redis.call('ZADD', KEYS[1], now, id)
        redis.call('PEXPIRE', KEYS[1], window)
      end
      local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
      return {math.max(max - count - 1, -1), oldest + window - now}
      """;

  private final Map<Long, Deque<Long>> times = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, Deque<Long>> eldest) {
      return size() > MAX_USERS;
    }
  };

  private final RedisClient redis;
  private final String prefix;
  private final Clock clock;
  private final String counted;
  private final Quota quota;

  /**
   * @param prefix of the keys in Redis
   * @param name of the quota in the headers of responses
   * @param counted plural noun for the requests, in the text and the code of a refusal
   */
  UserQuota(
      RedisClient redis,
      String prefix,
      Clock clock,
      String name,
      String counted,
      int maxPerMinute) {
    this.redis = redis;
    this.prefix = prefix + name + ':';
    this.clock = clock;
    this.counted = counted;
    this.quota = new Quota(name, maxPerMinute, WINDOW);
  }

  /**
   * Runs the work of a request. Counts the request whether the work succeeds or not, and fails with
   * {@link Failure.TooManyRequests} without running it if the quota is exceeded.
   */
  public <T> Future<T> run(long userId, Supplier<Future<T>> work) {
    return count(userId).compose(counted -> work.get());
  }

  /** Counts a request, like {@link #run}. */
  public Future<Void> count(long userId) {
    var context = Vertx.currentContext();
    return countInBoth(userId).compose(usage -> {
      if (usage.remaining() < 0) {
        return Future.failedFuture(new Failure.TooManyRequests(
            "too-many-" + counted.replace(' ', '-'),
            "Too many " + counted + ": try again after the seconds in Retry-After.",
            usage.reset(),
            quota));
      }
      usage.set(context);
      return Future.succeededFuture();
    });
  }

  /** Returns the usage with fewer remaining requests; a negative number if the request is refused. */
  private Future<QuotaUsage> countInBoth(long userId) {
    var counted = times.computeIfAbsent(userId, absent -> new ArrayDeque<>());
    var onNode = countOnNode(counted);
    return onNode.remaining() < 0
        ? Future.succeededFuture(onNode)
        : countInCluster(userId).otherwise(onNode).map(inCluster -> {
          if (inCluster.remaining() < 0) {
            // A refused request does not count, here as in Redis.
            counted.pollLast();
          }
          return inCluster.remaining() < onNode.remaining() ? inCluster : onNode;
        });
  }

  private QuotaUsage countOnNode(Deque<Long> counted) {
    var now = clock.millis();
    var window = WINDOW.toMillis();
    while (!counted.isEmpty() && counted.peekFirst() <= now - window) {
      counted.removeFirst();
    }
    var remaining = quota.max() - counted.size() - 1;
    if (remaining >= 0) {
      counted.addLast(now);
    }
    return new QuotaUsage(quota, remaining, Duration.ofMillis(counted.getFirst() + window - now));
  }

  private Future<QuotaUsage> countInCluster(long userId) {
    return redis
        .send(Request.cmd(Command.EVAL)
            .arg(SCRIPT)
            .arg(1)
            .arg(prefix + userId)
            .arg(clock.millis())
            .arg(UUID.randomUUID().toString())
            .arg(quota.max())
            .arg(WINDOW.toMillis()))
        .map(reply -> new QuotaUsage(
            quota,
            reply.get(0).toInteger(),
            Duration.ofMillis(Math.max(0, reply.get(1).toLong()))));
  }
}
