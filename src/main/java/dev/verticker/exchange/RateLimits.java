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
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weight budget and the ban of one exchange host, shared by all nodes with the same egress address because exchanges
 * limit by address. Redis counts the weight of the current minute, corrected by the weight that the exchange reports. A ban
 * (429, 418) is kept in memory, published to every node, and written to Redis and PostgreSQL, so that neither a restart nor a
 * flush of Redis loses it; a node retries the write until PostgreSQL has it. A node that has not read the ban from either store
 * since it started sends no request.
 */
public final class RateLimits {
  private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

  /** Half of what Binance accepts, because other programs may share the address. */
  private static final int MAX_WEIGHT = 3000;

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

  /**
   * Returns the end of the ban in epoch ms (0 = none), then the weight used this minute including this request. A request
   * that exceeds its ceiling (ARGV[2]) is not counted.
   */
  private static final String ACQUIRE =
      """
      local blocked = redis.call('GET', KEYS[1])
      if blocked then return {tonumber(blocked), 0} end
      local used = tonumber(redis.call('GET', KEYS[2]) or '0') + tonumber(ARGV[1])
      if used <= tonumber(ARGV[2]) then redis.call('SET', KEYS[2], used, 'PX', 120000) end
      return {0, used}
      """;

  private static final String RAISE =
      """
      local used = tonumber(redis.call('GET', KEYS[1]) or '0')
      if tonumber(ARGV[1]) > used then redis.call('SET', KEYS[1], ARGV[1], 'PX', 120000) end
      return 0
      """;

  /**
   * What a request is for, the most important first. A request is sent while the weight of all requests of the minute is
   * below the ceiling of its priority, so the last part of the budget is left to more important ones.
   */
  public enum Priority {
    QUOTES(100),
    USER(90),
    CONFIRMATION(80),
    GAPS(70),
    /** A node uses at most two fifths of the budget for it. */
    BACKFILL(60);

    private static final int MAX_BACKFILL_PERCENT = 40;

    private final int percent;

    Priority(int percent) {
      this.percent = percent;
    }

    /** Value of the tag {@code use} in metrics. */
    public String use() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final String host;
  private final boolean shared;
  private final String key;
  private final RedisClient redis;
  private final BanRepository bans;
  private final Bus bus;
  private final Clock clock;
  private boolean restored;
  private boolean storing;
  private Instant storedUntil = Instant.EPOCH;
  private Instant bannedUntil = Instant.EPOCH;
  private int limit = MAX_WEIGHT;
  private long minute;
  private int usedByThisNode;
  private int usedByBackfill;

