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
 * One weight budget and one answer to "stop" for the whole cluster, because exchanges count by address. The weight of the
 * running minute is in Redis, corrected from what the exchange says it is. A block (429, 418) is in memory, told to every
 * node, in Redis, and in PostgreSQL, so that neither a restart nor a flushed Redis forgets it: every node that knows of it
 * stores it, again and again until that worked. A node that can read neither of the two since it started does not ask.
 */
public final class RateLimits {
  private static final Logger log = LoggerFactory.getLogger(RateLimits.class);
  private static final int DEFAULT_LIMIT = 6000;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration SOON = Duration.ofSeconds(1);

  /** Returns the end of the block in epoch ms (0 = none), then the weight used this minute including this call. */
  private static final String ENTER =
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
  private final BanRepository blocks;
  private final Bus bus;
  private final Clock clock;
  private boolean restored;
  private boolean storing;
  private Instant storedUntil = Instant.EPOCH;
  private Instant blockedUntil = Instant.EPOCH;
  private int limit = budget(DEFAULT_LIMIT);
  private long minute;
  private int usedByUs;

  public RateLimits(String host, RedisClient redis, BanRepository blocks, Bus bus, Clock clock) {
    this.host = host;
    this.redis = redis;
    this.blocks = blocks;
    this.bus = bus;
    this.clock = clock;
  }

  /** Learns of a block that was in force before this node started, and from now on of those other nodes meet. */
  public Future<Void> start() {
    return bus.subscribe(Prices.RATE_LIMITED, this::heard).compose(subscription -> restore());
  }

  /** Until when nothing may be sent; in the past when there is no block. */
  public Instant blockedUntil() {
    return blockedUntil;
  }

  /** Counts a call before it is made; fails with {@link ExchangeException.Limited} when it must not be made. */
  public Future<Void> enter(int weight) {
    if (clock.instant().isBefore(blockedUntil)) {
      store();
      return Future.failedFuture(blocked());
    }
    return restore().compose(restored -> count(weight)).compose(used -> enter(weight, used));
  }

  /** Reads the stored block; until that worked once, every call tries first. Never fails. */
  private Future<Void> restore() {
    if (restored) {
      return Future.succeededFuture();
    }
    return blocks
        .find(host)
        .onSuccess(until -> {
          restored = true;
          storedUntil = until;
          extend(until);
        })
        .onFailure(failure -> log.warn("cannot read whether {} blocked this address", host))
        .otherwiseEmpty()
        .mapEmpty();
  }

  /** The weight used by all nodes this minute with this call; 0 while Redis is away, if it is known that there is no block. */
  private Future<Integer> count(int weight) {
    return redis
        .send(Request.cmd(Command.EVAL)
            .arg(ENTER)
            .arg(2)
            .arg(blockKey())
            .arg(weightKey())
            .arg(weight))
        .map(this::usedIn)
        .recover(away -> restored
            ? Future.succeededFuture(0)
            : Future.failedFuture(new ExchangeException.Limited(
                clock.instant().plus(SOON),
                "neither store says whether " + host + " may be asked")));
  }

  /** Fails while the address is blocked; the sharper of Redis' count and this node's own decides otherwise. */
  private Future<Void> enter(int weight, int usedByAll) {
    if (clock.instant().isBefore(blockedUntil)) {
      return Future.failedFuture(blocked());
    }
    startMinute();
    usedByUs += weight;
    if (Math.max(usedByAll, usedByUs) > limit) {
      var next = Instant.ofEpochSecond((minute + 1) * MINUTE.toSeconds());
      return Future.failedFuture(
          new ExchangeException.Limited(next, "this minute's share of the weight is used up"));
    }
    return Future.succeededFuture();
  }

  /** @param header what the exchange says was used this minute; null or nonsense is ignored */
  public void used(String header) {
    if (header != null && header.matches("\\d{1,7}")) {
      startMinute();
      usedByUs = Math.max(usedByUs, Integer.parseInt(header));
      redis.send(Request.cmd(Command.EVAL).arg(RAISE).arg(1).arg(weightKey()).arg(header));
    }
  }

  /** @param weightPerMinute the exchange's own limit; we use at most four fifths of it */
  public void allow(int weightPerMinute) {
    if (weightPerMinute > 0) {
      limit = budget(weightPerMinute);
    }
  }

  /** No node sends anything until then; completes when it is written wherever it can be written now. */
  public Future<Void> block(Instant until) {
    extend(until);
    log.warn("{} wants no request until {}", host, until);
    bus.publish(Prices.RATE_LIMITED, new Prices.RateLimited(host, until));
    var left = Math.max(1, Duration.between(clock.instant(), until).toMillis());
    var cached = redis.send(Request.cmd(Command.SET)
        .arg(blockKey())
        .arg(until.toEpochMilli())
        .arg("PX")
        .arg(left));
    return Future.join(cached, store()).mapEmpty();
  }

  /** Until it worked once for the block that is in force. */
  private Future<Void> store() {
    if (storing || !blockedUntil.isAfter(storedUntil)) {
      return Future.succeededFuture();
    }
    storing = true;
    var until = blockedUntil;
    return blocks
        .save(host, until)
        .onSuccess(saved -> storedUntil = until)
        .onFailure(failure -> log.warn("cannot store that {} blocked this address", host))
        .onComplete(done -> storing = false);
  }

  private void heard(Prices.RateLimited event) {
    if (event.host().equals(host)) {
      extend(event.until());
    }
  }

  private void extend(Instant until) {
    if (until.isAfter(blockedUntil)) {
      blockedUntil = until;
    }
  }

  private int usedIn(Response answer) {
    extend(Instant.ofEpochMilli(answer.get(0).toLong()));
    return answer.get(1).toInteger();
  }

  private void startMinute() {
    var now = clock.instant().getEpochSecond() / MINUTE.toSeconds();
    if (now != minute) {
      minute = now;
      usedByUs = 0;
    }
  }

  private ExchangeException blocked() {
    return new ExchangeException.Limited(
        blockedUntil, host + " wants no request until " + blockedUntil);
  }

  private String blockKey() {
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
