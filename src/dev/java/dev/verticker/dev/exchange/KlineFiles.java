package dev.verticker.dev.exchange;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Parses a folder of one-minute candles: files {@code <SYMBOL>-1m*.csv}, plain or gzipped, one or several per symbol.
 * Columns: {@code openTime,open,high,low,close,volume,closeTime,quoteVolume,trades} as in the exchange's public dumps,
 * whose two taker columns may follow; a header line is skipped. Times are UTC milliseconds, or microseconds as in the
 * dumps since 2025. Missing quote volume, trades and taker columns are derived (see {@link Candle}).
 */
final class KlineFiles {
  private static final Pattern NAME = Pattern.compile("(?<symbol>.+)-1m.*\\.csv(\\.gz)?");
  private static final long MINUTE = 60_000;
  /** In milliseconds this is the year 5138, in microseconds 1973. */
  private static final long FIRST_MICROSECONDS = 100_000_000_000_000L;

  private KlineFiles() {}

  static RecordedMarketData read(Path folder) {
    var found = new TreeMap<String, TreeMap<Long, Candle>>();
    for (var file : files(folder)) {
      var name = NAME.matcher(file.getFileName().toString());
      if (name.matches()) {
        read(file, found.computeIfAbsent(name.group("symbol"), symbol -> new TreeMap<>()));
      }
    }
    found.values().removeIf(Map::isEmpty);
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          folder + ": no candles found; expected files named <SYMBOL>-1m.csv or .csv.gz");
    }
    var first = found.values().stream().mapToLong(TreeMap::firstKey).min().orElseThrow();
    var last = found.values().stream().mapToLong(TreeMap::lastKey).max().orElseThrow();
    var minutes = Math.toIntExact(last - first + 1);
    var series = new LinkedHashMap<String, CandleSeries>();
    found.forEach((symbol, candles) -> {
      var places = new Candle[minutes];
      candles.forEach((minute, candle) -> places[(int) (minute - first)] = candle);
      series.put(symbol, new CandleSeries(places));
    });
    return new RecordedMarketData(minutes, series);
  }

  private static List<Path> files(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot list the candles in " + folder, failure);
    }
  }

  private static void read(Path file, Map<Long, Candle> candles) {
    try (var lines = open(file)) {
      var number = 0;
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank() || number == 1 && !Character.isDigit(line.charAt(0))) {
          continue;
        }
        var candle = candle(line, file, number);
        candles.put(candle.openTime().toEpochMilli() / MINUTE, candle);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot read the candles in " + file, failure);
    }
  }

  private static BufferedReader open(Path file) throws IOException {
    var bytes = Files.newInputStream(file);
    var plain = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
    return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
  }

  private static Candle candle(String line, Path file, int number) {
    try {
      var columns = line.split(",", -1);
      if (columns.length < 9) {
        throw new IllegalArgumentException("expected at least 9 columns, found " + columns.length);
      }
      var open = amount(columns[1]);
      var high = amount(columns[2]);
      var low = amount(columns[3]);
      var close = amount(columns[4]);
      var volume = amount(columns[5]);
      var quoteVolume = isPresent(columns, 7)
          ? amount(columns[7])
          : Candle.quoteVolume(open, high, low, close, volume);
      return new Candle(
          openTime(columns[0]),
          open,
          high,
          low,
          close,
          volume,
          quoteVolume,
          isPresent(columns, 8) ? Long.parseLong(columns[8].strip()) : Candle.trades(quoteVolume),
          isPresent(columns, 9) ? amount(columns[9]) : Candle.half(volume),
          isPresent(columns, 10) ? amount(columns[10]) : Candle.half(quoteVolume));
    } catch (IllegalArgumentException | ArithmeticException failure) {
      throw new IllegalArgumentException(
          file + " line " + number + ": " + failure.getMessage(), failure);
    }
  }

  private static Instant openTime(String column) {
    var time = Long.parseLong(column.strip());
    var millis = time >= FIRST_MICROSECONDS ? time / 1000 : time;
    if (millis % MINUTE != 0) {
      throw new IllegalArgumentException("openTime must be a whole minute, was " + column);
    }
    return Instant.ofEpochMilli(millis);
  }

  private static boolean isPresent(String[] columns, int index) {
    return index < columns.length && !columns[index].isBlank();
  }

  private static BigDecimal amount(String column) {
    return new BigDecimal(column.strip()).setScale(Candle.DECIMALS);
  }
}
