package dev.verticker.exchange.binance.order;

import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.ExchangeClient.Call;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeResponse;
import dev.verticker.exchange.JsonFields;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.RateLimits.Priority;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exchange's clock: this node's clock and the offset that the exchange last reported. Without a report the offset is 0:
 * an exchange that does not accept a timestamp refuses the request.
 */
final class VenueClock {
  private static final Logger log = LoggerFactory.getLogger(VenueClock.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Duration NOTABLE_CHANGE = Duration.ofMillis(500);
  private static final int MAX_BYTES = 1024;

  private final Vertx vertx;
  private final ExchangeClient client;
  private final RateLimits limits;
  private final Clock clock;
  private Duration offset = Duration.ZERO;
  private Instant requestedAt = Instant.MIN;
  private long timer = -1;

  VenueClock(Vertx vertx, ExchangeClient client, RateLimits limits, Clock clock) {
    this.vertx = vertx;
    this.client = client;
    this.limits = limits;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant().plus(offset);
  }

  /** Completes with the first response or failure; later responses correct the offset. */
  Future<Void> start() {
    timer = vertx.setPeriodic(INTERVAL.toMillis(), id -> synchronize());
    return synchronize();
  }

  void stop() {
    vertx.cancelTimer(timer);
  }

  /** Requests the time, at most once a second; never fails. */
  Future<Void> synchronize() {
    var sentAt = clock.instant();
    if (requestedAt.isAfter(sentAt.minus(MIN_INTERVAL))) {
      return Future.succeededFuture();
    }
    requestedAt = sentAt;
    return client
        .get(new Call("time", "/api/v3/time", 1, Priority.QUOTES, MAX_BYTES, TIMEOUT), this::body)
        .onSuccess(body -> onTime(body, sentAt, clock.instant()))
        .onFailure(
            failure -> log.warn("time of the exchange cannot be read: {}", failure.getMessage()))
        .otherwiseEmpty()
        .mapEmpty();
  }

  private Future<Buffer> body(ExchangeResponse response) {
    limits.onUsedWeight(response.headers().get("X-MBX-USED-WEIGHT-1M"));
    return response.success("Binance", limits, Instant.EPOCH);
  }

  /** The exchange read its clock between the start and the end of the request. */
  private void onTime(Buffer body, Instant sentAt, Instant receivedAt) {
    try {
      var time = JsonFields.time(JsonFields.tree(body).get("serverTime"));
      if (time == null) {
        throw new ExchangeException.ExchangeUnavailableException("the response has no serverTime");
      }
      var middle = sentAt.plus(Duration.between(sentAt, receivedAt).dividedBy(2));
      var measured = Duration.between(middle, time);
      if (measured.minus(offset).abs().compareTo(NOTABLE_CHANGE) > 0) {
        log.info("clock of the exchange is {} ms ahead of this node", measured.toMillis());
      }
      offset = measured;
    } catch (ExchangeException e) {
      log.warn("time of the exchange cannot be read: {}", e.getMessage());
    }
  }
}
