package dev.verticker.http;

import java.time.Duration;

/**
 * How long a connection may take.
 *
 * @param head from a connection, or the first byte of a further request, to the end of its headers
 * @param body from the end of the headers to the end of the body
 * @param stall a reader that took nothing of an answer for this long is given up
 * @param idle no traffic at all; also holds for WebSockets
 */
record HttpLimits(Duration head, Duration body, Duration stall, Duration idle) {
  static final HttpLimits STANDARD = new HttpLimits(
      Duration.ofSeconds(10),
      Duration.ofSeconds(30),
      Duration.ofSeconds(15),
      Duration.ofSeconds(60));
}