  /** @param egress name of the address from which this node sends requests; empty = the one that all nodes share */
  public RateLimits(
      String host, String egress, RedisClient redis, BanRepository bans, Bus bus, Clock clock) {
    this.host = host;
    this.shared = egress.isEmpty();
    this.key = shared ? host : host + " from " + egress;
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
  public Future<Void> acquire(int weight, Priority priority) {
    if (clock.instant().isBefore(bannedUntil)) {
      store();
      return Future.failedFuture(banned());
    }
    if (usedByThisNode(weight, priority) > ceiling(priority)) {
      return Future.failedFuture(usedUp(priority));
    }
    return restore()
        .compose(restored -> countInCluster(weight, priority))
        .compose(used -> acquire(weight, priority, used));
  }

  /** Returns whether a node with another egress address may succeed where this one failed. */
  public boolean maySucceedElsewhere(Throwable failure) {
    return !(shared && failure instanceof ExchangeException.RateLimitedException);
  }

  /** Reads the stored ban if it has not been read yet; each request retries it until it succeeds. Never fails. */
  private Future<Void> restore() {
    if (restored) {
      return Future.succeededFuture();
    }
    return bans.find(key)
        .onSuccess(until -> {
          restored = true;
          storedUntil = until;
          extend(until);
        })
        .onFailure(
            failure -> log.warn("stored ban of {} cannot be read: {}", key, failure.getMessage()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  /**
   * The weight all nodes used this minute, with this request; 0 if Redis is unavailable and the stored ban was read.
   */
  private Future<Integer> countInCluster(int weight, Priority priority) {
    return redis
        .send(Request.cmd(Command.EVAL)
            .arg(ACQUIRE)
            .arg(2)
            .arg(banKey())
            .arg(weightKey())
            .arg(weight)
            .arg(ceiling(priority)))
        .map(this::weightIn)
        .recover(unavailable -> restored
            ? Future.succeededFuture(0)
            : Future.failedFuture(new ExchangeException.RateLimitedException(
                clock.instant().plus(RETRY_DELAY),
                "neither Redis nor PostgreSQL could be read for a ban of " + key)));
  }

  /** Compares the ceiling with the higher of the cluster's count and this node's own. */
  private Future<Void> acquire(int weight, Priority priority, int usedByCluster) {
    if (clock.instant().isBefore(bannedUntil)) {
      return Future.failedFuture(banned());
    }
    if (Math.max(usedByCluster, usedByThisNode(weight, priority)) > ceiling(priority)) {
      return Future.failedFuture(usedUp(priority));
    }
    usedByThisNode += weight;
    if (priority == Priority.BACKFILL) {
      usedByBackfill += weight;
    }
    return Future.succeededFuture();
  }

  /** Returns what this node has used with this request; more than any ceiling if the share of its priority is used up. */
  private int usedByThisNode(int weight, Priority priority) {
    startMinute();
    return priority == Priority.BACKFILL
            && usedByBackfill + weight > limit * Priority.MAX_BACKFILL_PERCENT / 100
        ? Integer.MAX_VALUE
        : usedByThisNode + weight;
  }

  private int ceiling(Priority priority) {
    return limit * priority.percent / 100;
  }

  private ExchangeException usedUp(Priority priority) {
    var next = Instant.ofEpochSecond((minute + 1) * MINUTE.toSeconds());
    return new ExchangeException.RateLimitedException(
        next,
        "the weight budget of this minute (" + ceiling(priority) + " for " + priority.use()
            + ") is used up");
  }

  /** @param header the weight used this minute as the exchange counts it; null or another text than a number is ignored */
  public void onUsedWeight(String header) {
    if (header != null && header.matches("\\d{1,7}")) {
      startMinute();
      usedByThisNode = Math.max(usedByThisNode, Integer.parseInt(header));
      redis.send(Request.cmd(Command.EVAL).arg(RAISE).arg(1).arg(weightKey()).arg(header));
    }
  }

  /**
   * Sets the budget to four fifths of the exchange's own limit, at most 3,000.
   *
   * @param weightPerMinute 0 keeps the current budget
   */
  public void setLimit(int weightPerMinute) {
    if (weightPerMinute > 0) {
      limit = Math.min(MAX_WEIGHT, weightPerMinute * 4 / 5);
    }
  }

  Instant now() {
    return clock.instant();
  }

  /** Stops the requests of every node with this egress address until then; completes when both stores have responded. */
  public Future<Void> ban(Instant until) {
    extend(until);
    log.warn("{} is rate limiting this address until {}", host, until);
    bus.publish(Prices.RATE_LIMITED, new Prices.RateLimited(key, until));
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
    return bans.save(key, until)
        .onSuccess(saved -> storedUntil = until)
        .onFailure(failure ->
            log.warn("ban of {} until {} cannot be stored: {}", key, until, failure.getMessage()))
        .onComplete(done -> storing = false);
  }

  private void onBan(Prices.RateLimited event) {
    if (event.host().equals(key)) {
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
      usedByBackfill = 0;
    }
  }

  private ExchangeException banned() {
    return new ExchangeException.RateLimitedException(
        bannedUntil, host + " is rate limiting this address until " + bannedUntil);
  }

  private String banKey() {
    return "verticker:exchange:" + key + ":blocked-until";
  }

  private String weightKey() {
    return "verticker:exchange:" + key + ":weight:"
        + clock.instant().getEpochSecond() / MINUTE.toSeconds();
  }
}
