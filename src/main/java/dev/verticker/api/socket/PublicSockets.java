package dev.verticker.api.socket;

import dev.verticker.bus.Failure;
import dev.verticker.settings.AddressRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the sockets of a node that receive public topics and have not signed in: at most a fixed number from each address,
 * and in all. An IPv6 network counts as one address. Thread-safe.
 */
final class PublicSockets {
  private final int maxPerAddress;
  private final int max;
  private final Map<ByteBuffer, Integer> sockets = new HashMap<>();
  private int total;

  PublicSockets(int maxPerAddress, int max) {
    this.maxPerAddress = maxPerAddress;
    this.max = max;
  }

  /** Counts a socket. Throws {@link Failure.TooManyRequests} or {@link Failure.Unavailable}, and counts nothing. */
  synchronized void add(String address) {
    var key = key(address);
    var count = sockets.getOrDefault(key, 0);
    if (count >= maxPerAddress) {
      throw new Failure.TooManyRequests(
          "too-many-sockets",
          "Too many sockets without sign-in from this address: at most " + maxPerAddress
              + ". Close one, or sign in.",
          Duration.ofSeconds(1));
    }
    if (total >= max) {
      throw new Failure.Unavailable(
          "unavailable",
          "Too many sockets without sign-in on this node: sign in, or try again later.");
    }
    sockets.put(key, count + 1);
    total++;
  }

  /** Call it once for each socket that was added. */
  synchronized void remove(String address) {
    total--;
    sockets.computeIfPresent(key(address), (key, count) -> count == 1 ? null : count - 1);
  }

  synchronized int total() {
    return total;
  }

  private static ByteBuffer key(String address) {
    return ByteBuffer.wrap(AddressRange.network(address));
  }
}
