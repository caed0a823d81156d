package dev.verticker.exchange;

import dev.verticker.bus.Bus;
import dev.verticker.data.RedisClient;
import dev.verticker.message.Prices;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weight budget and the ban of one exchange host, shared by all nodes because exchanges limit by address. Redis counts
 * the weight of the current minute, corrected by the weight that the exchange reports. A ban (429, 418) is kept in memory,
 * published to every node, and written to Redis and PostgreSQL, so that neither a restart nor a flushed Redis loses it; a
 * node retries the write until PostgreSQL has it. A node that has read neither store since it started sends no request.
 */
public final class RateLimits {
  private static final Logger log = LoggerFactory.getLogger(RateLimits.class);
  private static final int DEFAULT_LIMIT = 6000;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  /** Returns the end of the ban in epoch ms (0 = none), then the weight used this minute including this request. */
  private static final String ACQUIRE =
      """
      local blocked = redis.call('GET', KEYS[1])
      if blocked then return {tonumber(blocked), 0} end
      local used = redis.call('INCRBY', KEYS[2], ARGV[1])
      redis.call('PEXPIRE', KEYS[2], 120000)
      return {0, used}
      """;

  private static final String RAISE =
      """
      local used = tonumber(redis.call('GET', KEYS[1]) or '0')
      if tonumber(ARGV[1]) > used then redis.call('SET', KEYS[1], ARGV[1], 'PX', 120000) end
      return 0
      """;

  private final String host;
  private final RedisClient redis;
  private final BanRepository bans;
  private final Bus bus;
  private final Clock clock;
  private boolean restored;
  private boolean storing;
  private Instant storedUntil = Instant.EPOCH;
  private Instant bannedUntil = Instant.EPOCH;
  private int limit = budget(DEFAULT_LIMIT);
  private long minute;
  private int usedByThisNode;

  public RateLimits(String host, RedisClient redis, BanRepository bans, Bus bus, Clock clock) {
    this.host = host;
    this.redis = redis;
    this.bans = bans;
    this.bus = bus;
    this.clock = clock;
  }

  /** Reads the stored ban and subscribes to bans of other nodes. */
  public Future<Void> start() {
    return bus.subscribe(Prices.RATE_LIMITED, this::onBan).compose(subscription -> restore());
  }

  /**
   * Deducts the weight of a request from the budget; fails with {@link ExchangeException.RateLimitedException} if it must not
   * be sent.
   */
  public Future<Void> acquire(int weight) {
    if (clock.instant().isBefore(bannedUntil)) {
      store();
      return Future.failedFuture(banned());
    }
    return restore()
        .compose(restored -> countInCluster(weight))
        .compose(used -> acquire(weight, used));
  }

  /** Reads the stored ban if it has not been read yet; each request retries it until it succeeds. Never fails. */
  private Future<Void> restore() {
    if (restored) {
      return Future.succeededFuture();
    }
    return bans.find(host)
        .onSuccess(until -> {
          restored = true;
          storedUntil = until;
          extend(until);
        })
        .onFailure(
            failure -> log.warn("stored ban of {} cannot be read: {}", host, failure.getMessage()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  /**
   * The weight all nodes used this minute, with this request; 0 if Redis is unavailable and the stored ban was read.
   */
  private Future<Integer> countInCluster(int weight) {
    return redis
        .send(Request.cmd(Command.EVAL)
            .arg(ACQUIRE)
            .arg(2)
            .arg(banKey())
            .arg(weightKey())
            .arg(weight))
        .map(this::weightIn)
        .recover(unavailable -> restored
            ? Future.succeededFuture(0)
            : Future.failedFuture(new ExchangeException.RateLimitedException(
                clock.instant().plus(RETRY_DELAY),
                "neither Redis nor PostgreSQL could be read for a ban of " + host)));
  }

  /** Compares the limit with the higher of the cluster's count and this node's own. */
  private Future<Void> acquire(int weight, int usedByCluster) {
    if (clock.instant().isBefore(bannedUntil)) {
      return Future.failedFuture(banned());
    }
    startMinute();
    usedByThisNode += weight;
    if (Math.max(usedByCluster, usedByThisNode) > limit) {
      var next = Instant.ofEpochSecond((minute + 1) * MINUTE.toSeconds());
      return Future.failedFuture(new ExchangeException.RateLimitedException(
          next, "the weight budget of this minute (" + limit + ") is used up"));
    }
    return Future.succeededFuture();
  }

  /** @param header the weight used this minute as the exchange counts it; null or no number is ignored */
  public void onUsedWeight(String header) {
    if (header != null && header.matches("\\d{1,7}")) {
      startMinute();
      usedByThisNode = Math.max(usedByThisNode, Integer.parseInt(header));
      redis.send(Request.cmd(Command.EVAL).arg(RAISE).arg(1).arg(weightKey()).arg(header));
    }
  }

  /** @param weightPerMinute the exchange's own limit, of which four fifths are used; 0 keeps the current limit */
  public void setLimit(int weightPerMinute) {
    if (weightPerMinute > 0) {
      limit = budget(weightPerMinute);
    }
  }

  /** Stops the requests of every node until then; completes when both stores have responded. */
  public Future<Void> ban(Instant until) {
    extend(until);
    log.warn("{} is rate limiting this address until {}", host, until);
    bus.publish(Prices.RATE_LIMITED, new Prices.RateLimited(host, until));
    var remaining = Math.max(1, Duration.between(clock.instant(), until).toMillis());
    var cached = redis.send(Request.cmd(Command.SET)
        .arg(banKey())
        .arg(until.toEpochMilli())
        .arg("PX")
        .arg(remaining));
    return Future.join(cached, store()).mapEmpty();
  }

  /** Writes the current ban unless PostgreSQL has it. */
  private Future<Void> store() {
    if (storing || !bannedUntil.isAfter(storedUntil)) {
      return Future.succeededFuture();
    }
    storing = true;
    var until = bannedUntil;
    return bans.save(host, until)
        .onSuccess(saved -> storedUntil = until)
        .onFailure(failure ->
            log.warn("ban of {} until {} cannot be stored: {}", host, until, failure.getMessage()))
        .onComplete(done -> storing = false);
  }

  private void onBan(Prices.RateLimited event) {
    if (event.host().equals(host)) {
      extend(event.until());
    }
  }

  private void extend(Instant until) {
    if (until.isAfter(bannedUntil)) {
      bannedUntil = until;
    }
  }

  private int weightIn(Response reply) {
    extend(Instant.ofEpochMilli(reply.get(0).toLong()));
    return reply.get(1).toInteger();
  }

  private void startMinute() {
    var now = clock.instant().getEpochSecond() / MINUTE.toSeconds();
    if (now != minute) {
      minute = now;
      usedByThisNode = 0;
    }
  }

  private ExchangeException banned() {
    return new ExchangeException.RateLimitedException(
        bannedUntil, host + " is rate limiting this address until " + bannedUntil);
  }

  private String banKey() {
    return "verticker:exchange:" + host + ":blocked-until";
  }

  private String weightKey() {
    return "verticker:exchange:" + host + ":weight:"
        + clock.instant().getEpochSecond() / MINUTE.toSeconds();
  }

  private static int budget(int weightPerMinute) {
    return weightPerMinute * 4 / 5;
  }
}
