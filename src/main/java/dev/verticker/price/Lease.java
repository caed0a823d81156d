package dev.verticker.price;

import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;

/**
 * The right of one node to refresh quotes, kept in Redis. It saves requests; correctness does not depend on it, because a
 * slot has one row even if two nodes refresh it. If Redis has not responded for longer than a term, every node considers
 * itself the holder.
 */
final class Lease {
  static final Duration TERM = Duration.ofSeconds(6);
  static final Duration RENEWAL = Duration.ofSeconds(2);

  private static final String KEY = "verticker:price:lease";
  private static final String ACQUIRE =
      """
      local holder = redis.call('GET', KEYS[1])
      if holder and holder ~= ARGV[1] then return 0 end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 1
      """;
  private static final String RELEASE =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
      return 0
      """;

  private final RedisClient redis;
  private final String holder;
  private long heldUntil = System.nanoTime();
  private long lastResponseAt;

  /** @param holder identifies this run of the verticle */
  Lease(RedisClient redis, String holder) {
    this.redis = redis;
    this.holder = holder;
    this.lastResponseAt = System.nanoTime() - redis.outageDuration().toNanos();
  }

  /** Acquires or renews the lease, and returns whether it is held; never fails. */
  Future<Boolean> acquire() {
    var sentAt = System.nanoTime();
    return redis
        .send(
            Request.cmd(Command.EVAL).arg(ACQUIRE).arg(1).arg(KEY).arg(holder).arg(TERM.toMillis()),
            // A longer timeout, because no caller waits and otherwise no node would refresh while
            // Redis
            // is slow.
            RedisClient.MAX_TIMEOUT)
        .map(reply -> {
          lastResponseAt = System.nanoTime();
          heldUntil = reply.toInteger() == 1 ? sentAt + TERM.toNanos() : sentAt;
          return isHeld();
        })
        .otherwise(failure -> isHeld());
  }

  /** Lets another node acquire the lease before the end of the term. */
  Future<Void> release() {
    return redis
        .send(Request.cmd(Command.EVAL).arg(RELEASE).arg(1).arg(KEY).arg(holder))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private boolean isHeld() {
    var now = System.nanoTime();
    return heldUntil - now > 0 || now - lastResponseAt > TERM.toNanos();
  }
}
