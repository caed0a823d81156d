package dev.verticker.exchange.binance.order;

import java.time.Duration;

/**
 * Options of the connections to the user data.
 *
 * @param rotation a connection is replaced after this time, and up to a twelfth later; Binance closes it after 24 hours
 * @param maxSilence a connection that sent no frame for this time is replaced
 * @param overlap a replaced connection delivers for this time
 */
public record UserStreamOptions(Duration rotation, Duration maxSilence, Duration overlap) {
  public static final UserStreamOptions DEFAULT =
      new UserStreamOptions(Duration.ofHours(12), Duration.ofSeconds(20), Duration.ofSeconds(2));
}
