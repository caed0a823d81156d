package dev.verticker.dev.bench;

import dev.verticker.dev.PostgresDatabase;
import dev.verticker.dev.bench.FeedSockets.CandleKey;
import dev.verticker.dev.exchange.ExchangeSimulator;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Measures the live market data: delays from the exchange's frame to the socket, CPU time per frame, the time until quotes are
 * fresh after faults, and reads of candles. A bare relay of the same streams is the baseline. The nodes and the relay run on
 * core 0; the exchange, the clients, PostgreSQL and Redis on core 1, to which this process must be pinned.
 */
public final class FeedBench {
  /** The most that the simulator has; with tickers, candles and books, 20 symbols send almost a thousand frames a second. */
  private static final int TRADES_PER_MINUTE = 600;

  private static final int SOCKETS = 50;
  private static final int SOCKETS_PER_USER = 1000;
  private static final String CHARTED = "BTCUSDT";
  private static final List<String> SYMBOLS = List.of(
      CHARTED,
      "ETHUSDT",
      "BNBUSDT",
      "SOLUSDT",
      "XRPUSDT",
      "ADAUSDT",
      "DOGEUSDT",
      "LTCUSDT",
      "DOTUSDT",
      "AVAXUSDT",
      "LINKUSDT",
      "TRXUSDT",
      "UNIUSDT",
      "ATOMUSDT",
      "XLMUSDT",
      "NEARUSDT",
      "FILUSDT",
      "APTUSDT",
      "ARBUSDT",
      "OPUSDT");
  private static final List<String> STREAMS =
      List.of("@ticker", "@kline_1m", "@aggTrade", "@bookTicker", "@depth20@100ms");
  private static final List<String> TOPICS = List.of("prices", "candles." + CHARTED + ".1m");

  /** A node that lost its upstream does not request the lease for a minute. */
  private static final int PAUSE_SECONDS = 65;

  private static final int FAULT_MS = 100;
  private static final int MAX_WAIT_SECONDS = 180;
  private static final int CANDLES = 1000;

  /**
   * @param thorough the measurement waits for the end of the backfill, and the nodes do not run beside the relay
   * @param seconds of each measurement
   * @param faults drops of connections, and kills of the leader
   * @param blocks of the leader's exchange
   * @param rows stored candles
   */
  private record Plan(boolean thorough, int rounds, int seconds, int faults, int blocks, int rows) {
    static final Plan FULL = new Plan(true, 3, 10, 3, 2, 10_000_000);
    static final Plan QUICK = new Plan(false, 1, 2, 1, 1, 100_000);

    int warmUpSeconds() {
      return thorough ? 30 : 1;
    }

    int settleSeconds() {
      return thorough ? 2 : 1;
    }

    int requests() {
      return thorough ? 2000 : 200;
    }
  }

  /** One value per round. */
  private static final class Figures {
    private final Map<String, List<Double>> rounds = new HashMap<>();

    void add(String name, double value) {
      rounds.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
    }

    void add(String name, Delays delays) {
      add(name + " p50", delays.percentile(0.5));
      add(name + " p99", delays.percentile(0.99));
    }

    /** NaN = not measured. */
    double median(String name) {
      var sorted =
          rounds.getOrDefault(name, List.of(Double.NaN)).stream().sorted().toList();
      return sorted.get(sorted.size() / 2);
    }

    String delay(String name) {
      return text("p50 %.1f ms, p99 %.1f ms", median(name + " p50"), median(name + " p99"));
    }

    String seconds(String name) {
      var all = rounds.getOrDefault(name, List.of(Double.NaN));
      return text(
          "median %.2f s, max %.2f s in %d runs", median(name), Collections.max(all), all.size());
    }
  }

  private final Plan plan;
  private final ExchangeSimulator exchange;
  private final PostgresDatabase database;
  private final BenchEnvironment stores;
  private final Vertx clients = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Figures figures = new Figures();
  private final LongSupplier clock;
  private final List<FeedNode> nodes;
  private final long startedAt = System.nanoTime();
  private String token;

  private FeedBench(Plan plan, FeedEnvironment environment) throws IOException {
    this.plan = plan;
    this.exchange = environment.exchange();
    this.database = environment.stores().database();
    this.stores = environment.stores();
    this.clock = environment::now;
    this.nodes = environment.nodes(SYMBOLS, SOCKETS_PER_USER);
  }

