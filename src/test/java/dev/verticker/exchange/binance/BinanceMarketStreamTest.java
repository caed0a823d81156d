package dev.verticker.exchange.binance;

import static dev.verticker.exchange.binance.FakeStreamExchange.bookTicker;
import static dev.verticker.exchange.binance.FakeStreamExchange.depth;
import static dev.verticker.exchange.binance.FakeStreamExchange.kline;
import static dev.verticker.exchange.binance.FakeStreamExchange.ticker;
import static dev.verticker.exchange.binance.FakeStreamExchange.trade;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketStream.Kind;
import dev.verticker.exchange.MarketStream.Stream;
import dev.verticker.exchange.TickerParser;
import dev.verticker.exchange.binance.FakeStreamExchange.Session;
import dev.verticker.message.Interval;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestAuthority;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class BinanceMarketStreamTest {
  private static final Stream TICKER = new Stream("BTCUSDT", Kind.TICKER);
  private static final Stream KLINE = new Stream("BTCUSDT", Kind.KLINE_1M);
  private static final Stream TRADES = new Stream("BTCUSDT", Kind.AGGREGATE_TRADE);
  private static final Stream BOOK_TICKER = new Stream("BTCUSDT", Kind.BOOK_TICKER);
  private static final Stream DEPTH = new Stream("BTCUSDT", Kind.DEPTH);
  private static final Set<Stream> ALL = Set.of(TICKER, KLINE, TRADES);
  private static final Duration SECONDS = Duration.ofSeconds(15);
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration HOURS = Duration.ofHours(12);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final RecordedEvents events = new RecordedEvents();
  private FakeStreamExchange exchange;
  private BinanceMarketStream stream;

  @BeforeEach
  void start() {
    exchange = FakeStreamExchange.start(vertx);
  }

  @AfterEach
  void stop() {
    await(vertx.close());
  }

  @Test
  void events_arrive_with_exact_figures_on_the_context_that_opened_the_stream() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);

    exchange.send("btcusdt@ticker", ticker("BTCUSDT", "9318.48000000", 343729077));
    exchange.send("btcusdt@kline_1m", kline("BTCUSDT", 1_601_630_220_000L, "10.50", true));
    exchange.send("btcusdt@aggTrade", trade("BTCUSDT", 7, "9318.47000000"));
    until(
        "an event of each stream",
        () -> !events.tickers.isEmpty() && !events.klines.isEmpty() && !events.trades.isEmpty());

    assertEquals(Set.of(context), events.contexts);
    assertEquals(ALL, events.connected.get(0).streams());
    var ticker = events.tickers.get(0);
    assertEquals(new BigDecimal("9318.48000000"), ticker.price());
    assertEquals(343729077, ticker.tradeId());
    var json = new JsonObject(ticker.json());
    assertEquals("9318.48000000", json.getString("lastPrice"));
    assertEquals("9318.48000000", json.getString("price"));
    assertEquals(ticker.eventTime().toEpochMilli(), json.getLong("closeTime"));
    assertEquals(new BigDecimal("9383.48000000"), ticker.day().open());
    var trade = events.trades.get(0);
    assertEquals(7, trade.id());
    assertEquals(14, trade.firstTradeId());
    assertEquals(15, trade.lastTradeId());
    assertEquals(new BigDecimal("9318.47000000"), trade.price());
    var kline = events.klines.get(0);
    assertEquals(
        new Kline(
            "BTCUSDT",
            Interval.ONE_MINUTE,
            Instant.ofEpochMilli(1_601_630_220_000L),
            new BigDecimal("10"),
            new BigDecimal("10.50"),
            new BigDecimal("1"),
            new BigDecimal("10.50"),
            new BigDecimal("2"),
            new BigDecimal("4"),
            3,
            new BigDecimal("1"),
            new BigDecimal("2"),
            true,
            kline.eventTime()),
        kline);
    assertEquals(
        1,
        metrics
            .get("price_stream_frames_total")
            .tag("kind", "aggregate_trade")
            .counter()
            .count());
  }

  @Test
  void many_streams_are_subscribed_within_the_limits_of_the_exchange() {
    var many = IntStream.range(0, 1100)
        .mapToObj(i -> new Stream("币安" + "N".repeat(40) + i + "USDT", Kind.TICKER))
        .toList();
    open(HOURS, SECONDS, Set.copyOf(many));
    until("all streams are connected", () -> connected().size() == many.size());

    assertEquals(2, exchange.sessions.size());
    assertEquals(
        1100, exchange.sessions.stream().mapToInt(s -> s.streams.size()).sum());
    for (var session : exchange.sessions) {
      assertTrue(session.streams.size() <= 1024);
      for (var message : session.messages) {
        assertTrue(message.length() < 8000, "characters: " + message.length());
        assertTrue(!message.json().containsKey("params")
            || message.json().getJsonArray("params").size() <= 200);
      }
      var sent = session.messages;
      for (var i = 5; i < sent.size(); i++) {
        var millis = (sent.get(i).receivedAt() - sent.get(i - 5).receivedAt()) / 1e6;
        // The limit is five in a second; a busy machine may receive the first of them late.
        assertTrue(millis > 500, "six messages in " + millis + " ms");
      }
    }
    var between = exchange.sessions.get(1).openedAt - exchange.sessions.get(0).openedAt;
    assertTrue(between > Duration.ofMillis(500).toNanos());
  }

  @Test
  void only_changed_streams_are_subscribed_and_unsubscribed() {
    open(HOURS, SECONDS, Set.of(TICKER, KLINE));
    until("the streams are connected", () -> events.connected.size() == 1);
    var session = exchange.last();
    session.messages.clear();

    run(() -> stream.expect(Set.of(TICKER, TRADES)));
    until("the added stream is connected", () -> events.connected.size() == 2);

    assertEquals(Set.of(TRADES), events.connected.get(1).streams());
    assertEquals(Set.of("btcusdt@ticker", "btcusdt@aggTrade"), session.streams);
    assertEquals(List.of("UNSUBSCRIBE", "SUBSCRIBE", "LIST_SUBSCRIPTIONS"), session.methods());
    assertEquals(1, exchange.sessions.size());
    assertEquals(0, rejected());
  }

  @Test
  void a_subscription_that_the_exchange_lost_is_repeated() {
    exchange.lost.add("btcusdt@kline_1m");
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);

    assertEquals(3, exchange.last().streams.size());
    assertEquals(
        List.of("SUBSCRIBE", "LIST_SUBSCRIPTIONS", "SUBSCRIBE", "LIST_SUBSCRIPTIONS"),
        exchange.last().methods());
  }

  @Test
  void a_dropped_connection_is_opened_again_and_the_interruption_reported() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var dropped = Instant.now();

    await(exchange.last().socket.close());
    until("all streams are connected again", () -> events.connected.size() == 2);

    var interruption = events.disconnected.get(0);
    assertEquals(ALL, interruption.streams());
    assertFalse(interruption.since().isAfter(dropped.plusSeconds(5)));
    assertEquals(ALL, events.connected.get(1).streams());
    exchange.send("btcusdt@aggTrade", trade("BTCUSDT", 1, "1"));
    until("a trade arrives", () -> events.trades.size() == 1);
    assertEquals(1, reconnects("failure"));
  }

  @Test
  void each_of_several_dropped_connections_that_worked_is_opened_again_within_two_seconds() {
    var maxSilence = Duration.ofMillis(400);
    open(HOURS, maxSilence, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var waited = Duration.ZERO;
    for (var drop = 1; drop <= 6; drop++) {
      await(vertx.timer(maxSilence.toMillis()).mapEmpty());
      var connections = drop + 1;
      var droppedAt = System.nanoTime();
      exchange.last().socket.close();
      until("it is opened again", () -> events.connected.size() == connections);
      waited = waited.plusNanos(System.nanoTime() - droppedAt);
    }
    assertTrue(waited.toSeconds() < 6 * 2, "opened again after " + waited);
  }

  @Test
  void refused_connections_are_repeated_until_one_is_accepted() {
    exchange.refusing = true;
    open(HOURS, SECONDS, ALL);
    until("two connections were refused", () -> reconnects("failure") >= 2);
    exchange.refusing = false;
    until("all streams are connected", () -> events.connected.size() == 1);
    assertEquals(List.of(), events.disconnected);
  }

  @Test
  void a_connection_without_frames_is_replaced() {
    open(HOURS, SHORT, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);

    exchange.last().muted = true;
    until("all streams are connected again", () -> events.connected.size() == 2);

    var interruption = events.disconnected.get(0);
    assertTrue(
        interruption.reason().startsWith("the exchange sent nothing"), interruption.reason());
    until("the old connection is closed", () -> exchange.sessions.get(0).closed);
  }

  @Test
  void a_quiet_market_keeps_its_connection_while_the_exchange_responds() {
    open(HOURS, SHORT, ALL);
    until(
        "the subscriptions were listed five times",
        () -> !exchange.sessions.isEmpty()
            && exchange.last().methods().stream()
                    .filter("LIST_SUBSCRIPTIONS"::equals)
                    .count()
                >= 5);
    assertEquals(1, exchange.sessions.size());
    assertEquals(List.of(), events.disconnected);
  }

  @Test
  void a_silent_stream_is_subscribed_again_or_its_connection_replaced_on_request() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var session = exchange.last();
    session.messages.clear();
    session.streams.remove("btcusdt@aggTrade");

    run(() -> stream.resubscribe("BTCUSDT"));
    until("the stream is subscribed", () -> session.streams.contains("btcusdt@aggTrade"));
    assertEquals(List.of("UNSUBSCRIBE", "SUBSCRIBE"), session.methods());

    run(() -> stream.reconnect("BTCUSDT"));
    until("the connection is replaced", () -> exchange.sessions.size() == 2 && session.closed);
    assertEquals(List.of(), events.disconnected);
    assertEquals(1, reconnects("silent-symbol"));
  }

  @Test
  void a_rotation_neither_misses_nor_duplicates_a_trade() {
    open(Duration.ofMillis(1200), SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var id = new AtomicLong(1000);
    var sender = vertx.setPeriodic(
        2, timer -> exchange.send("btcusdt@aggTrade", trade("BTCUSDT", id.incrementAndGet(), "1")));

    until("two rotations", () -> exchange.sessions.size() >= 3 && exchange.sessions.get(1).closed);
    vertx.cancelTimer(sender);
    // A trade may be on its way.
    Await.eventLoops(vertx);
    until("the last trade arrives", () -> events.tradeIds().contains(id.get()));

    assertEquals(LongStream.rangeClosed(1001, id.get()).boxed().toList(), events.tradeIds());
    assertEquals(List.of(), events.disconnected);
    assertTrue(reconnects("rotation") >= 2);
  }

  @Test
  void a_successor_that_is_ahead_replaces_a_connection_only_after_its_last_trades_arrived() {
    open(HOURS, SECONDS, Set.of(TRADES));
    until("the stream is connected", () -> events.connected.size() == 1);
    var old = exchange.last();
    old.send("btcusdt@aggTrade", trade("BTCUSDT", 103, "1"));
    old.sendText("{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1}}");
    var next = successorOf(old);

    next.send("btcusdt@aggTrade", trade("BTCUSDT", 105, "1"));
    next.send("btcusdt@aggTrade", trade("BTCUSDT", 106, "1"));
    await(vertx.timer(200).mapEmpty());
    assertFalse(old.closed);
    assertEquals(List.of(103L), events.tradeIds());
    old.send("btcusdt@aggTrade", trade("BTCUSDT", 104, "1"));
    until("the old connection is closed", () -> old.closed);

    until("all trades arrive", () -> events.trades.size() == 4);
    assertEquals(List.of(103L, 104L, 105L, 106L), events.tradeIds());
    assertEquals(1, reconnects("shutdown"));
  }

  @Test
  void trades_arrive_after_a_replacement_although_the_exchange_has_restarted_their_ids() {
    open(HOURS, SHORT, Set.of(TRADES));
    until("the stream is connected", () -> events.connected.size() == 1);
    var old = exchange.last();
    old.send("btcusdt@aggTrade", trade("BTCUSDT", 5000, "1"));
    old.sendText("{\"e\":\"serverShutdown\",\"E\":1}");
    successorOf(old);
    until("the old connection is closed", () -> old.closed);

    var id = new AtomicLong();
    var sender = vertx.setPeriodic(
        20,
        timer -> exchange.send("btcusdt@aggTrade", trade("BTCUSDT", id.incrementAndGet(), "1")));
    until("trades with restarted ids arrive", () -> events.tradeIds().size() > 10);
    vertx.cancelTimer(sender);

    var ids = events.tradeIds().subList(1, events.tradeIds().size());
    assertEquals(
        LongStream.range(0, ids.size()).map(i -> ids.get(0) + i).boxed().toList(), ids);
  }

  @Test
  void books_of_a_successor_follow_those_of_the_replaced_connection_without_a_step_back() {
    open(HOURS, SECONDS, Set.of(BOOK_TICKER, DEPTH));
    until("the streams are connected", () -> events.connected.size() == 1);
    var old = exchange.last();
    old.send("btcusdt@bookTicker", bookTicker("BTCUSDT", 20, "9", "11"));
    old.send("btcusdt@depth20@100ms", depth(20, "9", "11"));
    old.sendText("{\"e\":\"serverShutdown\",\"E\":1}");
    var next = successorOf(old);

    next.send("btcusdt@bookTicker", bookTicker("BTCUSDT", 19, "8", "11"));
    next.send("btcusdt@bookTicker", bookTicker("BTCUSDT", 22, "9", "10"));
    old.send("btcusdt@bookTicker", bookTicker("BTCUSDT", 21, "9", "12"));
    until("the old connection delivers", () -> events.bookTickers.size() == 2);
    next.send("btcusdt@depth20@100ms", depth(20, "9", "11"));
    until("the old connection is closed", () -> old.closed);
    next.send("btcusdt@depth20@100ms", depth(23, "9", "10"));
    until("the next book arrives", () -> events.books.size() == 2);

    assertEquals(List.of(20L, 21L, 22L), RecordedEvents.updateIds(events.bookTickers));
    assertEquals(List.of(20L, 23L), RecordedEvents.updateIds(events.books));
    assertEquals(List.of(), events.disconnected);
    assertEquals(0, metrics.get("price_stream_lag").timer().count());
    assertEquals(
        3,
        metrics
            .get("price_stream_frames_total")
            .tag("kind", "book_ticker")
            .counter()
            .count());
  }

  @Test
  void a_successor_without_data_replaces_the_connection_after_a_limited_time() {
    open(HOURS, SHORT, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var old = exchange.last();
    old.send("btcusdt@aggTrade", trade("BTCUSDT", 103, "1"));
    until("the trade arrives", () -> events.trades.size() == 1);
    old.sendText("{\"e\":\"serverShutdown\",\"E\":1}");
    successorOf(old);
    until("the old connection is closed", () -> old.closed);
    assertEquals(List.of(), events.disconnected);
  }

  @Test
  void a_connection_that_drops_during_its_replacement_is_an_interruption() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var old = exchange.last();
    old.send("btcusdt@aggTrade", trade("BTCUSDT", 103, "1"));
    old.sendText("{\"e\":\"serverShutdown\",\"E\":1}");
    var next = successorOf(old);
    next.send("btcusdt@aggTrade", trade("BTCUSDT", 108, "1"));
    await(old.socket.close());

    until("the trade of the successor arrives", () -> events.trades.size() == 2);
    assertEquals(List.of(103L, 108L), events.tradeIds());
    until("the interruption ends", () -> events.connected.size() == 2);
    assertEquals(1, events.disconnected.size());
    assertEquals(2, exchange.sessions.size());
  }

  @Test
  void a_stream_that_is_added_during_a_replacement_is_connected_after_it() {
    open(HOURS, SECONDS, Set.of(TICKER));
    until("the stream is connected", () -> events.connected.size() == 1);
    var old = exchange.last();
    old.send("btcusdt@ticker", ticker("BTCUSDT", "1", 1));
    until("the ticker arrives", () -> events.tickers.size() == 1);
    old.sendText("{\"e\":\"serverShutdown\",\"E\":1}");
    var next = successorOf(old);
    run(() -> stream.expect(Set.of(TICKER, TRADES)));
    until(
        "both connections have the added stream",
        () -> old.streams.size() == 2 && next.streams.size() == 2);
    next.send("btcusdt@ticker", ticker("BTCUSDT", "2", 2));
    until("the old connection is closed", () -> old.closed);
    until("the added stream is connected", () -> connected().equals(Set.of(TICKER, TRADES)));
  }

  @Test
  void a_duplicate_or_outdated_event_is_not_delivered() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var ticker = ticker("BTCUSDT", "2", 5);
    exchange.send("btcusdt@ticker", ticker);
    exchange.send("btcusdt@ticker", ticker);
    exchange.send("btcusdt@ticker", ticker.copy().put("E", ticker.getLong("E") - 1));
    var kline = kline("BTCUSDT", 60_000, "10", false);
    exchange.send("btcusdt@kline_1m", kline);
    exchange.send("btcusdt@kline_1m", kline);
    var closed = kline.copy();
    closed.getJsonObject("k").put("x", true);
    exchange.send("btcusdt@kline_1m", closed);
    for (var id : List.of(5, 5, 4, 6)) {
      exchange.send("btcusdt@aggTrade", trade("BTCUSDT", id, "1"));
    }
    until("the last trade arrives", () -> events.tradeIds().contains(6L));
    assertEquals(List.of(5L, 6L), events.tradeIds());
    assertEquals(1, events.tickers.size());
    assertEquals(List.of(false, true), events.klines.stream().map(Kline::closed).toList());
  }

  @Test
  void frames_that_are_garbage_or_of_another_symbol_are_counted_and_ignored() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var session = exchange.last();
    var garbage = List.of(
        "",
        "null",
        "[]",
        "7",
        "{",
        "{}",
        "[".repeat(5000),
        "{\"stream\":\"btcusdt@ticker\"}",
        "\u0000");
    garbage.forEach(session::sendText);
    session.socket.writeBinaryMessage(Buffer.buffer(new byte[] {1, 2, 3}));
    session.send("btcusdt@ticker", ticker("ETHUSDT", "1", 1));
    session.sendText(new JsonObject()
        .put("stream", "ethusdt@ticker")
        .put("data", ticker("ETHUSDT", "1", 1))
        .encode());
    session.send("btcusdt@ticker", ticker("BTCUSDT", "-1", 1));
    session.send("btcusdt@ticker", ticker("BTCUSDT", "1e3", 1));
    session.send("btcusdt@aggTrade", trade("BTCUSDT", 1, "NaN"));
    session.send("btcusdt@aggTrade", trade("BTCUSDT", -1, "1"));
    var crossed = kline("BTCUSDT", 60_000, "10", true);
    crossed.getJsonObject("k").put("l", "11");
    session.send("btcusdt@kline_1m", crossed);
    var future = Instant.parse("2099-01-01T00:00:00Z").toEpochMilli();
    session.send("btcusdt@kline_1m", kline("BTCUSDT", future, "10", true));
    session.send("btcusdt@aggTrade", trade("BTCUSDT", 9, "1.50"));

    until("the valid trade arrives", () -> events.trades.size() == 1);
    assertEquals(List.of(9L), events.tradeIds());
    assertEquals(List.of(), events.tickers);
    assertEquals(List.of(), events.klines);
    assertEquals(garbage.size() + 9, rejected());
    assertEquals(1, exchange.sessions.size());
  }

  @Test
  void a_frame_above_the_maximum_size_closes_the_connection_which_is_opened_again() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    exchange.last().sendText(" ".repeat(300 * 1024));
    until("all streams are connected again", () -> events.connected.size() == 2);
  }

  @Test
  void a_ping_of_the_exchange_is_answered_with_its_payload() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    var pongs = new CopyOnWriteArrayList<String>();
    exchange.last().socket.pongHandler(pong -> pongs.add(pong.toString()));
    await(exchange.last().socket.writePing(Buffer.buffer("1601630220000")));
    until("a pong arrives", () -> pongs.equals(List.of("1601630220000")));
  }

  @Test
  void a_closed_stream_calls_no_listener_and_closes_its_connection() {
    open(HOURS, SECONDS, ALL);
    until("all streams are connected", () -> events.connected.size() == 1);
    await(context, stream::close);
    until("the connection is closed", () -> exchange.last().closed);
    exchange.send("btcusdt@aggTrade", trade("BTCUSDT", 1, "1"));
    await(vertx.timer(100).mapEmpty());
    assertEquals(List.of(), events.disconnected);
    assertEquals(List.of(), events.trades);
    assertEquals(1, exchange.sessions.size());
  }

  @Test
  void a_certificate_of_an_unknown_authority_or_another_host_is_refused(@TempDir Path folder) {
    var authority = new TestAuthority(folder, "ca");
    var trusted = new PemTrustOptions().addCertPath(authority.file().toString());
    var secure = tls(authority, "dns:localhost");
    open(secure.url(), BinanceMarketStream.clientOptions());
    until("the unknown authority is refused", () -> reconnects("failure") >= 1);
    await(context, stream::close);

    var other = tls(authority, "dns:other.example");
    open(other.url(), BinanceMarketStream.clientOptions().setTrustOptions(trusted));
    until("the other host is refused", () -> reconnects("failure") >= 2);
    await(context, stream::close);
    assertEquals(List.of(), secure.sessions);
    assertEquals(List.of(), other.sessions);

    open(secure.url(), BinanceMarketStream.clientOptions().setTrustOptions(trusted));
    until("the trusted host is connected", () -> events.connected.size() == 1);
  }

  private FakeStreamExchange tls(TestAuthority authority, String name) {
    var certificate = authority.issue(name.replace(':', '-'), name);
    return FakeStreamExchange.start(
        vertx,
        new HttpServerOptions()
            .setSsl(true)
            .setKeyCertOptions(new PemKeyCertOptions()
                .addCertPath(certificate.certificate().toString())
                .addKeyPath(certificate.key().toString())));
  }

  private Session successorOf(Session session) {
    until(
        "the successor is subscribed",
        () ->
            exchange.last() != session && exchange.last().methods().contains("LIST_SUBSCRIPTIONS"));
    return exchange.last();
  }

  private Set<Stream> connected() {
    var streams = new HashSet<Stream>();
    new ArrayList<>(events.connected).forEach(each -> streams.addAll(each.streams()));
    return streams;
  }

  private void open(Duration rotation, Duration maxSilence, Set<Stream> streams) {
    var options = new StreamOptions(exchange.url(), rotation, maxSilence);
    open(options, BinanceMarketStream.clientOptions(), streams);
  }

  private void open(URI url, WebSocketClientOptions client) {
    open(new StreamOptions(url, HOURS, SECONDS), client, ALL);
  }

  private void open(StreamOptions options, WebSocketClientOptions client, Set<Stream> streams) {
    run(() -> {
      stream = new BinanceMarketStream(
          vertx,
          vertx.createWebSocketClient(client),
          options,
          new TickerParser(metrics),
          Clock.systemUTC(),
          metrics);
      stream.open(events);
      stream.expect(streams);
    });
  }

  private void run(Runnable work) {
    await(context, () -> {
      work.run();
      return Future.succeededFuture();
    });
  }

  private double reconnects(String cause) {
    var counter =
        metrics.find("price_stream_reconnects_total").tag("cause", cause).counter();
    return counter == null ? 0 : counter.count();
  }

  private double rejected() {
    return metrics.find("price_rejected_total").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
