package dev.verticker.user.login;

import dev.verticker.data.RedisClient;
import dev.verticker.user.login.LoginFailures.Delays;
import dev.verticker.user.login.LoginFailures.FailedAttempt;
import dev.verticker.user.login.LoginFailures.Outcome;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;

/** The failures of the cluster: per key a sorted set of their ids by time. Fails without Redis. */
final class LoginFailuresInRedis {
  private static final String PREFIX = "login-failures:";

  /**
   * One script, so that concurrent attempts cannot all read the count before one of them is recorded. After a success the
   * set holds its time as the member {@code success}, so that no node restores a failure from before it.
   */
  private static final String SCRIPT =
      """
      local outcome, known, now, id = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3]), ARGV[4]
      local delays, next, success = {0, 0, 0}, 11, 0
      for i = 1, 3 do
        local max, window = tonumber(ARGV[3 + 2 * i]), tonumber(ARGV[4 + 2 * i])
        redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - window)
        local since = tonumber(redis.call('ZSCORE', KEYS[i], 'success') or now - window)
        if i == 1 then
          success = since
        end
        for restored = 1, tonumber(ARGV[next]) do
          if tonumber(ARGV[next + 1]) > since then
            redis.call('ZADD', KEYS[i], ARGV[next + 1], ARGV[next + 2])
            redis.call('PEXPIRE', KEYS[i], window)
          end
          next = next + 2
        end
        next = next + 1
        local count = redis.call('ZCOUNT', KEYS[i], '(' .. since, '+inf')
        if count >= max then
          local last = redis.call('ZRANGEBYSCORE', KEYS[i], '(' .. since, '+inf', 'WITHSCORES', 'LIMIT', count - max, 1)
          delays[i] = tonumber(last[2]) + window - now
        end
      end
      local reply = {delays[1], delays[2], delays[3], success}
      if delays[1] > 0 or delays[2] > 0 or (delays[3] > 0 and not known) then
        return reply
      end
      if outcome == 'SUCCESS' and redis.call('DEL', KEYS[1]) == 1 then
        redis.call('ZADD', KEYS[1], now, 'success')
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
      elseif outcome == 'FAILURE' then
        for i = 1, 3 do
          if delays[i] == 0 then
            redis.call('ZADD', KEYS[i], math.max(now, success + 1), id)
            redis.call('PEXPIRE', KEYS[i], ARGV[4 + 2 * i])
          end
        end
      end
      return reply
      """;

  private final RedisClient redis;
  private final LoginLimits limits;

  LoginFailuresInRedis(RedisClient redis, LoginLimits limits) {
    this.redis = redis;
    this.limits = limits;
  }

  /**
   * @param delays before the attempt was recorded
   * @param lastSuccess failures of the account from the address up to this time do not count; milliseconds since 1970
   */
  record Decision(Delays delays, long lastSuccess) {}

  /** @param restored the failures of the node, one list per key; Redis adds those that it does not have */
  Future<Decision> record(
      Outcome outcome,
      LoginAttempt attempt,
      FailedAttempt failed,
      List<List<FailedAttempt>> restored) {
    var command = Request.cmd(Command.EVAL).arg(SCRIPT).arg(attempt.keys().size());
    attempt.keys().forEach(key -> command.arg(PREFIX + key));
    command.arg(outcome.name()).arg(attempt.known() ? 1 : 0).arg(failed.at()).arg(failed.id());
    for (var quota : limits.all()) {
      command.arg(quota.max()).arg(quota.window().toMillis());
    }
    for (var ofKey : restored) {
      command.arg(ofKey.size());
      ofKey.forEach(failure -> command.arg(failure.at()).arg(failure.id()));
    }
    return redis.send(command).map(LoginFailuresInRedis::decision);
  }

  private static Decision decision(Response reply) {
    return new Decision(
        new Delays(wait(reply, 0), wait(reply, 1), wait(reply, 2)), reply.get(3).toLong());
  }

  private static Duration wait(Response reply, int index) {
    return Duration.ofMillis(Math.max(0, reply.get(index).toLong()));
  }
}
