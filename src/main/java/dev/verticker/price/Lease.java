package dev.verticker.price;

import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;

/**
 * Which node asks the exchange. An optimisation, not a safety device: a second poller is harmless because a slot has one
 * row. When Redis has not said for longer than a lease lasts who holds it, every node is on its own.
 */
final class Lease {
  static final Duration TERM = Duration.ofSeconds(6);
  static final Duration RENEWAL = Duration.ofSeconds(2);

  private static final String KEY = "verticker:price:lease";
  private static final String TAKE =
      """
      local holder = redis.call('GET', KEYS[1])
      if holder and holder ~= ARGV[1] then return 0 end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 1
      """;
  private static final String GIVE_BACK =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
      return 0
      """;

  private final RedisClient redis;
  private final String node;
  private long heldUntil = System.nanoTime();
  private long answeredAt;

  Lease(RedisClient redis, String node) {
    this.redis = redis;
    this.node = node;
    this.answeredAt = System.nanoTime() - redis.outageDuration().toNanos();
  }

  /** Takes or renews it; never fails. */
  Future<Boolean> take() {
    var asked = System.nanoTime();
    return redis
        .send(
            Request.cmd(Command.EVAL).arg(TAKE).arg(1).arg(KEY).arg(node).arg(TERM.toMillis()),
            // Nobody waits for it, and without it nobody would ask the exchange while Redis is
            // slow.
            RedisClient.MAX_TIMEOUT)
        .map(answer -> {
          answeredAt = System.nanoTime();
          heldUntil = answer.toInteger() == 1 ? asked + TERM.toNanos() : asked;
          return held();
        })
        .otherwise(failure -> held());
  }

  /** So that another node need not wait for the end of the term. */
  Future<Void> giveBack() {
    return redis
        .send(Request.cmd(Command.EVAL).arg(GIVE_BACK).arg(1).arg(KEY).arg(node))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private boolean held() {
    var now = System.nanoTime();
    return heldUntil - now > 0 || now - answeredAt > TERM.toNanos();
  }
}
