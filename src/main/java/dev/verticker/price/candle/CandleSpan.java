package dev.verticker.price.candle;

import dev.verticker.message.Candles.FindCandles;
import dev.verticker.message.Interval;
import java.time.Instant;

/**
 * The open times of a request: from {@code first} on, before {@code until}.
 *
 * @param next {@code from} of the next page; null on the last page
 */
record CandleSpan(Interval interval, Instant first, Instant until, Instant next) {

  /** @param now open time of the current minute at the exchange */
  static CandleSpan of(FindCandles request, Instant now) {
    var interval = request.interval();
    var newest = interval.next(interval.openTime(now));
    var end = request.to() == null ? newest : min(ceiling(interval, request.to()), newest);
    if (request.from() == null) {
      var first = end;
      for (var i = 0; i < request.limit(); i++) {
        first = interval.openTime(first.minusSeconds(1));
      }
      return new CandleSpan(interval, first, end, null);
    }
    var first = ceiling(interval, request.from());
    var until = first;
    for (var i = 0; i < request.limit() && until.isBefore(end); i++) {
      until = interval.next(until);
    }
    return new CandleSpan(interval, first, until, until.isBefore(end) ? until : null);
  }

  private static Instant ceiling(Interval interval, Instant time) {
    var openTime = interval.openTime(time);
    return openTime.equals(time) ? time : interval.next(openTime);
  }

  private static Instant min(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
