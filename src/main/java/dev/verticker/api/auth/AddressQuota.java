package dev.verticker.api.auth;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.bus.QuotaUsage;
import dev.verticker.settings.AddressRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the requests from each address within a minute on this node, in slots of ten seconds: no minute has more than the
 * max number. An IPv6 network counts as one address. Thread-safe.
 */
final class AddressQuota {
  private static final int MAX_ADDRESSES = 50_000;
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final long SLOT_MS = 10_000;

  /** Any window overlaps this number of slots. */
  private static final int SLOTS = (int) (WINDOW.toMillis() / SLOT_MS) + 1;

  private final Quota quota;
  private final Map<ByteBuffer, Slots> addresses = new LinkedHashMap<>(16, 0.75f, true) {
    @Override
    protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Slots> eldest) {
      return size() > MAX_ADDRESSES;
    }
  };

  /** Requests of an address by slot modulo {@link #SLOTS}. */
  private static final class Slots {
    private final int[] counts = new int[SLOTS];
    private long newest;

    private void moveTo(long slot) {
      if (slot - newest >= SLOTS) {
        Arrays.fill(counts, 0);
      } else {
        for (var next = newest + 1; next <= slot; next++) {
          counts[index(next)] = 0;
        }
      }
      newest = Math.max(newest, slot);
    }

    private int total() {
      return Arrays.stream(counts).sum();
    }

    /** Returns the time until the oldest requests no longer count. */
    private Duration untilNextFree(long now) {
      var oldest = newest - SLOTS + 1;
      while (oldest < newest && counts[index(oldest)] == 0) {
        oldest++;
      }
      return Duration.ofMillis((oldest + SLOTS) * SLOT_MS - now);
    }

    private static int index(long slot) {
      return (int) Math.floorMod(slot, (long) SLOTS);
    }
  }

  AddressQuota(String name, int max) {
    this.quota = new Quota(name, max, WINDOW);
  }

  /**
   * Counts a request. A negative number of remaining requests means that it is refused and not counted.
   *
   * @param nowMs milliseconds of a clock that does not go back
   */
  synchronized QuotaUsage count(String address, long nowMs) {
    var slots = addresses.computeIfAbsent(
        ByteBuffer.wrap(AddressRange.network(address)), absent -> new Slots());
    slots.moveTo(nowMs / SLOT_MS);
    var remaining = quota.max() - slots.total() - 1;
    if (remaining >= 0) {
      slots.counts[Slots.index(slots.newest)]++;
    }
    return new QuotaUsage(quota, remaining, slots.untilNextFree(nowMs));
  }
}
