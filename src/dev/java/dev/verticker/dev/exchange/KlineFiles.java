package dev.verticker.dev.exchange;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Parses a folder of one-minute candles: files {@code <SYMBOL>-1m*.csv}, plain or gzipped, one or several per symbol.
 * Columns: {@code openTime,open,high,low,close,volume,closeTime,quoteVolume,trades} as in the exchange's public dumps,
 * whose two taker columns may follow; a header line is skipped. Times are UTC milliseconds, or microseconds as in the
 * dumps since 2025. Prices and volume are replayed exactly; the number of trades is a hint and may be empty, the quote and
 * taker volumes are not read: they are those of the generated trades ({@link MinuteTrades}).
 */
final class KlineFiles {
  private static final Pattern NAME = Pattern.compile("(?<symbol>.+)-1m.*\\.csv(\\.gz)?");
  /** In milliseconds this is the year 5138, in microseconds 1973. */
  private static final long FIRST_MICROSECONDS = 100_000_000_000_000L;

  private KlineFiles() {}

  /** A line of a file; {@code source} is its place in error messages. */
  private record Line(
      String source,
      long minute,
      BigDecimal open,
      BigDecimal high,
      BigDecimal low,
      BigDecimal close,
      BigDecimal volume,
      long trades) {

    Bar bar(Units units) {
      try {
        return Bar.of(
            units.ticks(open),
            units.ticks(high),
            units.ticks(low),
            units.ticks(close),
            units.steps(volume),
            trades);
      } catch (IllegalArgumentException | ArithmeticException failure) {
        throw new IllegalArgumentException(source + ": " + failure.getMessage(), failure);
      }
    }
  }

  /** @param seed of the trades inside the minutes */
  static RecordedMarketData read(Path folder, long seed) {
    var found = new TreeMap<String, TreeMap<Long, Line>>();
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
    found.forEach((symbol, lines) -> {
      var units = units(lines.values());
      var bars = new Bar[minutes];
      lines.values().forEach(line -> bars[(int) (line.minute - first)] = line.bar(units));
      series.put(symbol, new CandleSeries(bars, units, seed * 31 + symbol.hashCode()));
    });
    return new RecordedMarketData(minutes, series, true);
  }

  private static Units units(Collection<Line> lines) {
    return new Units(
        Units.decimals(
            lines.stream().flatMap(line -> Stream.of(line.open, line.high, line.low, line.close))),
        Units.decimals(lines.stream().map(Line::volume)));
  }

  private static List<Path> files(Path folder) {
    try (var files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot list the candles in " + folder, failure);
    }
  }

  private static void read(Path file, Map<Long, Line> found) {
    try (var lines = open(file)) {
      var number = 0;
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank() || number == 1 && !Character.isDigit(line.charAt(0))) {
          continue;
        }
        var parsed = parse(line, file + " line " + number);
        found.put(parsed.minute, parsed);
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

  private static Line parse(String line, String source) {
    try {
      var columns = line.split(",", -1);
      if (columns.length < 9) {
        throw new IllegalArgumentException("expected at least 9 columns, found " + columns.length);
      }
      return new Line(
          source,
          minute(columns[0]),
          amount(columns[1]),
          amount(columns[2]),
          amount(columns[3]),
          amount(columns[4]),
          amount(columns[5]),
          columns[8].isBlank() ? 0 : Long.parseLong(columns[8].strip()));
    } catch (IllegalArgumentException | ArithmeticException failure) {
      throw new IllegalArgumentException(source + ": " + failure.getMessage(), failure);
    }
  }

  private static long minute(String column) {
    var time = Long.parseLong(column.strip());
    var millis = time >= FIRST_MICROSECONDS ? time / 1000 : time;
    if (millis % Timeline.MINUTE != 0) {
      throw new IllegalArgumentException("openTime must be a whole minute, was " + column);
    }
    return millis / Timeline.MINUTE;
  }

  private static BigDecimal amount(String column) {
    return new BigDecimal(column.strip()).setScale(Candle.DECIMALS);
  }
}
