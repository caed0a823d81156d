package dev.verticker.dev.exchange;

import java.time.Duration;

/**
 * Limits of a stream connection; those of the exchange by default.
 *
 * @param pingInterval real time
 * @param pongTimeout real time without a pong to a ping after which the connection is closed
 * @param lifetime simulated time after which the connection is closed
 * @param messagesPerSecond of the client, in real time: JSON messages, pings and pongs
 * @param streams per connection
 */
public record StreamLimits(
    Duration pingInterval,
    Duration pongTimeout,
    Duration lifetime,
    int messagesPerSecond,
    int streams) {

  public static StreamLimits defaults() {
    return new StreamLimits(
        Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofHours(24), 5, 1024);
  }

  public StreamLimits withPings(Duration interval, Duration timeout) {
    return new StreamLimits(interval, timeout, lifetime, messagesPerSecond, streams);
  }

  public StreamLimits withLifetime(Duration value) {
    return new StreamLimits(pingInterval, pongTimeout, value, messagesPerSecond, streams);
  }
}
