package dev.verticker.http;

import java.time.Duration;

/**
 * Timeouts of a connection.
 *
 * @param header max time from the connection, or the first byte of a later request, to the end of the headers
 * @param body max time from the end of the headers to the end of the body
 * @param send max time for which the client reads nothing of a response
 * @param idle max time without traffic; for WebSockets, max time without data from the client
 */
record ConnectionTimeouts(Duration header, Duration body, Duration send, Duration idle) {
  static final ConnectionTimeouts DEFAULT = new ConnectionTimeouts(
      Duration.ofSeconds(10),
      Duration.ofSeconds(30),
      Duration.ofSeconds(15),
      Duration.ofSeconds(60));
}