  /** {@code --quick} only checks that it works. */
  public static void main(String[] arguments) {
    var plan = List.of(arguments).contains("--quick") ? Plan.QUICK : Plan.FULL;
    FeedEnvironment.run(
        new FeedEnvironment.Exchange(SYMBOLS, TRADES_PER_MINUTE, options -> options),
        environment -> new FeedBench(plan, environment).measure());
  }

  private void measure() throws Exception {
    try {
      if (!plan.thorough()) {
        nodes.forEach(FeedNode::start);
      }
      measureRelay();
      progress("relay measured");
      for (var node : nodes) {
        // One after the other: two starts on one core take too long.
        if (plan.thorough()) {
          node.start();
        }
        node.awaitReady();
      }
      token = stores.signIn(nodes.get(0).url());
      warmUp();
      progress("nodes ready");
      for (var round = 0; round < plan.rounds(); round++) {
        measureNodes();
        progress("round " + (round + 1) + " of the nodes measured");
      }
      for (var i = 0; i < plan.faults(); i++) {
        drop();
      }
      for (var i = 0; i < plan.faults(); i++) {
        kill();
      }
      for (var i = 0; i < plan.blocks(); i++) {
        block(i + 1 == plan.blocks());
      }
      fill();
      progress("candles stored");
      readCandles();
    } finally {
      // After a failure the table has the figures that were measured before.
      print();
      nodes.forEach(FeedNode::close);
      execute("DROP TABLE IF EXISTS market.candles");
    }
  }

  private void measureRelay() throws Exception {
    var port = ComparedStacks.freePort();
    var streams = SYMBOLS.stream()
        .map(symbol -> symbol.toLowerCase(Locale.ROOT))
        .flatMap(symbol -> STREAMS.stream().map(symbol::concat))
        .collect(Collectors.joining("/"));
    var variables = Map.of(
        "PORT", Integer.toString(port),
        "EXCHANGE_PORT", Integer.toString(exchange.port()),
        "STREAMS", streams);
    var count = "http://127.0.0.1:" + port + "/";
    try (var relay = FeedNode.java(
        stores.folder(), "feed-relay", variables, List.of(BareRelay.class.getName()))) {
      ComparedStacks.await(relay, count, true);
      TimeUnit.SECONDS.sleep(plan.warmUpSeconds());
      for (var round = 0; round < plan.rounds(); round++) {
        measureCpu("relay without sockets", relay, () -> Long.parseLong(get(count)));
        try (var sockets = new FeedSockets(clients, clock)) {
          sockets.relay(port, SOCKETS);
          TimeUnit.SECONDS.sleep(plan.settleSeconds());
          sockets.reset();
          measureCpu("relay", relay, () -> Long.parseLong(get(count)));
          figures.add("relay", sockets.quotes());
        }
      }
    }
  }

