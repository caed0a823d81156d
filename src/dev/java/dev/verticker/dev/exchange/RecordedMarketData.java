package dev.verticker.dev.exchange;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The minutes that the simulator plays: equally many of each symbol.
 *
 * @param replayed whether they were recorded; else they are a random walk
 */
record RecordedMarketData(int minutes, Map<String, CandleSeries> series, boolean replayed) {
  private static final int MIN_VOLUME = 100;
  private static final int MAX_VOLUME = 200_000;

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
   * The candles of the folder, or a random walk of two days that ends at its first price, so that its repetition has no
   * jump; symbols that the folder lacks get a walk of equal length.
   */
  static RecordedMarketData of(SimulatorOptions options) {
    var recorded = options.klines().map(folder -> KlineFiles.read(folder, options.seed()));
    var minutes = recorded.map(RecordedMarketData::minutes).orElse(2 * History.DAY);
    var series = new LinkedHashMap<String, CandleSeries>(
        recorded.map(RecordedMarketData::series).orElse(Map.of()));
    var walked = options.symbols().isEmpty() && recorded.isEmpty()
        ? ListedPair.DEFAULT_SYMBOLS
        : options.symbols();
    walked.forEach(
        symbol -> series.computeIfAbsent(symbol, name -> walk(name, minutes, options.seed())));
    return new RecordedMarketData(minutes, series, recorded.isPresent());
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

  private static CandleSeries walk(String symbol, int minutes, long seed) {
    var pair = ListedPair.of(symbol);
    var units = Units.of(pair.tick(), pair.step());
    var price = units.ticks(pair.price());
    var symbolSeed = seed * 31 + symbol.hashCode();
    var walk = new RandomWalk(symbolSeed, MIN_VOLUME, MAX_VOLUME);
    return new CandleSeries(walk.bars(price, price, minutes, 0), units, symbolSeed);
  }
}
