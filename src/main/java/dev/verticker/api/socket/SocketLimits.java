package dev.verticker.api.socket;

import dev.verticker.settings.SocketSettings;
import java.time.Duration;

/**
 * Time and size limits for sockets.
 *
 * @param signIn from the connection to the first valid token
 * @param defaultTopic from a ticket to the default topic, unless the client names a topic before
 * @param ping between two pings
 * @param idle without a response, or with unsent bytes and no progress, until the connection is reset
 * @param close between a graceful close and a reset
 * @param reconnect within which the clients of a stopping node reconnect
 * @param maxUnsentBytes a reader further behind is closed
 * @param behindBytes a reader further behind receives conflated prices
 * @param maxSockets of the node
 * @param maxUnsentBytesOfNode of all sockets; above it every reader that is behind is closed
 */
record SocketLimits(
    Duration signIn,
    Duration defaultTopic,
    Duration ping,
    Duration idle,
    Duration close,
    Duration reconnect,
    int maxUnsentBytes,
    int behindBytes,
    int maxSockets,
    long maxUnsentBytesOfNode) {
  private static final int KILOBYTE = 1024;

  static SocketLimits of(SocketSettings settings) {
    return new SocketLimits(
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        settings.silence().dividedBy(3),
        settings.silence(),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        KILOBYTE * KILOBYTE,
        64 * KILOBYTE,
        settings.most(),
        (long) settings.unsentMegabytes() * KILOBYTE * KILOBYTE);
  }
}
