package dev.verticker.dev;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Optional;

/** The folder of recorded exchange data that {@code -Dmarket.data=} names; tests that need it are skipped without. */
public final class RecordedMarket {
  private RecordedMarket() {}

  public static Optional<Path> folder() {
    return Optional.ofNullable(System.getProperty("market.data"))
        .filter(path -> !path.isBlank())
        .map(Path::of);
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

  /** A path inside the folder; skips the calling test when there is no folder. */
  public static Path inside(String name) {
    assumeTrue(
        folder().isPresent(), "skipped: needs recorded exchange data, and market.data is not set");
    return folder().get().resolve(name);
  }
}
