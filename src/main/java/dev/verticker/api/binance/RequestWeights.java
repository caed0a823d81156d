package dev.verticker.api.binance;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The request weight that each API key used on this node in the current calendar minute. Thread-safe. */
final class RequestWeights {
  /** The exchange's own limit, for which clients are written. */
  static final int MAX_WEIGHT = 6000;

  private static final long MINUTE_MS = 60_000;

  private final Clock clock;
  private final Map<String, Used> used = new ConcurrentHashMap<>();

  private record Used(long minute, int weight) {}

  RequestWeights(Clock clock) {
    this.clock = clock;
  }

  /**
   * Adds the weight of a request.
   *
   * @param caller name of the key
   * @return the weight used in this minute
   * @throws BinanceException if it exceeds {@link #MAX_WEIGHT}
   */
  int use(String caller, int weight) {
    var now = clock.instant();
    var sum = used.merge(
            caller,
            new Used(minute(now), weight),
            (before, added) -> before.minute() == added.minute()
                ? new Used(added.minute(), before.weight() + added.weight())
                : added)
        .weight();
    if (sum > MAX_WEIGHT) {
      throw BinanceException.tooMuchWeight(MAX_WEIGHT, untilNextMinute(now));
    }
    return sum;
  }

  /** Returns the weight that the key used in this minute. */
  int used(String caller) {
    var now = minute(clock.instant());
    var before = used.get(caller);
    return before == null || before.minute() != now ? 0 : before.weight();
  }

  private static long minute(Instant time) {
    return Math.floorDiv(time.toEpochMilli(), MINUTE_MS);
  }

  private static Duration untilNextMinute(Instant now) {
    return Duration.ofMillis(MINUTE_MS - Math.floorMod(now.toEpochMilli(), MINUTE_MS));
  }
}
