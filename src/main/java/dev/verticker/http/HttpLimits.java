package dev.verticker.http;

import java.time.Duration;

/**
 * Timeouts of a connection.
 *
 * @param head max time from the connection, or the first byte of a later request, to the end of the headers
 * @param body max time from the end of the headers to the end of the body
 * @param stall a connection is closed if the client reads nothing of a response for this time
 * @param idle max time without traffic; for WebSockets, max time without data from the client
 */
record HttpLimits(Duration head, Duration body, Duration stall, Duration idle) {
  static final HttpLimits DEFAULT = new HttpLimits(
      Duration.ofSeconds(10),
      Duration.ofSeconds(30),
      Duration.ofSeconds(15),
      Duration.ofSeconds(60));
}
