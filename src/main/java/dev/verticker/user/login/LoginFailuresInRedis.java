package dev.verticker.user.login;

import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** Counts failures in the cluster: per key a sorted set of times, no larger than its limit. Fails without Redis. */
final class LoginFailuresInRedis implements LoginFailures {
  private static final String PREFIX = "login-failures:";

  /** One script, so that concurrent attempts cannot all read the count before one of them is recorded. */
  private static final String SCRIPT =
      """
      local outcome, known, now, id = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3]), ARGV[4]
      local delays = {0, 0, 0}
      for i = 1, 3 do
        local max, window = tonumber(ARGV[3 + 2 * i]), tonumber(ARGV[4 + 2 * i])
        redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
        if redis.call('ZCARD', KEYS[i]) >= max then
          delays[i] = tonumber(redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]) + window - now
        end
      end
      if delays[1] > 0 or delays[2] > 0 or (delays[3] > 0 and not known) then
        return delays
      end
      if outcome == 'SUCCESS' then
        redis.call('DEL', KEYS[1])
      elseif outcome == 'FAILURE' then
        for i = 1, 3 do
          if delays[i] == 0 then
            redis.call('ZADD', KEYS[i], now, id)
            redis.call('PEXPIRE', KEYS[i], ARGV[4 + 2 * i])
          end
        end
      end
      return delays
      """;

  private final RedisClient redis;
  private final LoginLimits limits;
  private final Clock clock;

  LoginFailuresInRedis(RedisClient redis, LoginLimits limits, Clock clock) {
    this.redis = redis;
    this.limits = limits;
    this.clock = clock;
  }

  @Override
  public Future<Delays> record(Outcome outcome, LoginAttempt attempt, boolean known) {
    var command = Request.cmd(Command.EVAL).arg(SCRIPT).arg(attempt.keys().size());
    attempt.keys().forEach(key -> command.arg(PREFIX + key));
    command
        .arg(outcome.name())
        .arg(known ? 1 : 0)
        .arg(clock.millis())
        .arg(UUID.randomUUID().toString());
    for (var quota : limits.all()) {
      command.arg(quota.max()).arg(quota.window().toMillis());
    }
    return redis
        .send(command)
        .map(delays -> new Delays(wait(delays, 0), wait(delays, 1), wait(delays, 2)));
  }

  private static Duration wait(Response delays, int index) {
    return Duration.ofMillis(Math.max(0, delays.get(index).toLong()));
  }
}
