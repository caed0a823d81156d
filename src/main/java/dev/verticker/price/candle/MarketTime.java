package dev.verticker.price.candle;

import dev.verticker.message.Interval;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A lower bound of the time at the exchange, from the times in its messages. Candles follow it instead of the node's clock:
 * a candle has ended only if the exchange sent something later. Used on one event loop.
 */
final class MarketTime {
  /** Longer than the time between two polls. */
  private static final Duration MAX_AGE = Duration.ofSeconds(150);

  private Instant latest = Instant.EPOCH;
  private long observedAt;

  void observe(Instant time) {
    if (time.isAfter(latest)) {
      latest = time;
      observedAt = System.nanoTime();
    }
  }

  /** The open time of the current minute; all earlier minutes have ended. Empty if the exchange has sent nothing lately. */
  Optional<Instant> minute() {
    return latest.equals(Instant.EPOCH) || System.nanoTime() - observedAt > MAX_AGE.toNanos()
        ? Optional.empty()
        : Optional.of(Interval.ONE_MINUTE.openTime(latest));
  }

  /** The latest time that was observed; the epoch if the exchange has sent nothing. */
  Instant latest() {
    return latest;
  }
}
