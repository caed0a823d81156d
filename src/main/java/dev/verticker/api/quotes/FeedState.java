package dev.verticker.api.quotes;

import dev.verticker.message.Feed;
import dev.verticker.message.Timestamps;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;

/**
 * The state of the market data feed.
 *
 * @param at when this node received it
 */
public record FeedState(Feed.Status status, Instant at) {
  private static final double MAX_MARKET_SECONDS_OFF = 2;

  /** The JSON of the HTTP APIs and of the frame {@code feed}. */
  public JsonObject json() {
    var marketTime = status.marketTime();
    return new JsonObject()
        .put("venue", status.venue())
        .put("state", status.state().name().toLowerCase(Locale.ROOT))
        .put("since", Timestamps.write(status.since()))
        .put("market_time", marketTime == null ? null : Timestamps.write(marketTime))
        .put("speed", status.speed())
        .put("at", Timestamps.write(at));
  }

  /** Returns the time at the exchange; without a known one the given time. */
  public Instant marketTime(Instant now) {
    if (status.marketTime() == null) {
      return now;
    }
    var passed = Duration.between(at, now).toNanos() * status.speed();
    return status.marketTime().plusNanos((long) passed);
  }

  /** Returns whether a client that has {@code other} and lets its market clock run on knows this state. */
  boolean followsFrom(FeedState other) {
    var before = other.status;
    return status.state() == before.state()
        && status.since().equals(before.since())
        && status.speed() == before.speed()
        && Objects.equals(status.venue(), before.venue())
        && isMarketClockOf(other);
  }

  private boolean isMarketClockOf(FeedState other) {
    if (status.marketTime() == null || other.status.marketTime() == null) {
      return status.marketTime() == other.status.marketTime();
    }
    var passed = seconds(other.at, at) * status.speed();
    var off = seconds(other.status.marketTime(), status.marketTime()) - passed;
    return Math.abs(off) <= MAX_MARKET_SECONDS_OFF * Math.max(1, status.speed());
  }

  private static double seconds(Instant from, Instant to) {
    return Duration.between(from, to).toMillis() / 1e3;
  }
}
