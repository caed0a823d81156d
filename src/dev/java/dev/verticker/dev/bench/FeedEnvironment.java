package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** The stores of a benchmark of live market data, and the simulated exchange, which repeats an hour of candles. */
record FeedEnvironment(Vertx vertx, ExchangeSimulator exchange, BenchEnvironment stores) {
  /** Measures, and prints the figures. */
  interface Measurement {
    void run(FeedEnvironment environment) throws Exception;
  }

  /**
   * The exchange of a benchmark.
   *
   * @param tradesPerMinute of each symbol
   * @param options adds options of the simulator
   */
  record Exchange(
      List<String> symbols, int tradesPerMinute, UnaryOperator<SimulatorOptions> options) {}

  /** Starts PostgreSQL, Redis and the exchange, measures, and ends this process. */
  static void run(Exchange exchange, Measurement measurement) {
    try {
      start(exchange, measurement);
      System.exit(0);
    } catch (Exception e) {
      // The threads of the exchange simulator keep the process alive.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void start(Exchange settings, Measurement measurement) throws Exception {
    var folder = Files.createDirectories(Path.of("target", "bench").toAbsolutePath());
    var vertx = Vertx.vertx();
    try (var postgres =
            DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println);
        var redis = DevRedis.start(
            folder.resolve("redis"), 0, Optional.empty(), false, System.out::println)) {
      var options = SimulatorOptions.defaults().withKlines(recording(folder, settings));
      var exchange =
          ExchangeSimulator.start(vertx, settings.options().apply(options)).await();
      var stores = BenchEnvironment.of(folder, postgres.createDatabase(), redis, exchange.url());
      measurement.run(new FeedEnvironment(vertx, exchange, stores));
    }
  }

  /** Returns names of symbols. */
  static List<String> symbols(int count) {
    return IntStream.range(0, count).mapToObj("S%03dUSDT"::formatted).toList();
  }

  private static Path recording(Path folder, Exchange settings) throws IOException {
    var recording =
        Files.createDirectories(folder.resolve("klines-of-" + settings.symbols().size()));
    var candles = IntStream.range(0, 60)
        .mapToObj(minute -> "%d,100.00,101.00,99.00,100.00,5000.000,0,0,%d"
            .formatted(minute * 60_000L, settings.tradesPerMinute()))
        .toList();
    for (var symbol : settings.symbols()) {
      Files.write(recording.resolve(symbol + "-1m.csv"), candles);
    }
    return recording;
  }

  /** Returns two nodes of a cluster that have not started. */
  List<FeedNode> nodes(List<String> symbols, int socketsPerUser) throws IOException {
    var settings = new HashMap<>(stores.environment());
    settings.putAll(Map.of(
        "SYMBOLS",
        String.join(",", symbols),
        "BINANCE_VENUE",
        "replayed",
        "FEED",
        "stream",
        "REFRESH_INTERVAL_SECONDS",
        "60",
        "CACHE_TTL_SECONDS",
        "55",
        "CLUSTER_NAME",
        "feed-bench-" + System.currentTimeMillis(),
        "SOCKETS_PER_USER",
        Integer.toString(socketsPerUser)));
    return FeedNode.pair(vertx, exchange.port(), stores.folder(), settings);
  }

  /** Milliseconds of the exchange's clock. */
  long now() {
    return exchange.market().now().toEpochMilli();
  }
}
