package dev.verticker.price.feed;

import java.time.Duration;

/**
 * Time limits of the watchdog of a feed.
 *
 * @param check interval of the watchdog
 * @param connect streams that are added while others deliver may take this time until they deliver
 * @param quiet a symbol without an event for this time is compared with the exchange's ticker
 * @param compare min time between two such requests; more than twenty symbols are compared after this time without any event
 * @param request min time between two requests while streams are interrupted
 * @param grace a stream is silent if it sends nothing for this time after a trade that it does not show; candles, which are
 *     sent every two seconds, have twice the time, and books, which a trade may leave unchanged, five times
 * @param retry after resubscribing a silent stream, its connection is replaced after this time
 * @param replace min time between two replacements for one symbol
 * @param expiry quotes of interrupted streams are stale if the exchange did not confirm them for this time; all streams are
 *     interrupted if none has delivered for this time and a request failed since
 */
public record FeedTiming(
    Duration check,
    Duration connect,
    Duration quiet,
    Duration compare,
    Duration request,
    Duration grace,
    Duration retry,
    Duration replace,
    Duration expiry) {
  public static final FeedTiming DEFAULT = new FeedTiming(
      Duration.ofMillis(250),
      Duration.ofSeconds(5),
      Duration.ofMillis(1500),
      Duration.ofSeconds(5),
      Duration.ofSeconds(2),
      Duration.ofSeconds(2),
      Duration.ofSeconds(5),
      Duration.ofSeconds(60),
      Duration.ofSeconds(10));
}
