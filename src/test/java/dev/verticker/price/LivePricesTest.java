package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TcpProxy;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.dev.exchange.StreamFault;
import dev.verticker.dev.exchange.StreamFaultKind;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Quotes of streams, through faults of the exchange, whose minute takes six seconds. The poll runs once a minute. */
class LivePricesTest {
  private static final Set<String> SYMBOLS = Set.of("BTCUSDT", "ETHBTC", "ETHUSDT");

  private final String cluster = "test-" + UUID.randomUUID();
  private final Vertx exchangeVertx = Vertx.vertx();
  private final List<PriceNode> nodes = new ArrayList<>();
  private final List<Feed.Status> statuses = new CopyOnWriteArrayList<>();
  private final List<Feed.Gap> gaps = new CopyOnWriteArrayList<>();
  private final List<Feed.Gap> candleGaps = new CopyOnWriteArrayList<>();
  private final List<Feed.Gap> tradeGaps = new CopyOnWriteArrayList<>();
  private ExchangeSimulator exchange;
  private TestDatabase database;

  @BeforeEach
  void start() {
    exchange = await(ExchangeSimulator.start(
        exchangeVertx,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT", "LTCUSDT")
            .withSpeed(10)));
    database = TestDatabase.create();
  }

  @AfterEach
  void stop() {
    nodes.forEach(PriceNode::close);
    await(exchangeVertx.close());
  }

  @Test
  void quotes_of_streams_are_published_with_all_figures_of_a_rest_ticker() {
    var node = liveNode();
    var polled =
        node.published.stream().filter(quote -> quote.source() == Source.POLL).findFirst();
    var streamed = streamed(node, quote -> SYMBOLS.contains(quote.symbol()));

    for (var quote : streamed) {
      var json = new JsonObject(quote.exchangeInfo());
      assertEquals(
          new JsonObject(polled.orElseThrow().exchangeInfo()).fieldNames(), json.fieldNames());
      assertEquals(json.getString("price"), quote.price().toPlainString());
      assertEquals(json.getString("lastPrice"), quote.price().toPlainString());
      assertEquals(json.getLong("lastId"), quote.tradeId());
      assertEquals(json.getLong("closeTime"), quote.eventTime().toEpochMilli());
      assertEquals(json.getString("openPrice"), quote.day().open().toPlainString());
      assertTrue(quote.epoch() > 0);
      assertEquals(statuses.get(0).epoch(), quote.epoch());
    }
    var published = List.copyOf(node.published);
    assertEquals(published.size(), published.stream().map(Quote::id).distinct().count());
    assertEquals(1, await(exchange.streams().connections()));
  }

  @Test
  void quotes_of_a_symbol_never_become_older_and_are_conflated_to_ten_a_second() {
    var node = liveNode();
    var since = System.nanoTime();
    node.published.clear();
    until("thirty quotes of one symbol", () -> count(node, "BTCUSDT") >= 30);
    var count = count(node, "BTCUSDT");
    var seconds = (System.nanoTime() - since) / 1e9;

    assertTrue(count <= 10 * seconds + 2, count + " quotes in " + seconds + " s");
    var newest = new HashMap<String, Quote>();
    for (var quote : node.published) {
      var last = newest.put(quote.symbol(), quote);
      assertTrue(last == null || quote.tradeId() >= last.tradeId());
      assertTrue(last == null || !quote.eventTime().isBefore(last.eventTime()));
    }
  }

  @Test
  void an_on_demand_symbol_is_streamed() {
    var node = liveNode();
    await(node.find("LTCUSDT"));
    streamed(node, quote -> quote.symbol().equals("LTCUSDT"));
  }

  @Test
  void slots_without_a_successful_request_store_the_quotes_of_streams() {
    var node = node(exchange.url(), Map.of("REFRESH_INTERVAL_SECONDS", "1"));
    streamed(node, quote -> SYMBOLS.contains(quote.symbol()));
    exchange.faults().add(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.TICKER_24HR));
    until("a request fails", () -> node.health.remark("exchange").isPresent());
    var slot = node.query("SELECT max(slot_start) FROM market.observations").get(0);

