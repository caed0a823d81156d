package dev.verticker.exchange.binance;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.RedisClient;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.exchange.BanRepository;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerBatches;
import dev.verticker.exchange.TickerBatches.Outcome;
import dev.verticker.exchange.TickerParser;
import dev.verticker.message.Books.Level;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.RedisSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.RefusingPort;
import dev.verticker.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinanceMarketDataTest {
  private static JsonObject settings;

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), metrics);
  private ExchangeSimulator simulator;
  private RateLimits limits;

  @BeforeAll
  static void readSettings() {
    settings = SettingsFiles.load(TestDatabase.create().settings(), Path.of("target"));
  }

  @BeforeEach
  void start() {
    simulator = await(ExchangeSimulator.start(
        vertx, SimulatorOptions.defaults().withSymbols("BTCUSDT", "ETHUSDT", "币安人生USDT")));
    limits = limits();
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void one_request_returns_all_symbols_with_exact_figures() {
    var exchange = exchange(simulator.url());

    var tickers = await(exchange.tickers(List.of("ETHUSDT", "币安人生USDT"), Priority.QUOTES));

    assertEquals(1, simulator.calls().total());
    assertEquals(2, tickers.size());
    for (var ticker : tickers) {
      var json = new JsonObject(ticker.json());
      assertEquals(json.getString("lastPrice"), ticker.price().toPlainString());
      assertEquals(json.getString("lastPrice"), json.getString("price"));
      assertEquals(json.getString("bidPrice"), ticker.bid().toPlainString());
      assertEquals(json.getString("askPrice"), ticker.ask().toPlainString());
      assertEquals(json.getString("priceChangePercent"), ticker.changePercent().toPlainString());
      assertEquals(json.getString("volume"), ticker.volume().toPlainString());
      assertEquals(json.getLong("closeTime"), ticker.eventTime().toEpochMilli());
    }
  }

  @Test
  void hundreds_of_symbols_are_requested_in_batches_of_weight_two_with_all_figures() {
    var many = IntStream.range(0, 130).mapToObj(i -> "S" + i + "USDT").toList();
    await(simulator.close());
    simulator =
        await(ExchangeSimulator.start(vertx, SimulatorOptions.defaults().withSymbols(many)));
    var received = new ArrayList<Ticker>();

    var outcome = await(new TickerBatches(exchange(simulator.url()))
        .fetch(many, Priority.QUOTES, received::addAll));

    assertEquals(new Outcome(130, Set.of(), null), outcome);
    assertEquals(Set.copyOf(many), received.stream().map(Ticker::symbol).collect(toSet()));
    assertTrue(
        received.stream().allMatch(ticker -> ticker.bid() != null && ticker.volume() != null));
    assertEquals(7, simulator.calls().of(Endpoint.TICKER_24HR));
    assertEquals(7, simulator.calls().total());
    assertEquals(
        14, metrics.get("exchange_weight_total").tag("use", "quotes").counter().count());
    assertEquals(0, metrics.find("price_rejected_total").counters().size());
  }

  @Test
  void an_unlisted_symbol_is_found_and_does_not_fail_the_other_symbols_of_its_batch() {
    var requested =
        new ArrayList<>(IntStream.range(0, 40).mapToObj(i -> "NONE" + i).toList());
    requested.set(3, "BTCUSDT");
    requested.set(25, "ETHUSDT");
    var received = new ArrayList<Ticker>();

    var outcome = await(new TickerBatches(exchange(simulator.url()))
        .fetch(requested, Priority.USER, received::addAll));

    assertEquals(38, outcome.unlisted().size());
    assertNull(outcome.failure());
    assertEquals(
        Set.of("BTCUSDT", "ETHUSDT"), received.stream().map(Ticker::symbol).collect(toSet()));
  }

  @Test
  void a_full_queue_of_this_node_is_not_reported_as_a_failure_of_the_exchange() {
    var exchange = exchange(simulator.url());
    simulator.faults().add(Fault.of(FaultKind.SLOW).delay(Duration.ofMillis(300)));

    var requests = IntStream.range(0, 60)
        .mapToObj(i -> exchange.tickers(List.of("BTCUSDT"), Priority.USER))
        .toList();

    await(Future.join(requests).otherwiseEmpty());
    var failures = requests.stream().filter(Future::failed).map(Future::cause).toList();
    assertFalse(failures.isEmpty(), "more than the queue takes");
    failures.forEach(
        failure -> assertInstanceOf(ExchangeException.QueueFullException.class, failure));
    simulator.faults().clear();
    assertEquals(1, await(exchange.tickers(List.of("BTCUSDT"), Priority.USER)).size());
  }

  @Test
  void an_unknown_symbol_is_distinguished_from_a_failing_exchange() {
    assertInstanceOf(
        ExchangeException.UnknownSymbolException.class,
        failure(
            exchange(simulator.url()).tickers(List.of("BTCUSDT", "NOSUCHPAIR"), Priority.QUOTES)));
    simulator.faults().add(FaultKind.SERVER_ERROR);
    assertInstanceOf(
        ExchangeException.ExchangeUnavailableException.class,
        failure(exchange(simulator.url()).tickers(List.of("BTCUSDT"), Priority.QUOTES)));
  }

  @Test
  void a_403_and_a_451_response_fail_as_access_denied() {
    var exchange = exchange(simulator.url());
    simulator.faults().add(Fault.of(FaultKind.FORBIDDEN).times(1));
    simulator.faults().add(Fault.of(FaultKind.RESTRICTED).times(1));
    assertEquals(
        "Binance refuses the request (403, firewall)",
        failure(exchange.tickers(List.of("BTCUSDT"), Priority.QUOTES)).getMessage());
    assertEquals(
        "Binance does not serve the location of this address (451)",
        failure(exchange.tickers(List.of("BTCUSDT"), Priority.QUOTES)).getMessage());
  }

  @Test
  void a_response_that_is_too_large_fails_and_its_connection_is_closed() {
    var closed = new AtomicBoolean();
    var url = server(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
        "1000\r\n" + " ".repeat(0x1000) + "\r\n",
        closed);
    var failure = failure(exchange(url).tickers(List.of("BTCUSDT"), Priority.QUOTES));
    assertTrue(
        failure.getMessage().startsWith("the response of the exchange is larger than"),
        failure.getMessage());
    until("the connection is closed", closed::get);
  }

  @Test
  void a_slow_response_fails_after_three_seconds_and_its_connection_is_closed() {
    var closed = new AtomicBoolean();
    var url = server(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n",
        " ",
        closed);
    var before = System.nanoTime();
    var failure = failure(exchange(url).tickers(List.of("BTCUSDT"), Priority.QUOTES));
    assertEquals("the exchange did not respond within 3 s", failure.getMessage());
    assertTrue(Duration.ofNanos(System.nanoTime() - before).toMillis() < 6000);
    until("the connection is closed", closed::get);
  }

  @Test
  void trades_are_returned_from_the_requested_id_on() {
    var exchange = exchange(simulator.url());
    var now = simulator.market().now();
    var expected = simulator.market().trades("BTCUSDT", now.minusSeconds(600), now).stream()
        .limit(20)
        .map(trade -> new Trade(
            trade.aggregateId(),
            trade.price(),
            trade.quantity(),
            trade.time(),
            trade.buyerIsMaker(),
            trade.id(),
            trade.id()))
        .toList();

    assertEquals(expected, await(exchange.trades(trades(expected.get(0).id(), 20), Priority.GAPS)));
    assertEquals(1, simulator.calls().of(Endpoint.AGGREGATE_TRADES));
  }

  @Test
  void the_newest_trades_end_with_the_last_one() {
    var newest = await(exchange(simulator.url()).trades(trades(null, 5), Priority.USER));
    assertEquals(5, newest.size());
    assertEquals(newest.get(0).id() + 4, newest.get(4).id());
    assertFalse(newest.get(4).time().isBefore(simulator.market().now().minusSeconds(60)));
  }

  @Test
  void trades_of_a_time_range_are_requested_in_milliseconds() {
    var target = new AtomicReference<String>();
    var url = answering("[]", target);
    var request =
        new FindTrades("币安人生USDT", null, Instant.ofEpochMilli(1500), Instant.ofEpochMilli(2500), 7);
    assertEquals(List.of(), await(exchange(url).trades(request, Priority.USER)));
    assertEquals(
        "/api/v3/aggTrades?symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&startTime=1500&endTime=2500&limit=7",
        target.get());
  }

  @Test
  void an_order_book_has_its_exact_levels_and_weight_five() {
    var target = new AtomicReference<String>();
    var url = answering(
        """
        {"lastUpdateId":14527958487,"bids":[["60650.00000000","0.00213000"],["60648.08000000","0.06346000"]],
         "asks":[["60650.01000000","0.61982000"]]}""",
        target);

    var book = await(exchange(url).book("BTCUSDT", Priority.USER));

    assertEquals("/api/v3/depth?symbol=BTCUSDT&limit=20", target.get());
    assertEquals(
        new OrderBook(
            "BTCUSDT",
            14527958487L,
            List.of(level("60650.00000000", "0.00213000"), level("60648.08000000", "0.06346000")),
            List.of(level("60650.01000000", "0.61982000")),
            book.receivedAt()),
        book);
    assertEquals(
        5, metrics.get("exchange_weight_total").tag("use", "user").counter().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"lastUpdateId\":1,\"bids\":[]}",
        "{\"lastUpdateId\":-1,\"bids\":[],\"asks\":[]}",
        "{\"lastUpdateId\":1,\"bids\":[7],\"asks\":[]}",
        "{\"lastUpdateId\":1,\"bids\":[[1,2]],\"asks\":[]}",
        "{\"lastUpdateId\":1,\"bids\":[[\"0\",\"1\"]],\"asks\":[]}",
        "{\"lastUpdateId\":1,\"bids\":[[\"1\",\"0\"]],\"asks\":[]}",
        "{\"lastUpdateId\":1,\"bids\":[[\"1\",\"1\"],[\"2\",\"1\"]],\"asks\":[]}",
        "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[[\"2\",\"1\"],[\"2\",\"1\"]]}",
        "{\"lastUpdateId\":1,\"bids\":[[\"2\",\"1\"]],\"asks\":[[\"2\",\"1\"]]}"
      })
  void a_book_that_is_malformed_fails(String body) {
    var failure =
        failure(exchange(answering(body, new AtomicReference<>())).book("BTCUSDT", Priority.USER));
    assertEquals("the exchange sent a malformed depth response", failure.getMessage());
  }

  @Test
  void trades_of_a_symbol_that_is_not_listed_fail_with_their_kind() {
    var failure = failure(exchange(simulator.url())
        .trades(new FindTrades("NOSUCHUSDT", null, null, null, 5), Priority.USER));
    assertEquals("UnknownSymbolException", failure.getClass().getSimpleName());
  }

  private static FindTrades trades(Long fromId, int limit) {
    return new FindTrades("BTCUSDT", fromId, null, null, limit);
  }

  private static Level level(String price, String quantity) {
    return new Level(new BigDecimal(price), new BigDecimal(quantity));
  }

  /** Starts a server that responds with the body to any request. */
  private String answering(String body, AtomicReference<String> target) {
    var http = vertx.createHttpServer().requestHandler(request -> {
      target.set(request.uri());
      request.response().end(body);
    });
    return "http://127.0.0.1:" + await(http.listen(0, "127.0.0.1")).actualPort();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[{}]", "[7]", "[{\"a\":1,\"p\":\"1\",\"q\":\"0\"}]"})
  void trades_that_are_malformed_fail_as_a_whole(String body) {
    var url = server(
        "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body,
        "",
        new AtomicBoolean());
    assertEquals(
        "the exchange sent a malformed aggTrades response",
        failure(exchange(url).trades(trades(1L, 10), Priority.GAPS)).getMessage());
  }

  @Test
  void a_redirect_is_not_followed() {
    var url = server(
        "HTTP/1.1 302 Found\r\nlocation: " + simulator.url()
            + "/api/v3/ping\r\ncontent-length: 0\r\n\r\n",
        "",
        new AtomicBoolean());
    assertEquals(
        "Binance responded with status 302",
        failure(exchange(url).tickers(List.of("BTCUSDT"), Priority.QUOTES)).getMessage());
    assertEquals(0, simulator.calls().total());
  }

  @Test
  void exchange_info_has_the_symbols_and_the_weight_limit() {
    var info = await(exchange(simulator.url()).exchangeInfo());
    assertEquals(Set.of("BTCUSDT", "ETHUSDT", "币安人生USDT"), info.symbols());
    assertEquals(6000, info.weightPerMinute());
  }

  @Test
  void after_five_failures_no_request_is_sent_until_the_probe() {
    var exchange = exchange(simulator.url(), Duration.ofSeconds(3));
    simulator.faults().add(FaultKind.SERVER_ERROR);
    for (var call = 0; call < 5; call++) {
      failure(exchange.tickers(List.of("BTCUSDT"), Priority.QUOTES));
    }
    failure(exchange.tickers(List.of("BTCUSDT"), Priority.QUOTES));
    assertEquals(5, simulator.calls().total());
    simulator.faults().clear();
    until("a probe succeeds", () -> exchange
        .tickers(List.of("BTCUSDT"), Priority.QUOTES)
        .map(true)
        .otherwise(false)
        .toCompletionStage()
        .toCompletableFuture()
        .join());
  }

  @Test
  void weight_used_by_other_nodes_counts_and_the_budget_is_half_of_the_limit() {
    withinOneMinute(() -> {
      simulator.calls().reset();
      var exchange = exchange(simulator.url());
      await(exchange.tickers(List.of("BTCUSDT"), Priority.QUOTES));
      limits.onUsedWeight("2999");
      var other = limits();
      until("the other node has the count", () -> isLimited(other, 1, Priority.QUOTES));
      assertInstanceOf(
          ExchangeException.RateLimitedException.class,
          failure(exchange.tickers(List.of("BTCUSDT"), Priority.QUOTES)));
      assertEquals(1, simulator.calls().total());
    });
  }

  @Test
  void less_important_requests_leave_the_rest_of_the_budget_to_more_important_ones() {
    var ceilings = Map.of(
        Priority.QUOTES, 3000,
        Priority.USER, 2700,
        Priority.CONFIRMATION, 2400,
        Priority.GAPS, 2100,
        Priority.BACKFILL, 1200);
    for (var priority : Priority.values()) {
      withinOneMinute(() -> {
        var fresh = limits("fresh " + priority + System.nanoTime());
        assertTrue(isLimited(fresh, ceilings.get(priority) + 1, priority), priority::name);
        assertFalse(isLimited(fresh, ceilings.get(priority), priority), priority::name);
        assertTrue(isLimited(fresh, 1, priority), "refused requests are not counted");
      });
    }
    withinOneMinute(() -> {
      limits.onUsedWeight("1800");
      assertTrue(isLimited(limits, 1, Priority.BACKFILL), "other requests have used its part");
      assertFalse(isLimited(limits, 1, Priority.GAPS));
    });
  }

  @Test
  void a_ban_stops_only_the_nodes_with_the_banned_egress_address() {
    var host = "host-" + simulator.port();
    var banned = limits(host, "droplet-1", settings);
    var sameAddress = limits(host, "droplet-1", settings);
    var otherAddress = limits(host, "droplet-2", settings);
    var until = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);

    await(banned.ban(until));

    until("it is published", () -> isLimited(sameAddress, 1, Priority.USER));
    assertFalse(isLimited(otherAddress, 1, Priority.USER));
    assertFalse(isLimited(limits, 1, Priority.USER), "the address that all other nodes share");
    assertTrue(isLimited(limits(host, "droplet-1", settings), 1, Priority.USER), "after a restart");
  }

  @Test
  void a_ban_ends_at_the_time_in_its_text_if_retry_after_is_shorter() {
    var until = Instant.now().plusSeconds(600).truncatedTo(ChronoUnit.MILLIS);
    var body = "{\"code\":-1003,\"msg\":\"Way too much request weight used; IP banned until "
        + until.toEpochMilli() + ".\"}";
    var url = server(
        "HTTP/1.1 418 I'm a teapot\r\nretry-after: 5\r\ncontent-length: " + body.length()
            + "\r\n\r\n" + body,
        "",
        new AtomicBoolean());
    var failure = assertInstanceOf(
        ExchangeException.RateLimitedException.class,
        failure(exchange(url).tickers(List.of("BTCUSDT"), Priority.QUOTES)));
    assertEquals(until, failure.until());
    assertEquals(
        "host-" + simulator.port() + " is rate limiting this address until " + until,
        failure(exchange(url).tickers(List.of("BTCUSDT"), Priority.QUOTES)).getMessage());
    var restarted = limits();
    assertEquals(
        until,
        assertInstanceOf(
                ExchangeException.RateLimitedException.class,
                failure(restarted.acquire(1, Priority.QUOTES)))
            .until(),
        "restored from PostgreSQL");
  }

  @Test
  void a_node_that_has_read_neither_store_since_its_start_sends_no_request() {
    limits = limits(settings
        .copy()
        .put("POSTGRES_PORT", Integer.toString(RefusingPort.number()))
        .put("REDIS_URL", "redis://127.0.0.1:" + RefusingPort.number()));
    assertInstanceOf(
        ExchangeException.RateLimitedException.class,
        failure(exchange(simulator.url()).tickers(List.of("BTCUSDT"), Priority.QUOTES)));
    assertEquals(0, simulator.calls().total());
  }

  @Test
  void invalid_prices_are_left_out_and_counted() {
    var parser = new TickerParser(metrics);
    var body = Buffer.buffer(
        """
        [{"symbol":"A","lastPrice":"1.50"},
         {"symbol":"A","lastPrice":"2.50"},
         {"symbol":"B","lastPrice":1.5},
         {"symbol":"C","lastPrice":"1e3"},
         {"symbol":"D","lastPrice":"-1"},
         {"symbol":"E","lastPrice":"0.000"},
         {"symbol":"F","lastPrice":"Infinity"},
         {"symbol":"G","lastPrice":"1","bidPrice":[1],"closeTime":"soon"},
         {"symbol":"Z","lastPrice":"1"},
         7, null, {"lastPrice":"1"}]
        """);
    var tickers = parser.parse(body, Set.of("A", "B", "C", "D", "E", "F", "G"));
    assertEquals(List.of("A", "G"), tickers.stream().map(Ticker::symbol).toList());
    assertEquals(new BigDecimal("1.50"), tickers.get(0).price());
    assertEquals(
        10,
        metrics.find("price_rejected_total").counters().stream()
            .mapToDouble(c -> c.count())
            .sum());
  }

  @Test
  void tickers_that_postgres_cannot_store_are_left_out_and_counted() {
    var parser = new TickerParser(metrics);
    var body = Buffer.buffer(
        """
        [{"symbol":"A","lastPrice":"1","note":"\\u0000"},
         {"symbol":"B","lastPrice":"1","note":{"deep":["\\ud83d"]}},
         {"symbol":"C","lastPrice":"1","\\udca9":1},
         {"symbol":"D","lastPrice":"1","note":"\\ud83d\\udca9","closeTime":9223372036854775807}]
        """);
    var tickers = parser.parse(body, Set.of("A", "B", "C", "D"));
    assertEquals(List.of("D"), tickers.stream().map(Ticker::symbol).toList());
    assertNull(tickers.get(0).eventTime());
    assertEquals(
        3,
        metrics
            .get("price_rejected_total")
            .tag("reason", "not-storable")
            .counter()
            .count());
  }

  /** Repeats a check that a new minute, and with it a new budget, interrupted. */
  private static void withinOneMinute(Runnable check) {
    long minute;
    AssertionError failure;
    do {
      minute = Instant.now().getEpochSecond() / 60;
      failure = null;
      try {
        check.run();
      } catch (AssertionError e) {
        failure = e;
      }
    } while (failure != null && minute != Instant.now().getEpochSecond() / 60);
    if (failure != null) {
      throw failure;
    }
  }

  private boolean isLimited(RateLimits other, int weight, Priority priority) {
    return other
        .acquire(weight, priority)
        .map(false)
        .otherwise(true)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private RateLimits limits() {
    return limits(settings);
  }

  private RateLimits limits(String host) {
    return limits(host, "", settings);
  }

  private RateLimits limits(JsonObject settings) {
    return limits("host-" + simulator.port(), "", settings);
  }

  private RateLimits limits(String host, String egress, JsonObject settings) {
    var redis = await(RedisClient.open(vertx, SettingsReader.read(settings, RedisSettings::read)));
    var postgres = Database.open(
        vertx, SettingsReader.read(settings, r -> PostgresSettings.read("market", r)));
    var created = new RateLimits(
        host, egress, redis, new BanRepository(postgres, "market"), bus, Clock.systemUTC());
    await(created.start());
    return created;
  }

  private BinanceMarketData exchange(String url) {
    return exchange(url, Duration.ofMillis(300));
  }

  /** @param probe time from the opening of the circuit breaker to the next request */
  private BinanceMarketData exchange(String url, Duration probe) {
    var client = new ExchangeClient(vertx, URI.create(url), probe, limits, metrics);
    return new BinanceMarketData(
        vertx,
        client,
        limits,
        new TickerParser(metrics),
        new KlineParser(metrics),
        Clock.systemUTC());
  }

  /** Sends {@code head} in response to any request, then {@code part} every 10 ms until the client disconnects. */
  private String server(String head, String part, AtomicBoolean closed) {
    var server = await(vertx
        .createNetServer()
        .connectHandler(socket -> {
          socket.handler(request -> {
            socket.handler(ignored -> {});
            socket.write(head);
            if (!part.isEmpty()) {
              vertx.setPeriodic(10, id -> socket.write(part));
            }
          });
          socket.closeHandler(end -> closed.set(true));
        })
        .listen(0, "127.0.0.1"));
    return "http://127.0.0.1:" + server.actualPort();
  }

  private static Throwable failure(Future<?> future) {
    return assertThrows(ExchangeException.class, () -> await(future));
  }
}