  private void warmUp() throws Exception {
    var leader = leader();
    TimeUnit.SECONDS.sleep(plan.warmUpSeconds());
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_WAIT_SECONDS);
    while (plan.thorough()
        && leader.metric("candle_backfill_requests_waiting") > 0
        && System.nanoTime() < end) {
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private void measureNodes() throws Exception {
    var leader = leader();
    measureCpu("leader without sockets", leader.process(), leader::frames);
    measureSockets("leader", leader, leader);
    measureSockets("other", leader, other(leader));
    measureTrades("leader", leader);
    measureTrades("other", other(leader));
  }

  private void measureSockets(String name, FeedNode leader, FeedNode node) throws Exception {
    var sent = new ConcurrentHashMap<CandleKey, Long>();
    var observer = observe("@kline_1m", event -> keep(event, sent));
    try (var sockets = new FeedSockets(clients, clock)) {
      sockets.subscribe(node.port(), SOCKETS, token, TOPICS, 100);
      TimeUnit.SECONDS.sleep(plan.settleSeconds());
      sockets.reset();
      measureCpu(name, leader.process(), leader::frames);
      figures.add(name + " prices", sockets.quotes());
      figures.add(name + " candles", sockets.candles(sent));
    } finally {
      observer.close().await();
    }
  }

  /** Each trade is a frame, because nothing is conflated. */
  private void measureTrades(String name, FeedNode node) throws Exception {
    var sent = new ConcurrentHashMap<Long, Long>();
    var observer = observe("@aggTrade", event -> sent.put(event.getLong("a"), event.getLong("E")));
    try (var sockets = new FeedSockets(clients, clock)) {
      sockets.subscribe(node.port(), SOCKETS, token, List.of("trades." + CHARTED), 0);
      TimeUnit.SECONDS.sleep(plan.settleSeconds());
      sockets.reset();
      TimeUnit.SECONDS.sleep(plan.seconds());
      figures.add(name + " trades", sockets.trades(sent));
    } finally {
      observer.close().await();
    }
  }

  /** Receives a stream of the charted symbol beside the nodes. */
  private WebSocketClient observe(String stream, Consumer<JsonObject> onEvent) {
    var observer = clients.createWebSocketClient();
    observer
        .connect(exchange.port(), "127.0.0.1", "/ws/" + CHARTED.toLowerCase(Locale.ROOT) + stream)
        .await()
        .textMessageHandler(text -> onEvent.accept(new JsonObject(text)));
    return observer;
  }

  private static void keep(JsonObject event, Map<CandleKey, Long> sent) {
    var kline = event.getJsonObject("k");
    var key = new CandleKey(kline.getLong("t"), kline.getLong("n"), kline.getBoolean("x"));
    sent.putIfAbsent(key, event.getLong("E"));
  }

  private interface FrameCount {
    long read() throws IOException, InterruptedException;
  }

  private void measureCpu(String name, CpuPinning process, FrameCount frames)
      throws IOException, InterruptedException {
    var cpu = process.cpuSeconds();
    var before = frames.read();
    TimeUnit.SECONDS.sleep(plan.seconds());
    var received = frames.read() - before;
    figures.add(name + " cpu", (process.cpuSeconds() - cpu) * 1e6 / received);
    figures.add(name + " frames", (double) received / plan.seconds());
  }

  private void drop() throws Exception {
    var leader = leader();
    recover("drop", leader, () -> exchange.streams().drop().await());
    TimeUnit.SECONDS.sleep(plan.settleSeconds());
  }

  private void kill() throws Exception {
    var leader = leader();
    recover("kill", other(leader), leader::kill);
    leader.start();
    leader.awaitReady();
    TimeUnit.SECONDS.sleep(plan.settleSeconds());
  }

  private void block(boolean last) throws Exception {
    var leader = leader();
    recover("block", other(leader), leader.link()::silence);
    leader.link().passOn();
    if (!last) {
      TimeUnit.SECONDS.sleep(PAUSE_SECONDS);
    }
  }

  /** Measures the time from the fault until sockets of the node receive quotes of later events. */
  private void recover(String name, FeedNode node, Runnable fault) throws Exception {
    try (var sockets = new FeedSockets(clients, clock)) {
      sockets.subscribe(node.port(), 1, token, List.of("prices"), 100);
      TimeUnit.SECONDS.sleep(1);
      var failedAt = System.nanoTime();
      fault.run();
      // Nothing recovers sooner, and frames sent before the fault have arrived by
      // then.
      TimeUnit.MILLISECONDS.sleep(FAULT_MS);
      var fresh = sockets
          .awaitFresh(Set.copyOf(SYMBOLS))
          .timeout(MAX_WAIT_SECONDS, TimeUnit.SECONDS)
          .await();
      figures.add(name + " first", (fresh.first() - failedAt) / 1e9);
      figures.add(name + " all", (fresh.all() - failedAt) / 1e9);
      progress(text(
          "%s: first quote after %.2f s, all symbols after %.2f s",
          name, (fresh.first() - failedAt) / 1e9, (fresh.all() - failedAt) / 1e9));
    }
  }

  /** The node that receives frames of the exchange. */
  private FeedNode leader() throws IOException, InterruptedException {
    for (var waited = 0; waited < 2 * MAX_WAIT_SECONDS; waited++) {
      var before = List.of(nodes.get(0).frames(), nodes.get(1).frames());
      TimeUnit.MILLISECONDS.sleep(500);
      var firstLeads = nodes.get(0).frames() > before.get(0);
      if (firstLeads != nodes.get(1).frames() > before.get(1)) {
        return nodes.get(firstLeads ? 0 : 1);
      }
    }
    throw new IllegalStateException("no node, or both, received frames for " + MAX_WAIT_SECONDS
        + " s; see feed-node-*.log in " + stores.folder());
  }

  private FeedNode other(FeedNode node) {
    return nodes.get(node == nodes.get(0) ? 1 : 0);
  }

  /** Stores candles from the begin of the previous month on: first of the symbols that are read, then of further ones. */
  private void fill() throws SQLException {
    execute(
        """
        INSERT INTO market.candles
        SELECT 'replayed', symbol, '1m', open_time, 100.5, 101.25, 99.75, 100.25, 5000.125, 501234.5678, 510, 2500.5, 250617.25,
               'final', true
          FROM (SELECT date_trunc('month', now(), 'UTC') - interval '1 month' AS first) AS month,
               generate_series(first, now() - interval '2 minutes', '1 minute') WITH ORDINALITY AS minute (open_time, at),
               unnest(array_cat('%1$s'::text[], ARRAY(SELECT 'FILL' || n FROM generate_series(1, 500) AS n)))
                 WITH ORDINALITY AS named (symbol, number)
         WHERE named.number <= ceil(%2$d / (extract(epoch FROM now() - first) / 60))
            ON CONFLICT DO NOTHING
        """
            .formatted("{" + String.join(",", SYMBOLS) + "}", plan.rows()));
    execute("VACUUM ANALYZE market.candles");
    figures.add("rows", rows());
  }

  private void readCandles() throws Exception {
    var leader = leader();
    var paths = (plan.thorough() ? SYMBOLS : List.of(CHARTED))
        .stream()
            .map(symbol ->
                leader.url() + "/prices/" + symbol + "/candles?interval=1m&limit=" + CANDLES)
            .toList();
    for (var path : paths) {
      var found = new JsonObject(get(path)).getJsonArray("candles").size();
      if (found != CANDLES) {
        throw new IllegalStateException(
            path + ": expected " + CANDLES + " candles but received " + found);
      }
    }
    var delays = new Delays();
    for (var i = -plan.requests() / 4; i < plan.requests(); i++) {
      var path = paths.get(Math.floorMod(i, paths.size()));
      var sentAt = System.nanoTime();
      get(path);
      if (i >= 0) {
        delays.add((System.nanoTime() - sentAt) / 1e6);
      }
    }
    figures.add("read", delays);
  }

  private void print() {
    System.out.printf("%n%s, `bench/feed`%n%n", Instant.now());
    System.out.println("| figure | measured | goal |\n|---|---|---|");
    row(
        "frames received by the leader",
        text("%.0f/s", figures.median("leader frames")),
        "1,000/s");
    for (var node : List.of("leader", "other")) {
      var where = node.equals("leader") ? "leader" : "other node";
      row("`prices` at 100 ms to 50 sockets, " + where, figures.delay(node + " prices"), "");
      row("`" + TOPICS.get(1) + "` at 100 ms, " + where, figures.delay(node + " candles"), "");
      row(
          "`trades." + CHARTED + "`, not conflated, " + where,
          figures.delay(node + " trades"),
          node.equals("leader") ? "p99 5 ms" : "p99 10 ms");
    }
    row(
        text(
            "bare relay, tickers and trades at %.0f/s to 50 sockets",
            figures.median("relay frames")),
        figures.delay("relay"),
        "");
    cpu("leader without sockets", "leader", "200 us");
    cpu("leader with 50 sockets", "leader", "");
    cpu("bare relay without sockets", "relay", "");
    cpu("bare relay with 50 sockets", "relay", "");
    recovery("all stream connections dropped", "drop", "2 s");
    recovery("leader killed", "kill", "5 s");
    recovery("exchange blocked on the leader only", "block", "20 s");
    row(
        text("1,000 candles, %,.0f rows stored", figures.median("rows")),
        figures.delay("read"),
        "p99 10 ms");
  }

  private void cpu(String name, String server, String goal) {
    var figure = server + (name.endsWith("without sockets") ? " without sockets cpu" : " cpu");
    row("CPU per received frame, " + name, text("%.0f us", figures.median(figure)), goal);
  }

  private void recovery(String fault, String name, String goal) {
    row(fault + ", until a streamed quote", figures.seconds(name + " first"), goal);
    row(fault + ", until those of all symbols", figures.seconds(name + " all"), "");
  }

  private long rows() throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement();
        var result = statement.executeQuery("SELECT count(*) FROM market.candles")) {
      result.next();
      return result.getLong(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String get(String url) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    var response = BenchServer.HTTP.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          url + " responds with " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  private void progress(String text) {
    System.out.printf(
        Locale.ROOT, "%4d s %s%n", (System.nanoTime() - startedAt) / 1_000_000_000, text);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static void row(String figure, String measured, String goal) {
    System.out.println("| " + figure + " | " + measured + " | " + goal + " |");
  }
}
