package dev.verticker.dev.exchange;

import dev.verticker.message.Interval;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of a stream, such as {@code btcusdt@kline_1m}.
 *
 * @param symbol in lower case
 * @param interval only of a kline stream
 */
record StreamName(String symbol, Kind kind, Optional<Interval> interval) {
  private static final String KLINE = "kline_";

  enum Kind {
    TICKER("ticker"),
    MINI_TICKER("miniTicker"),
    BOOK_TICKER("bookTicker"),
    TRADE("trade"),
    AGGREGATE_TRADE("aggTrade"),
    KLINE("kline_");

    private final String wireName;

    Kind(String wireName) {
      this.wireName = wireName;
    }
  }

  /** Empty for a stream that is not simulated; the exchange accepts any name, too. */
  static Optional<StreamName> parse(String name) {
    var at = name.indexOf('@');
    var symbol = name.substring(0, Math.max(0, at));
    var type = name.substring(at + 1);
    if (type.startsWith(KLINE)) {
      return Interval.of(type.substring(KLINE.length()))
          .map(interval -> new StreamName(symbol, Kind.KLINE, Optional.of(interval)));
    }
    for (var kind : Kind.values()) {
      if (kind.wireName.equals(type)) {
        return Optional.of(new StreamName(symbol, kind, Optional.empty()));
      }
    }
    return Optional.empty();
  }

  static String of(String symbol, Kind kind) {
    return symbol.toLowerCase(Locale.ROOT) + "@" + kind.wireName;
  }

  static String kline(String symbol, Interval interval) {
    return of(symbol, Kind.KLINE) + interval.wireName();
  }
}