    until(
        "three more slots have rows of all symbols",
        () -> node.query(
                    """
                SELECT slot_start FROM market.observations WHERE slot_start > '%s'
                 GROUP BY slot_start HAVING count(*) = 3"""
                        .formatted(slot))
                .size()
            >= 3);

    var stored = node.query("SELECT id FROM market.observations WHERE slot_start > '" + slot + "'");
    assertTrue(node.published.stream()
        .filter(quote -> stored.contains(Long.toString(quote.id())))
        .allMatch(quote -> quote.source() == Source.STREAM));
  }

  @Test
  void two_nodes_share_the_connection_of_the_leader() {
    liveNode();
    var follower = node(exchange.url(), Map.of());
    until(
        "the follower has a quote of each symbol",
        () -> follower.latest().size() == SYMBOLS.size());
    await(exchangeVertx.timer(2000).mapEmpty());
    assertEquals(1, await(exchange.streams().opened()));
    assertEquals(List.of(), follower.published);
  }

  @Test
  void with_the_feed_polled_no_stream_is_opened() {
    var node = node(exchange.url(), Map.of("FEED", "poll"));
    until("the first quotes arrive", () -> node.published.size() >= 3);
    assertEquals(0, await(exchange.streams().opened()));
    assertTrue(node.published.stream().allMatch(quote -> quote.source() == Source.POLL));
  }

  @Test
  @Provokes(25)
  void after_a_drop_of_the_stream_quotes_are_fresh_within_two_seconds_and_one_gap_is_published() {
    var node = liveNode();
    node.published.clear();

    await(exchange.streams().drop());
    var dropped = Instant.now();
    var symbols = SYMBOLS.size();
    until(
        Duration.ofSeconds(5),
        "fresh quotes of all symbols",
        () -> fresh(node, dropped).size() == symbols);
    assertTrue(Duration.between(dropped, Instant.now()).toMillis() < 2500);

    until("the feed is live again", () -> state() == State.LIVE && gaps.size() == 1);
    assertTrue(statuses.stream().anyMatch(status -> status.state() == State.POLLING));
    var gap = gaps.get(0);
    assertEquals(Feed.Kind.QUOTES, gap.kind());
    assertEquals(SYMBOLS, Set.copyOf(gap.symbols()));
    assertTrue(gap.filled());
    assertFalse(gap.from().isAfter(dropped.plusMillis(500)));
    until("the gap of the candles is published", () -> !candleGaps.isEmpty());
    assertEquals(SYMBOLS, Set.copyOf(candleGaps.get(0).symbols()));
    until("the gap of the trades is published", () -> tradeGaps.size() == 1);
    assertEquals(SYMBOLS, Set.copyOf(tradeGaps.get(0).symbols()));
  }

  @Test
  @Provokes(25)
  void while_the_exchange_refuses_streams_quotes_are_requested_and_the_feed_is_polled() {
    exchange.streams().faults().add(StreamFaultKind.REFUSED_CONNECT);
    var node = node(exchange.url(), Map.of());
    until("three requests confirm a symbol", () -> count(node, "ETHBTC") >= 3);
    until("the feed is polled", () -> state() == State.POLLING);
    assertTrue(node.published.stream().allMatch(quote -> quote.source() == Source.POLL));

    exchange.streams().faults().clear();
    until("the feed is live", () -> state() == State.LIVE);
    streamed(node, quote -> true);
  }

  @Test
  @Provokes(25)
  void invalid_and_duplicate_events_do_not_change_a_quote() {
    var node = liveNode();
    for (var kind :
        List.of(StreamFaultKind.GARBAGE, StreamFaultKind.WRONG_SYMBOL, StreamFaultKind.DOUBLED)) {
      exchange.streams().faults().add(StreamFault.of(kind).times(20));
    }
    node.published.clear();
    until("forty events were invalid", () -> node.rejected() >= 40);
    until(
        "a valid event",
        () -> node.published.stream()
                .filter(quote -> quote.source() == Source.STREAM)
                .count()
            > 5);

    assertEquals(1, await(exchange.streams().opened()));
    for (var quote : node.published) {
      assertTrue(SYMBOLS.contains(quote.symbol()));
      assertEquals(price(quote), quote.price().toPlainString());
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void quotes_become_stale_ten_seconds_after_the_exchange_became_unavailable() {
    var node = liveNode();
    exchange.streams().faults().add(StreamFaultKind.REFUSED_CONNECT);
    exchange.faults().add(FaultKind.SERVER_ERROR);
    await(exchange.streams().drop());
    node.published.clear();
    var dropped = Instant.now();

    until(
        "all quotes expire",
        () -> node.published.stream()
                .filter(quote -> quote.stale(Instant.now()))
                .map(Quote::symbol)
                .distinct()
                .count()
            == SYMBOLS.size());

    var after = Duration.between(dropped, Instant.now());
    assertTrue(after.toMillis() >= 9000 && after.toMillis() < 14000, "after " + after);
    assertTrue(node.latest().stream().allMatch(quote -> quote.stale(Instant.now())));
    assertTrue(statuses.stream().anyMatch(status -> status.state() == State.STALE));
  }

  @Test
  @Tag("faults")
  @Provokes(26)
  void the_feed_is_stale_within_fifteen_seconds_if_all_streams_are_silent_while_requests_fail() {
    var node = liveNode();
    exchange.faults().add(FaultKind.SERVER_ERROR);
    exchange.streams().faults().add(StreamFaultKind.SILENCE);
    node.published.clear();

    until(Duration.ofSeconds(15), "the feed is stale", () -> state() == State.STALE);
    assertEquals(0, node.metrics.get("feed_live").gauge().value());
    until("all quotes are stale", () -> node.latest().stream()
        .allMatch(quote -> quote.stale(Instant.now())));

    exchange.faults().clear();
    exchange.streams().faults().clear();
    until("the feed is live again", () -> state() == State.LIVE);
    assertEquals(1, node.metrics.get("feed_live").gauge().value());
    until("all quotes are fresh", () -> node.latest().stream()
        .noneMatch(quote -> quote.stale(Instant.now())));
  }

  @Test
  @Tag("faults")
  @Provokes(26)
  void a_silent_symbol_is_noticed_within_ten_seconds_and_subscribed_again() {
    var node = liveNode();
    exchange.streams().faults().add(StreamFault.of(StreamFaultKind.SILENCE).forSymbol("ETHUSDT"));
    until(Duration.ofSeconds(10), "the feed is not live", () -> state() == State.POLLING);
    exchange.streams().faults().clear();
    until("the feed is live again", () -> state() == State.LIVE && !gaps.isEmpty());
    assertEquals(List.of("ETHUSDT"), gaps.get(0).symbols());
    streamed(node, quote -> quote.symbol().equals("ETHUSDT"));
  }

  @Test
  @Tag("faults")
  @Provokes(27)
  void another_node_publishes_quotes_within_five_seconds_if_the_leader_is_frozen() {
    var frozen = liveNode();
    var other = node(exchange.url(), Map.of());
    var reader = new LatestQuotes(List.copyOf(SYMBOLS));
    var tradeIds = new HashMap<String, Long>();
    for (var node : nodes) {
      await(node.bus.subscribe(Prices.TICK, tick -> {
        synchronized (reader) {
          for (var quote : tick.quotes()) {
            reader.accept(quote);
            var read = reader.find(quote.symbol()).tradeId();
            assertTrue(tradeIds.merge(quote.symbol(), read, Math::max) == read);
          }
        }
      }));
    }
    other.published.clear();
    var since = Instant.now();
    freeze(frozen.vertx, Duration.ofSeconds(8));

    until(
        Duration.ofSeconds(5), "quotes of all symbols of the other node", () -> fresh(other, since)
            .equals(SYMBOLS));
    var epoch = other.published.get(0).epoch();
    until("the frozen node continues", () -> frozen.published.stream()
        .anyMatch(quote -> quote.receivedAt().isAfter(since.plusSeconds(8))));
    until("the other node streams", () -> other.published.stream()
        .anyMatch(quote -> quote.source() == Source.STREAM));
    assertTrue(epoch > frozen.published.get(0).epoch());
    synchronized (reader) {
      assertTrue(reader.all().stream().allMatch(quote -> quote.epoch() == epoch));
    }
    assertEquals(0, dropped(frozen) + dropped(other), "a reader went back in time");
  }

  @Test
  @Tag("faults")
  @Provokes(28)
  void another_node_leads_within_twenty_seconds_if_the_exchange_is_blocked_on_the_leader_only() {
    var proxy = TcpProxy.before(exchangeVertx, exchange.port());
    var blocked = node("http://127.0.0.1:" + proxy.port(), Map.of());
    until("the first node leads", () -> count(blocked, "BTCUSDT") > 0);
    var other = node(exchange.url(), Map.of());

    proxy.silence();
    until(
        Duration.ofSeconds(20),
        "the other node publishes quotes",
        () -> count(other, "BTCUSDT") > 0);
    assertTrue(other.published.get(0).epoch() > blocked.published.get(0).epoch());
  }

  private List<Feed.Gap> gapsOf(Feed.Kind kind) {
    return switch (kind) {
      case QUOTES -> gaps;
      case CANDLES -> candleGaps;
      case TRADES, UNKNOWN -> tradeGaps;
    };
  }

  private static void freeze(Vertx vertx, Duration time) {
    ((VertxInternal) vertx)
        .nettyEventLoopGroup()
        .forEach(loop -> loop.execute(() -> LockSupport.parkNanos(time.toNanos())));
  }

  /** Returns how often a consumer of the node failed. */
  private static double dropped(PriceNode node) {
    var counter = node.metrics.find("bus_dropped_total").tag("reason", "failed").counter();
    return counter == null ? 0 : counter.count();
  }

  /** The price of the trade that the quote covers. */
  private String price(Quote quote) {
    var until = exchange.market().now();
    return exchange.market().trades(quote.symbol(), until.minusSeconds(600), until).stream()
        .filter(trade -> trade.id() == quote.tradeId())
        .map(trade -> trade.price().toPlainString())
        .findFirst()
        .orElseThrow();
  }

  private State state() {
    return statuses.isEmpty() ? null : statuses.get(statuses.size() - 1).state();
  }

  private static Set<String> fresh(PriceNode node, Instant since) {
    return Set.copyOf(node.published.stream()
        .filter(quote -> quote.receivedAt().isAfter(since))
        .map(Quote::symbol)
        .distinct()
        .toList());
  }

  private static long count(PriceNode node, String symbol) {
    return node.published.stream()
        .filter(quote -> quote.symbol().equals(symbol))
        .count();
  }

  private static List<Quote> streamed(PriceNode node, Predicate<Quote> condition) {
    Predicate<Quote> streamed = quote -> quote.source() == Source.STREAM && condition.test(quote);
    until("a quote of the stream", () -> node.published.stream().anyMatch(streamed));
    return node.published.stream().filter(streamed).toList();
  }

  private PriceNode liveNode() {
    var node = node(exchange.url(), Map.of());
    until("the feed is live", () -> state() == State.LIVE);
    until(
        "a quote of each symbol",
        () -> SYMBOLS.equals(Set.copyOf(node.published.stream()
            .filter(quote -> quote.source() == Source.STREAM)
            .map(Quote::symbol)
            .distinct()
            .toList())));
    return node;
  }

  private PriceNode node(String url, Map<String, String> more) {
    var settings = new HashMap<>(
        Map.of("BINANCE_BASE_URL", url, "FEED", "stream", "REFRESH_INTERVAL_SECONDS", "60"));
    settings.put("CLUSTER_NAME", cluster);
    settings.put("CACHE_TTL_SECONDS", "55");
    settings.put("PRICE_STALE_GRACE_SECONDS", "10");
    settings.putAll(more);
    var node = PriceNode.start(exchange, database, settings);
    await(node.bus.subscribe(Feed.STATUS, statuses::add));
    await(node.bus.subscribe(Feed.GAP, gap -> gapsOf(gap.kind()).add(gap)));
    nodes.add(node);
    return node;
  }
}
