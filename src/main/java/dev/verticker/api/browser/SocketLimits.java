package dev.verticker.api.browser;

import java.time.Duration;

/**
 * How long and how much a socket may.
 *
 * @param signIn from the connection to the first valid token
 * @param defaults how long after a ticket a client may still name topics before it hears the default one
 * @param ping between two pings
 * @param silence without any sign of life
 * @param stall with something unsent and nothing taken
 * @param polite between a graceful close and a hard one
 * @param spread within which clients of a stopping node come back
 * @param unsentBytes a reader that is further behind is cut
 * @param behindBytes a reader that is further behind gets fewer prices
 * @param allUnsentBytes of all sockets of the node: beyond it whoever is behind is cut
 */
record SocketLimits(
    Duration signIn,
    Duration defaults,
    Duration ping,
    Duration silence,
    Duration stall,
    Duration polite,
    Duration spread,
    int unsentBytes,
    int behindBytes,
    long allUnsentBytes) {
  private static final int KILOBYTE = 1024;

  static final SocketLimits STANDARD = new SocketLimits(
      Duration.ofSeconds(5),
      Duration.ofSeconds(1),
      Duration.ofSeconds(10),
      Duration.ofSeconds(30),
      Duration.ofSeconds(30),
      Duration.ofSeconds(2),
      Duration.ofSeconds(5),
      KILOBYTE * KILOBYTE,
      64 * KILOBYTE,
      128L * KILOBYTE * KILOBYTE);
}
