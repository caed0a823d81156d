package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import java.util.Locale;

/** The names of streams, such as {@code btcusdt@kline_1m}. */
final class StreamName {
  enum Kind {
    TICKER("ticker"),
    MINI_TICKER("miniTicker"),
    BOOK_TICKER("bookTicker"),
    TRADE("trade"),
    AGGREGATE_TRADE("aggTrade"),
    KLINE("kline_"),
    DEPTH("depth");

    private final String wireName;

    Kind(String wireName) {
      this.wireName = wireName;
    }
  }

  private StreamName() {}

  /** The symbol in lower case; empty if the name has none. */
  static String symbol(String name) {
    return name.substring(0, Math.max(0, name.indexOf('@')));
  }

  static String of(String symbol, Kind kind) {
    return symbol.toLowerCase(Locale.ROOT) + "@" + kind.wireName;
  }

  static String kline(String symbol, Interval interval) {
    return of(symbol, Kind.KLINE) + interval.wireName();
  }
}
