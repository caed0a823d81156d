package dev.verticker.dev.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Generates small recordings: minute {@code n} opens at 100.n, falls to 90.n, rises to 120.n, closes at 110.n. */
final class Candles {
  static final long FIRST = 1_600_000_020_000L;

  private Candles() {}

  static void write(Path folder, String symbol, int minutes) {
    write(folder.resolve(symbol + "-1m.csv"), "", IntStream.range(0, minutes), Candles::line);
  }

  static void write(Path file, String header, IntStream minutes, IntFunction<String> line) {
    text(file, header + minutes.mapToObj(line).collect(Collectors.joining("\n", "", "\n")));
  }

  static void text(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static String line(int minute) {
    return "%d,100.%04d0000,120.%04d0000,90.%04d0000,110.%04d0000,4.00000000,%d,,"
        .formatted(open(minute), minute, minute, minute, minute, open(minute) + 59_999);
  }

  static long open(int minute) {
    return FIRST + minute * 60_000L;
  }
}
