package dev.verticker.dev.bench;

import dev.verticker.dev.DevPostgres;
import dev.verticker.dev.DevRedis;
import dev.verticker.dev.exchange.Candle;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Runs one node with 1,000 symbols for a number of minutes, with two drops of all stream connections, and checks that candles,
 * trades and books are complete, and that memory, rows, queues and request weight stay within their limits. It exits with 1 if
 * they do not. The node runs on core 0; the exchange, the clients, PostgreSQL and Redis on core 1.
 */
public final class MarketSoakBench {
  private static final Duration MAX_START = Duration.ofMinutes(5);

  private static final int SYMBOLS = 1000;

  /** Their trades and books are always streamed; a socket has at most 100 topics. */
  private static final int STREAMED = 20;

  private static final int CHARTED = 100;
  private static final int DAYS_OF_HISTORY = 8;
  private static final int DROPS = 2;
  private static final int MAX_STORING_SECONDS = 120;
  private static final int MAX_PRICE_AGE_SECONDS = 120;

  /** A node uses at most four fifths of the exchange's limit, which are the 3,000 of its budget. */
  private static final int WEIGHT_LIMIT = 3750;

  private static final int MAX_WEIGHT = 3000;

  /** Of the live objects in the last third of the time, compared with the second third. */
  private static final long MAX_HEAP_GROWTH = 16L << 20;

  private static final Map<String, Integer> MAX_QUEUED =
      Map.of("candle_writes_waiting", 50_000, "price_observations_waiting", 20_000);

  /** Counters that must not grow. */
  private static final List<String> LOSSES = List.of(
      "candle_writes_dropped_total",
      "price_observations_dropped_total",
      "price_rejected_total",
      "bus_dropped_total");

  /** State of the node at the end of a minute. */
  private record Sample(
      double minutes, double heap, double weight, double frames, double queued, double age) {}

  private final int minutes;
  private final ExchangeSimulator exchange;
  private final BenchEnvironment environment;
  private final Vertx clients = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final FeedNode node;
  private final List<Sample> samples = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();

  private MarketSoakBench(
      int minutes, ExchangeSimulator exchange, BenchEnvironment environment, Vertx vertx)
      throws IOException {
    this.minutes = minutes;
    this.exchange = exchange;
    this.environment = environment;
    this.node = FeedNode.pair(vertx, exchange.port(), environment.folder(), settings(environment))
        .get(0);
  }

