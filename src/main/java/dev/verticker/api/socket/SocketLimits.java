package dev.verticker.api.socket;

import dev.verticker.settings.UserApiSettings.SocketSettings;
import java.time.Duration;

/**
 * How long and how much a socket may.
 *
 * @param signIn from the connection to the first valid token
 * @param defaults how long after a ticket a client may still name topics before it hears the default one
 * @param ping between two pings
 * @param silence without any sign of life, or with something unsent and nothing taken
 * @param polite between a graceful close and a hard one
 * @param spread within which clients of a stopping node come back
 * @param unsentBytes a reader that is further behind is cut
 * @param behindBytes a reader that is further behind gets fewer prices
 * @param most open ones of the node
 * @param allUnsentBytes of all sockets of the node: beyond it whoever is behind is cut
 */
record SocketLimits(
    Duration signIn,
    Duration defaults,
    Duration ping,
    Duration silence,
    Duration polite,
    Duration spread,
    int unsentBytes,
    int behindBytes,
    int most,
    long allUnsentBytes) {
  private static final int KILOBYTE = 1024;

  static SocketLimits of(SocketSettings settings) {
    return new SocketLimits(
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        settings.idleTimeout().dividedBy(3),
        settings.idleTimeout(),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        KILOBYTE * KILOBYTE,
        64 * KILOBYTE,
        settings.max(),
        (long) settings.maxUnsentMegabytes() * KILOBYTE * KILOBYTE);
  }
}
