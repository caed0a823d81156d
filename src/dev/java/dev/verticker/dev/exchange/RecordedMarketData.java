package dev.verticker.dev.exchange;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The candles that the simulator replays: equally many minutes of each symbol. */
record RecordedMarketData(int minutes, Map<String, CandleSeries> series) {
  /** Minutes of a day: the history of a simulator at its start. */
  static final int HISTORY = 24 * 60;

  RecordedMarketData {
    if (minutes < 1 || series.isEmpty()) {
      throw new IllegalArgumentException("a recording needs at least one minute of one symbol");
    }
    for (var entry : series.entrySet()) {
      if (entry.getValue().length() != minutes) {
        throw new IllegalArgumentException(entry.getKey() + " must have " + minutes + " minutes");
      }
    }
    series = Collections.unmodifiableMap(new LinkedHashMap<>(series));
  }

  /**
   * The candles of the folder, or a random walk of two days; symbols that the folder lacks get a walk of equal length.
   */
  static RecordedMarketData of(SimulatorOptions options) {
    var recorded = options.klines().map(KlineFiles::read);
    var minutes = recorded.map(RecordedMarketData::minutes).orElse(2 * HISTORY);
    var series = new LinkedHashMap<String, CandleSeries>(
        recorded.map(RecordedMarketData::series).orElse(Map.of()));
    var walked = options.symbols().isEmpty() && recorded.isEmpty()
        ? ListedPair.DEFAULT_SYMBOLS
        : options.symbols();
    var walk = new RandomWalk(options.seed(), minutes);
    walked.forEach(symbol -> series.computeIfAbsent(symbol, walk::series));
    return new RecordedMarketData(minutes, series);
  }

  CandleSeries of(String symbol) {
    return series.get(symbol);
  }

  boolean has(String symbol) {
    return series.containsKey(symbol);
  }

  List<String> symbols() {
    return List.copyOf(series.keySet());
  }
}
