package dev.verticker.dev.exchange;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Options of a simulator.
 *
 * @param port on 127.0.0.1; 0 = any free port
 * @param klines folder of {@code <SYMBOL>-1m*.csv} or {@code .csv.gz} files to replay
 * @param exchangeInfo recorded response of the exchange; generated if missing
 * @param symbols symbols with a random walk, in addition to those of the folder; empty without a folder = a default set
 * @param speed simulated seconds per real second, at least 1
 * @param seed of the random walk, of the history and of the trades inside a minute
 * @param historyDays generated days before the recording, 1 to 400; a node that fills its candles starts faster with few
 * @param weightLimit request weight per real minute above which the response is 429
 * @param streams limits of stream connections
 * @param clock read once at start
 * @param nanos monotonic nanoseconds that advance the simulated clock; tests step them
 */
public record SimulatorOptions(
    int port,
    Optional<Path> klines,
    Optional<Path> exchangeInfo,
    List<String> symbols,
    int speed,
    long seed,
    int historyDays,
    int weightLimit,
    StreamLimits streams,
    Clock clock,
    LongSupplier nanos) {

  public SimulatorOptions {
    Objects.requireNonNull(klines);
    Objects.requireNonNull(exchangeInfo);
    Objects.requireNonNull(streams);
    Objects.requireNonNull(clock);
    Objects.requireNonNull(nanos);
    symbols = List.copyOf(symbols);
    if (speed < 1) {
      throw new IllegalArgumentException("speed: must be at least 1, was " + speed);
    }
    if (historyDays < 1 || historyDays > History.DAYS) {
      throw new IllegalArgumentException(
          "historyDays: must be 1 to " + History.DAYS + ", was " + historyDays);
    }
    if (weightLimit < 1) {
      throw new IllegalArgumentException("weightLimit: must be at least 1, was " + weightLimit);
    }
  }

  /** A random walk in real time on a free port. */
  public static SimulatorOptions defaults() {
    return new SimulatorOptions(
        0,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        1,
        1,
        History.DAYS,
        6000,
        StreamLimits.defaults(),
        Clock.systemUTC(),
        System::nanoTime);
  }

  public SimulatorOptions withPort(int value) {
    return new SimulatorOptions(
        value,
        klines,
        exchangeInfo,
        symbols,
        speed,
        seed,
        historyDays,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withKlines(Path folder) {
    return new SimulatorOptions(
        port,
        Optional.of(folder),
        exchangeInfo,
        symbols,
        speed,
        seed,
        historyDays,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  /**
   * Replays a folder of recorded market data: its candles are in {@code klines} or in the folder itself, and
   * {@code exchangeInfo.json} is used if present.
   */
  public SimulatorOptions replaying(Path folder) {
    var candles = folder.resolve("klines");
    var replayed = withKlines(Files.isDirectory(candles) ? candles : folder);
    var info = folder.resolve("exchangeInfo.json");
    return Files.isRegularFile(info) ? replayed.withExchangeInfo(info) : replayed;
  }

  public SimulatorOptions withExchangeInfo(Path file) {
    return new SimulatorOptions(
        port,
        klines,
        Optional.of(file),
        symbols,
        speed,
        seed,
        historyDays,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withSymbols(List<String> value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        value,
        speed,
        seed,
        historyDays,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withSymbols(String... value) {
    return withSymbols(List.of(value));
  }

  public SimulatorOptions withSpeed(int value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        value,
        seed,
        historyDays,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withSeed(long value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        speed,
        value,
        historyDays,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withHistoryDays(int value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        speed,
        seed,
        value,
        weightLimit,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withWeightLimit(int value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        speed,
        seed,
        historyDays,
        value,
        streams,
        clock,
        nanos);
  }

  public SimulatorOptions withStreams(StreamLimits value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        speed,
        seed,
        historyDays,
        weightLimit,
        value,
        clock,
        nanos);
  }

  public SimulatorOptions withClock(Clock value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        speed,
        seed,
        historyDays,
        weightLimit,
        streams,
        value,
        nanos);
  }

  public SimulatorOptions withNanos(LongSupplier value) {
    return new SimulatorOptions(
        port,
        klines,
        exchangeInfo,
        symbols,
        speed,
        seed,
        historyDays,
        weightLimit,
        streams,
        clock,
        value);
  }
}
