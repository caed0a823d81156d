package dev.verticker.dev.exchange;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Options of a simulator. Immutable: each {@code with} method returns a copy. */
public final class SimulatorOptions implements Cloneable {
  private int port;
  private Optional<Path> klines = Optional.empty();
  private Optional<Path> exchangeInfo = Optional.empty();
  private List<String> symbols = List.of();
  private int speed = 1;
  private long seed = 1;
  private int historyDays = History.DAYS;
  private int weightLimit = 6000;
  private int orderLimit = 50;
  private Duration visibility = Duration.ofMillis(100);
  private StreamLimits streams = StreamLimits.defaults();
  private Clock clock = Clock.systemUTC();
  private LongSupplier nanos = System::nanoTime;

  private SimulatorOptions() {}

  /** A random walk in real time on a free port. */
  public static SimulatorOptions defaults() {
    return new SimulatorOptions();
  }

  /** @param value on 127.0.0.1; 0 = any free port */
  public SimulatorOptions withPort(int value) {
    return with(copy -> copy.port = value);
  }

  /** @param folder of {@code <SYMBOL>-1m*.csv} or {@code .csv.gz} files to replay */
  public SimulatorOptions withKlines(Path folder) {
    return with(copy -> copy.klines = Optional.of(folder));
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

  /** @param file recorded response of the exchange; generated if missing */
  public SimulatorOptions withExchangeInfo(Path file) {
    return with(copy -> copy.exchangeInfo = Optional.of(file));
  }

  /** @param value symbols with a random walk, in addition to those of the folder; empty without a folder = a default set */
  public SimulatorOptions withSymbols(List<String> value) {
    return with(copy -> copy.symbols = List.copyOf(value));
  }

  public SimulatorOptions withSymbols(String... value) {
    return withSymbols(List.of(value));
  }

  /** @param value simulated seconds per real second, at least 1 */
  public SimulatorOptions withSpeed(int value) {
    require(value >= 1, "speed: must be at least 1, was " + value);
    return with(copy -> copy.speed = value);
  }

  /** @param value of the random walk, of the history and of the trades inside a minute */
  public SimulatorOptions withSeed(long value) {
    return with(copy -> copy.seed = value);
  }

  /** @param value generated days before the recording, 1 to 400; a node that fills its candles starts faster with few */
  public SimulatorOptions withHistoryDays(int value) {
    require(
        value >= 1 && value <= History.DAYS,
        "historyDays: must be 1 to " + History.DAYS + ", was " + value);
    return with(copy -> copy.historyDays = value);
  }

  /** @param value request weight per real minute above which the response is 429 */
  public SimulatorOptions withWeightLimit(int value) {
    require(value >= 1, "weightLimit: must be at least 1, was " + value);
    return with(copy -> copy.weightLimit = value);
  }

  /** @param value unfilled orders of an account in 10 seconds above which a new order is rejected */
  public SimulatorOptions withOrderLimit(int value) {
    require(value >= 1, "orderLimit: must be at least 1, was " + value);
    return with(copy -> copy.orderLimit = value);
  }

  /** @param value real time until queries of orders, trades and balances show a change */
  public SimulatorOptions withVisibility(Duration value) {
    require(!value.isNegative(), "visibility: must not be negative, was " + value);
    return with(copy -> copy.visibility = value);
  }

  /** @param value limits of stream connections */
  public SimulatorOptions withStreams(StreamLimits value) {
    return with(copy -> copy.streams = value);
  }

  /** @param value read once at start */
  public SimulatorOptions withClock(Clock value) {
    return with(copy -> copy.clock = value);
  }

  /** @param value monotonic nanoseconds that advance the simulated clock; tests step them */
  public SimulatorOptions withNanos(LongSupplier value) {
    return with(copy -> copy.nanos = value);
  }

  public int port() {
    return port;
  }

  public Optional<Path> klines() {
    return klines;
  }

  public Optional<Path> exchangeInfo() {
    return exchangeInfo;
  }

  public List<String> symbols() {
    return symbols;
  }

  public int speed() {
    return speed;
  }

  public long seed() {
    return seed;
  }

  public int historyDays() {
    return historyDays;
  }

  public int weightLimit() {
    return weightLimit;
  }

  public int orderLimit() {
    return orderLimit;
  }

  public Duration visibility() {
    return visibility;
  }

  public StreamLimits streams() {
    return streams;
  }

  public Clock clock() {
    return clock;
  }

  public LongSupplier nanos() {
    return nanos;
  }

  private SimulatorOptions with(Consumer<SimulatorOptions> change) {
    var copy = clone();
    change.accept(copy);
    return copy;
  }

  @Override
  protected SimulatorOptions clone() {
    try {
      return (SimulatorOptions) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void require(boolean valid, String message) {
    if (!valid) {
      throw new IllegalArgumentException(message);
    }
  }
}
