package dev.verticker.dev;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The folder of recorded exchange data named by {@code -Dmarket.data=}. Tests that need it are skipped without it;
 * other tests generate a recording.
 */
public final class RecordedMarket {
  private RecordedMarket() {}

  public static Optional<Path> folder() {
    return Optional.ofNullable(System.getProperty("market.data"))
        .filter(path -> !path.isBlank())
        .map(Path::of);
  }

  /** Generates a folder with five minutes of BTCUSDT. */
  static Path generated(Path folder) throws IOException {
    var candles = IntStream.range(0, 5)
        .mapToObj(minute -> 1_621_123_200_000L + minute * 60_000L
            + ",100.00,103.00,99.00,102.00,1.5," + (1_621_123_259_999L + minute * 60_000L) + ",,")
        .collect(Collectors.joining("\n"));
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("BTCUSDT-1m.csv"), candles);
    return folder;
  }

  public static Path klines() {
    return inside("klines");
  }

  public static Path responses() {
    return inside("responses");
  }

  public static Path exchangeInfo() {
    return inside("exchangeInfo.json");
  }

  /** A path inside the folder; skips the calling test without one. */
  public static Path inside(String name) {
    assumeTrue(
        folder().isPresent(), "skipped: recorded exchange data needed, but market.data is not set");
    return folder().get().resolve(name);
  }
}