  /** @param arguments {@code --minutes} and their number, at least 2 */
  public static void main(String[] arguments) {
    try {
      System.exit(run(Integer.parseInt(arguments[1])) ? 0 : 1);
    } catch (Exception e) {
      // The threads of the exchange simulator keep the process alive.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static boolean run(int minutes) throws Exception {
    var folder = Files.createDirectories(Path.of("target", "bench").toAbsolutePath());
    var vertx = Vertx.vertx();
    try (var postgres =
            DevPostgres.start(folder.resolve("postgres"), 0, false, System.out::println);
        var redis = DevRedis.start(
            folder.resolve("redis"), 0, Optional.empty(), false, System.out::println)) {
      var options = SimulatorOptions.defaults()
          .withSymbols(symbols(SYMBOLS))
          .withHistoryDays(DAYS_OF_HISTORY)
          .withWeightLimit(WEIGHT_LIMIT);
      var exchange = ExchangeSimulator.start(vertx, options).await();
      var environment =
          BenchEnvironment.of(folder, postgres.createDatabase(), redis, exchange.url());
      return new MarketSoakBench(Math.max(2, minutes), exchange, environment, vertx).soak();
    }
  }

  private static Map<String, String> settings(BenchEnvironment environment) {
    var settings = new HashMap<>(environment.environment());
    settings.putAll(Map.of(
        "SYMBOLS",
        String.join(",", symbols(SYMBOLS)),
        "FEED",
        "stream",
        "REFRESH_INTERVAL_SECONDS",
        "60",
        "CACHE_TTL_SECONDS",
        "55",
        "CLUSTER_NAME",
        "soak-bench-" + System.currentTimeMillis()));
    return settings;
  }

  private static List<String> symbols(int count) {
    return IntStream.range(0, count).mapToObj("S%03dUSDT"::formatted).toList();
  }

  private boolean soak() throws Exception {
    try (node) {
      node.start();
      node.awaitReady();
      var token = environment.signIn(node.url());
      try (var trades = SoakSocket.open(
              clients,
              node.port(),
              token,
              subscribe("trades", STREAMED, 0),
              subscribe("book", STREAMED, 250),
              new JsonObject().put("op", "subscribe").put("topic", "feed"));
          var candles = SoakSocket.open(
              clients, node.port(), token, subscribe("candles.1m", CHARTED, 1000))) {
        var deadline = System.nanoTime() + MAX_START.toNanos();
        while (!(trades.isSubscribed() && candles.isSubscribed())) {
          if (System.nanoTime() > deadline) {
            throw new IllegalStateException("the sockets are not subscribed after " + MAX_START);
          }
          TimeUnit.SECONDS.sleep(1);
        }
        // The first minute began before the streams were connected.
        awaitMinute();
        var from = market();
        sample(from);
        while (samples.size() <= minutes) {
          awaitMinute();
          sample(from);
        }
        check(from, market(), trades, candles);
      }
    }
    print();
    return violations.isEmpty();
  }

  private static JsonObject subscribe(String topic, int count, int everyMs) {
    return new JsonObject()
        .put("op", "subscribe")
        .put("topic", topic)
        .put("symbols", new JsonArray(symbols(count)))
        .put("every_ms", everyMs);
  }

  /** Waits for the next minute of the exchange, and drops all stream connections within it if a drop is due. */
  private void awaitMinute() throws InterruptedException {
    var next = exchange.market().now().truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
    var third = Math.max(1, minutes / (DROPS + 1));
    if (!samples.isEmpty()
        && samples.size() % third == 0
        && samples.size() / third <= DROPS
        && samples.size() < minutes) {
      TimeUnit.SECONDS.sleep(10);
      exchange.streams().drop().await();
    }
    TimeUnit.MILLISECONDS.sleep(
        Math.max(0, Duration.between(exchange.market().now(), next).toMillis()));
  }

  private Instant market() {
    return exchange.market().now().truncatedTo(ChronoUnit.MINUTES);
  }

  private void sample(Instant from) throws IOException, InterruptedException {
    // Before the heap, whose measurement takes a moment.
    var weight = node.metric("exchange_weight_total");
    var frames = node.frames();
    var queued = 0L;
    for (var queue : MAX_QUEUED.entrySet()) {
      var waiting = node.metric(queue.getKey());
      queued += waiting;
      require(waiting <= queue.getValue(), "%s is %d", queue.getKey(), waiting);
    }
    var age = node.metric("price_oldest_age_seconds");
    require(age <= MAX_PRICE_AGE_SECONDS, "the oldest price is %d s old", age);
    var sample = new Sample(
        Duration.between(from, exchange.market().now()).toMillis() / 60_000.0,
        StartupBench.heapBytes(ComparedStacks.java(), node.process().pid()),
        weight,
        frames,
        queued,
        age);
    samples.add(sample);
    if (samples.size() > 1) {
      System.out.printf(
          Locale.ROOT,
          "%4d min: heap %.0f MB, resident %d MB, weight %.0f, frames %.0f/s, rows waiting %d, oldest price %d s%n",
          samples.size() - 1,
          sample.heap() / (1 << 20),
          node.process().residentMegabytes(),
          growth(samples.size() - 1, Sample::weight),
          growth(samples.size() - 1, Sample::frames) / 60,
          queued,
          age);
    }
  }

  /** Returns how much a figure grew in a minute. */
  private double growth(int sample, ToDoubleFunction<Sample> figure) {
    var before = samples.get(sample - 1);
    var after = samples.get(sample);
    return (figure.applyAsDouble(after) - figure.applyAsDouble(before))
        / (after.minutes() - before.minutes());
  }

  private void check(Instant from, Instant to, SoakSocket trades, SoakSocket candles)
      throws Exception {
    var expected = Duration.between(from, to).toMinutes() * SYMBOLS;
    var waited = 0;
    while (stored(from, to) < expected && waited++ < MAX_STORING_SECONDS) {
      TimeUnit.SECONDS.sleep(1);
    }
    require(
        stored(from, to) == expected,
        "%d candles are stored, expected %d",
        stored(from, to),
        expected);
    checkCandles(from, to, candles);
    checkRows(from, to);
    checkHeap();
    for (var minute = 1; minute < samples.size(); minute++) {
      var weight = growth(minute, Sample::weight);
      // Samples are not taken exactly at the end of a minute.
      require(weight <= MAX_WEIGHT * 1.05, "requests used the weight %.0f in a minute", weight);
    }
    for (var loss : LOSSES) {
      require(node.metric(loss) == 0, "%s is %d", loss, node.metric(loss));
    }
    require(
        count("SELECT count(*) FROM market.exchange_block") == 0, "the exchange refused requests");
    for (var kind : List.of("quotes", "candles", "trades")) {
      require(trades.gaps().containsKey(kind), "no feed_gap of the kind %s was received", kind);
    }
    require(trades.trades() > 0 && trades.books() > 0, "no trades or no books were received");
    require(
        trades.missed() == 0 || Boolean.FALSE.equals(trades.gaps().get("trades")),
        "%d trades are missing although each gap was filled",
        trades.missed());
    violations.addAll(trades.violations());
    violations.addAll(candles.violations());
    System.out.printf(
        Locale.ROOT,
        "%n%,d trades received once and in order, %d reported as missed; %,d books; gaps %s; %,d candles compared%n",
        trades.trades(),
        trades.missed(),
        trades.books(),
        trades.gaps(),
        expected);
  }

  /** Every stored candle, and every final candle of the sockets, equals that of the exchange. */
  private void checkCandles(Instant from, Instant to, SoakSocket candles) throws SQLException {
    var charted = symbols(CHARTED);
    try (var connection = connection();
        var statement = connection.prepareStatement(
            """
            SELECT open, high, low, close, volume, quote_volume, trades, state, extract(epoch FROM open_time)::bigint * 1000
              FROM market.candles
             WHERE series = '1m' AND symbol = ? AND open_time >= ?::timestamptz AND open_time < ?::timestamptz
             ORDER BY open_time""")) {
      for (var symbol : symbols(SYMBOLS)) {
        statement.setString(1, symbol);
        statement.setString(2, from.toString());
        statement.setString(3, to.toString());
        var minute = from;
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            var openTime = rows.getLong(9);
            require(
                openTime == minute.toEpochMilli(), "%s: no candle of %s is stored", symbol, minute);
            var candle = exchange.market().candle(symbol, minute).orElseThrow();
            var figures = new ArrayList<String>();
            for (var column = 1; column <= 7; column++) {
              figures.add(rows.getBigDecimal(column).toPlainString());
            }
            require(
                figures.equals(figures(candle)) && !"absent".equals(rows.getString(8)),
                "%s at %s: %s %s is stored, the exchange has %s",
                symbol,
                minute,
                rows.getString(8),
                figures,
                figures(candle));
            if (charted.contains(symbol)) {
              checkReceived(symbol, candle, candles.candle(symbol, openTime));
            }
            minute = Instant.ofEpochMilli(openTime).plusSeconds(60);
          }
        }
      }
    }
  }

  private void checkReceived(String symbol, Candle candle, JsonObject received) {
    require(
        received != null
            && figures(candle)
                .equals(List.of(
                    received.getString("open"),
                    received.getString("high"),
                    received.getString("low"),
                    received.getString("close"),
                    received.getString("volume"),
                    received.getString("quote_volume"),
                    received.getValue("trades").toString())),
        "%s: a socket received %s, the exchange has %s",
        symbol,
        received,
        candle);
  }

  private static List<String> figures(Candle candle) {
    return List.of(
        candle.open().toPlainString(),
        candle.high().toPlainString(),
        candle.low().toPlainString(),
        candle.close().toPlainString(),
        candle.volume().toPlainString(),
        candle.quoteVolume().toPlainString(),
        BigDecimal.valueOf(candle.trades()).toPlainString());
  }

  /** One price for each symbol and minute, and none of them in the event log. */
  private void checkRows(Instant from, Instant to) throws SQLException {
    var slots = Duration.between(from, to).toMinutes();
    var observations = count("SELECT count(*) FROM market.observations WHERE slot_start >= '" + from
        + "' AND slot_start < '" + to + "'");
    require(
        observations == slots * SYMBOLS,
        "%d prices are stored, expected %d",
        observations,
        slots * SYMBOLS);
    var events = count("SELECT count(*) FROM notification.events");
    require(events < SYMBOLS, "the event log has %d rows", events);
  }

  private void checkHeap() {
    var third = samples.size() / 3;
    var second = maxHeap(third, 2 * third);
    var last = maxHeap(2 * third, samples.size());
    require(
        minutes < 10 || last - second <= MAX_HEAP_GROWTH,
        "the heap grew from %.0f to %.0f bytes",
        second,
        last);
  }

  private double maxHeap(int first, int end) {
    return samples.subList(first, end).stream().mapToDouble(Sample::heap).max().orElse(0);
  }

  private void print() {
    System.out.printf(Locale.ROOT, "%n%s, `bench/feed --minutes %d`%n%n", Instant.now(), minutes);
    System.out.println("| figure | min | max |\n|---|---|---|");
    row(
        "live heap, MB",
        samples.stream().map(sample -> sample.heap() / (1 << 20)).toList());
    row("weight of requests in a minute", growths(Sample::weight));
    row(
        "frames in a second",
        growths(Sample::frames).stream().map(each -> each / 60).toList());
    row("rows waiting for PostgreSQL", samples.stream().map(Sample::queued).toList());
    row("age of the oldest price, s", samples.stream().map(Sample::age).toList());
    violations.forEach(violation -> System.out.println("VIOLATION: " + violation));
    System.out.println(violations.isEmpty() ? "no violation" : violations.size() + " violations");
  }

  private List<Double> growths(ToDoubleFunction<Sample> figure) {
    return IntStream.range(1, samples.size())
        .mapToObj(sample -> growth(sample, figure))
        .toList();
  }

  private static void row(String figure, List<Double> values) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %.0f | %.0f |%n",
        figure,
        values.stream().min(Double::compare).orElseThrow(),
        values.stream().max(Double::compare).orElseThrow());
  }

  private long stored(Instant from, Instant to) throws SQLException {
    return count("SELECT count(*) FROM market.candles WHERE series = '1m' AND open_time >= '" + from
        + "' AND open_time < '" + to + "'");
  }

  private long count(String sql) throws SQLException {
    try (var connection = connection();
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      result.next();
      return result.getLong(1);
    }
  }

  private Connection connection() throws SQLException {
    var database = environment.database();
    return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
  }

  private void require(boolean holds, String format, Object... values) {
    if (!holds && violations.size() < 50) {
      violations.add(String.format(Locale.ROOT, format, values));
    }
  }
}
