package dev.verticker.exchange.binance;

import dev.verticker.exchange.MarketStream.Stream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Names of streams, and the lists of them that one control message may have. */
final class StreamNames {
  static final int MAX_NAMES = 200;
  static final int MAX_CHARACTERS = 7800;

  /** Quotes and comma. */
  private static final int SEPARATORS = 3;

  private StreamNames() {}

  static String of(Stream stream) {
    var kind =
        switch (stream.kind()) {
          case TICKER -> "@ticker";
          case KLINE_1M -> "@kline_1m";
          case AGGREGATE_TRADE -> "@aggTrade";
          case BOOK_TICKER -> "@bookTicker";
          case DEPTH -> "@depth20@100ms";
        };
    return stream.symbol().toLowerCase(Locale.ROOT) + kind;
  }

  /** Splits the names into lists of at most 200 names and 7,800 characters. */
  static List<List<String>> batches(Collection<String> names) {
    var batches = new ArrayList<List<String>>();
    var batch = new ArrayList<String>();
    var characters = 0;
    for (var name : names) {
      var length = name.length() + SEPARATORS;
      if (batch.size() == MAX_NAMES || characters + length > MAX_CHARACTERS) {
        batches.add(List.copyOf(batch));
        batch.clear();
        characters = 0;
      }
      batch.add(name);
      characters += length;
    }
    if (!batch.isEmpty()) {
      batches.add(List.copyOf(batch));
    }
    return batches;
  }
}
