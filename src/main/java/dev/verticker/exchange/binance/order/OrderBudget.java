package dev.verticker.exchange.binance.order;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The number of unfilled orders that the exchange still accepts of one account, as its headers report it. While an interval is
 * used up, no order of the account is sent: further refused orders would get the address banned.
 */
final class OrderBudget {
  /** @param header reports how many orders of the interval are unfilled */
  record Limit(String header, Duration interval, int orders) {}

  private static final String ORDERS = "ORDERS";

  private final Clock clock;
  private final Supplier<List<Limit>> limits;
  private Instant pausedUntil = Instant.EPOCH;

  /** @param limits of the exchange; empty until they are known */
  OrderBudget(Clock clock, Supplier<List<Limit>> limits) {
    this.clock = clock;
    this.limits = limits;
  }

  /** @param rateLimits the array of {@code exchangeInfo}; an interval of another unit is left out */
  static List<Limit> limits(JsonNode rateLimits) {
    var limits = new ArrayList<Limit>();
    rateLimits.forEach(limit -> {
      var unit = unit(limit.path("interval").asText());
      var count = limit.path("intervalNum").asInt();
      var orders = limit.path("limit").asInt();
      if (ORDERS.equals(limit.path("rateLimitType").asText())
          && unit != null
          && count > 0
          && orders > 0) {
        var letter = limit.get("interval").textValue().charAt(0);
        limits.add(
            new Limit("X-MBX-ORDER-COUNT-" + count + letter, unit.multipliedBy(count), orders));
      }
    });
    return List.copyOf(limits);
  }

  private static Duration unit(String name) {
    return switch (name) {
      case "SECOND" -> Duration.ofSeconds(1);
      case "MINUTE" -> Duration.ofMinutes(1);
      case "HOUR" -> Duration.ofHours(1);
      case "DAY" -> Duration.ofDays(1);
      default -> null;
    };
  }

  /** Returns when the account may place the next order; in the past if it may now. */
  Instant pausedUntil() {
    return pausedUntil;
  }

  boolean isPaused() {
    return clock.instant().isBefore(pausedUntil);
  }

  void onResponse(MultiMap headers) {
    for (var limit : limits.get()) {
      var count = headers.get(limit.header());
      if (count != null && count.matches("\\d{1,9}") && Integer.parseInt(count) >= limit.orders()) {
        pause(untilNext(limit.interval()));
      }
    }
  }

  /** Stops the orders of the account until the exchange accepts them again. */
  void pause(Duration duration) {
    var until = clock.instant().plus(duration);
    if (until.isAfter(pausedUntil)) {
      pausedUntil = until;
    }
  }

  /** Intervals of the exchange begin at multiples of their length. */
  private Duration untilNext(Duration interval) {
    var elapsed = clock.instant().toEpochMilli() % interval.toMillis();
    return Duration.ofMillis(interval.toMillis() - elapsed);
  }
}
