package dev.verticker.price.feed;

import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;

/** The lease of the leader in Redis. */
final class FeedLease {
  /** Returns the ordinal of a {@link Holder}; a free lease is acquired unless ARGV[3] is 0. */
  private static final String ACQUIRE =
      """
      local holder = redis.call('GET', KEYS[1])
      if holder and holder ~= ARGV[1] then return 0 end
      if not holder and ARGV[3] == '0' then return 2 end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 1
      """;

  private static final String RELEASE =
      """
      if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
      return 0
      """;

  /** The node that holds the lease. */
  enum Holder {
    OTHER,
    SELF,
    NONE
  }

  private final RedisClient redis;
  private final FeedLeader.Candidate self;
  private final Duration term;

  FeedLease(RedisClient redis, FeedLeader.Candidate self, Duration term) {
    this.redis = redis;
    this.self = self;
    this.term = term;
  }

  /** Extends the lease if this node holds it; {@code acquire} takes a free one. */
  Future<Holder> request(boolean acquire) {
    var command = command(ACQUIRE).arg(term.toMillis()).arg(acquire ? 1 : 0);
    // A longer timeout, because no caller waits.
    return redis
        .send(command, RedisClient.MAX_TIMEOUT)
        .map(reply -> Holder.values()[reply.toInteger()]);
  }

  /** Lets another node acquire the lease at once; never fails. */
  Future<Void> release() {
    return redis.send(command(RELEASE)).otherwiseEmpty().mapEmpty();
  }

  private Request command(String script) {
    return Request.cmd(Command.EVAL).arg(script).arg(1).arg(self.key()).arg(self.node());
  }
}
