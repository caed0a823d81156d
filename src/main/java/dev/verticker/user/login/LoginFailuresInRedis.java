package dev.verticker.user.login;

import dev.verticker.data.RedisClient;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** What the cluster has seen: one sorted set of times per key, no longer than its limit. Fails while Redis is away. */
final class LoginFailuresInRedis implements LoginFailures {
  private static final String PREFIX = "login-failures:";

  /** One script, so that attempts at the same moment cannot all see the count before they are counted. */
  private static final String SCRIPT =
      """
      local deed, known, now, id = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3]), ARGV[4]
      local waits = {0, 0, 0}
      for i = 1, 3 do
        local most, window = tonumber(ARGV[3 + 2 * i]), tonumber(ARGV[4 + 2 * i])
        redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
        if redis.call('ZCARD', KEYS[i]) >= most then
          waits[i] = tonumber(redis.call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]) + window - now
        end
      end
      if waits[1] > 0 or waits[2] > 0 or (waits[3] > 0 and not known) then
        return waits
      end
      if deed == 'right' then
        redis.call('DEL', KEYS[1])
      elseif deed == 'wrong' then
        for i = 1, 3 do
          if waits[i] == 0 then
            redis.call('ZADD', KEYS[i], now, id)
            redis.call('PEXPIRE', KEYS[i], ARGV[4 + 2 * i])
          end
        end
      end
      return waits
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
  public Future<Waits> look(LoginAttempt attempt) {
    return run("look", attempt, true);
  }

  @Override
  public Future<Waits> wrong(LoginAttempt attempt, boolean known) {
    return run("wrong", attempt, known);
  }

  @Override
  public Future<Waits> right(LoginAttempt attempt, boolean known) {
    return run("right", attempt, known);
  }

  private Future<Waits> run(String deed, LoginAttempt attempt, boolean known) {
    var command = Request.cmd(Command.EVAL).arg(SCRIPT).arg(attempt.keys().size());
    attempt.keys().forEach(key -> command.arg(PREFIX + key));
    command
        .arg(deed)
        .arg(known ? 1 : 0)
        .arg(clock.millis())
        .arg(UUID.randomUUID().toString());
    for (var limit : limits.all()) {
      command.arg(limit.max()).arg(limit.window().toMillis());
    }
    return redis
        .send(command)
        .map(answer -> new Waits(wait(answer, 0), wait(answer, 1), wait(answer, 2)));
  }

  private static Duration wait(Response answer, int index) {
    return Duration.ofMillis(Math.max(0, answer.get(index).toLong()));
  }
}
