package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.dev.TcpProxy;
import dev.verticker.dev.TestServers;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.dev.exchange.ServedMarket;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.message.Books;
import dev.verticker.message.Feed;
import dev.verticker.message.Listings;
import dev.verticker.message.Prices;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.message.Trades;
import dev.verticker.testing.LongInterval;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PriceVerticleTest {
  private static final List<String> CONFIGURED = List.of("BTCUSDT", "ETHBTC", "ETHUSDT");

  private static final Vertx EXCHANGE_VERTX = Vertx.vertx();
  private static ExchangeSimulator exchange;

  private final List<PriceNode> nodes = new ArrayList<>();
  private TestDatabase database;

  /** Null in most tests. */
  private ExchangeSimulator larger;

  @BeforeAll
  static void open() {
    exchange = exchange("LTCUSDT", "XRPUSDT", "币安人生USDT");
  }

  @AfterAll
  static void close() {
    await(EXCHANGE_VERTX.close());
  }

  @BeforeEach
  void start() {
    exchange.faults().clear();
    exchange.calls().reset();
    database = TestDatabase.create();
    redisCli("FLUSHALL");
  }

  @AfterEach
  void stop() {
    nodes.forEach(PriceNode::close);
    if (larger != null) {
      await(larger.close());
    }
  }

  @Test
  void the_first_quotes_arrive_at_start_in_the_configured_order_with_their_venue_and_source() {
    var before = Instant.now();
    var node = nodeWithQuotes();

    var quotes = node.latest();

    assertEquals(CONFIGURED, symbols(quotes));
    for (var quote : quotes) {
      assertEquals("simulated", quote.venue());
      assertEquals(Source.POLL, quote.source());
      assertFalse(quote.receivedAt().isBefore(before.minusSeconds(1)));
      assertEquals(Duration.ofMillis(800), Duration.between(quote.receivedAt(), quote.staleAt()));
      assertTrue(exchange
          .market()
          .served(quote.symbol())
          .contains(new ServedMarket(quote.eventTime(), quote.price().toPlainString())));
      assertTrue(
          quote.exchangeInfo().contains("\"price\":\"" + quote.price().toPlainString() + "\""));
      assertTrue(
          quote.bid().signum() > 0 && quote.ask().signum() > 0 && quote.volume().signum() > 0);
    }
    assertEquals(
        "prices are simulated, from 127.0.0.1:" + exchange.port(),
        node.health.remark("venue").orElseThrow());
  }

  @Test
  void published_quotes_are_stored_and_every_slot_has_one_row_per_symbol() {
    var node = nodeWithQuotes();
    until("five refreshes", () -> node.published.size() >= 15);

    var published = node.published.stream()
        .map(quote -> quote.id() + " " + quote.symbol() + " " + quote.price().toPlainString())
        .toList();
    until("they are stored", () -> node.query(
            """
                SELECT id || ' ' || symbol || ' ' || (exchange_info ->> 'price')
                  FROM market.observations""")
        .containsAll(published));
    assertEquals(
        List.of(),
        node.query(
            "SELECT symbol FROM market.observations GROUP BY symbol, slot_start HAVING count(*) > 1"));
  }

  @Test
  void without_streams_concurrent_readers_of_trades_and_books_share_one_request() {
    var node = nodeWithQuotes();
    var request = new Trades.FindTrades("BTCUSDT", null, null, null, 50);
    var trades = IntStream.range(0, 5)
        .mapToObj(i -> node.bus.request(Trades.FIND, request))
        .toList();
    var books = IntStream.range(0, 5)
        .mapToObj(i -> node.bus.request(Books.FIND, new Books.FindBook("BTCUSDT")))
        .toList();
    trades.forEach(found -> assertEquals(50, await(found).trades().size()));
    books.forEach(found -> assertEquals(20, await(found).asks().size()));
    assertEquals(1, exchange.calls().of(Endpoint.AGGREGATE_TRADES, "BTCUSDT"));
    assertEquals(1, exchange.calls().of(Endpoint.DEPTH, "BTCUSDT"));

    exchange.faults().add(FaultKind.SERVER_ERROR);
    var unavailable = failureOf(node.bus.request(Books.FIND, new Books.FindBook("ETHUSDT")));
    assertEquals(
        "book-not-available",
        assertInstanceOf(Failure.Unavailable.class, unavailable).code());
  }

  @Test
  void two_nodes_together_send_one_request_per_slot() {
    var first = nodeWithQuotes();
    var second = node();
    exchange.calls().reset();
    var slotsBefore = slots(first);
    until("six more slots", () -> slots(first) >= slotsBefore + 6);

    var calls = exchange.calls().of(Endpoint.TICKER_24HR);
    var slots = slots(second) - slotsBefore;
    assertTrue(calls <= slots + 1, calls + " calls for " + slots + " slots");
  }

  @Test
  void another_node_takes_over_when_the_holder_of_the_lease_stops() {
    var first = nodeWithQuotes();
    var second = node();
    nodes.remove(first);
    first.close();
    var before = Instant.now();
    until("the second node refreshes", () -> second.published.stream()
        .anyMatch(q -> q.receivedAt().isAfter(before)));
  }

  @Test
  @Tag("faults")
  @Provokes(28)
  void another_node_polls_if_the_polls_of_the_leader_fail() {
    var proxy = TcpProxy.before(EXCHANGE_VERTX, exchange.port());
    var blocked = node(Map.of("BINANCE_BASE_URL", "http://127.0.0.1:" + proxy.port()));
    until("the first node polls", () -> !blocked.published.isEmpty());
    var other = node();

    proxy.silence();

    until("the other node polls", () -> !other.published.isEmpty());
    assertTrue(other.published.get(0).epoch() > blocked.published.get(0).epoch());
    assertEquals(0, gauge(blocked, "feed_leading"));
    proxy.passOn();
    assertEquals(1, gauge(other, "feed_leading"), "the blocked node does not ask again");
  }

  @Test
  @Provokes({8, 9})
  void
      during_any_fault_of_the_exchange_quotes_are_served_with_growing_age_and_no_invalid_price_is_stored() {
    var node = node(Map.of(
        "REFRESH_INTERVAL_SECONDS", "0.15",
        "CACHE_TTL_SECONDS", "0.15",
        "PRICE_STALE_GRACE_SECONDS", "0.3"));
    until("all configured symbols have quotes", () -> node.latest().size() == CONFIGURED.size());
    var statuses = new CopyOnWriteArrayList<Feed.State>();
    await(node.bus.subscribe(Feed.STATUS, status -> statuses.add(status.state())));
    var others =
        Set.of(FaultKind.RATE_LIMITED, FaultKind.BANNED, FaultKind.SLOW, FaultKind.MISSING_SYMBOL);
    for (var kind : EnumSet.complementOf(EnumSet.copyOf(others))) {
      statuses.clear();
      exchange.faults().add(kind);
      until(kind + ": stale", () -> node.latest().stream().allMatch(q -> q.stale(Instant.now())));

      var during = node.latest();
      assertEquals(CONFIGURED, symbols(during), kind::name);
      assertEquals(during, node.latest(), () -> kind + ": no new quote");
      until(
          kind + ": the health check reports it",
          () -> node.health.remark("exchange").isPresent());
      until(
          kind + ": the leader, which gives up later, reports it",
          () -> statuses.contains(Feed.State.STALE));

      exchange.faults().clear();
      until(kind + ": fresh again", () -> node.latest().stream()
          .noneMatch(q -> q.stale(Instant.now())));
      until(kind + ": nothing to report", () -> node.health.remark("exchange").isEmpty());
    }
    assertStoredIsServed(node);
  }

  @Test
  void only_the_symbol_missing_from_a_response_becomes_stale() {
    var node = nodeWithQuotes();
    exchange.faults().add(Fault.of(FaultKind.MISSING_SYMBOL).forSymbol("ETHBTC"));
    until(
        "only ETHBTC is stale",
        () -> quote(node, "ETHBTC").stale(Instant.now())
            && !quote(node, "BTCUSDT").stale(Instant.now()));
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultKind.class,
      names = {"RATE_LIMITED", "BANNED"})
  @Provokes(7)
  void after_a_429_or_418_no_node_sends_a_request_until_retry_after_even_after_a_restart(
      FaultKind kind) {
    var first = nodeWithQuotes();
    var second = node();
    exchange.faults().add(Fault.of(kind).retryAfter(Duration.ofSeconds(5)).times(1));
    until("the exchange sent the status", () -> exchange.faults().active().isEmpty());
    until(
        "it is stored",
        () -> !first.query("SELECT host FROM market.exchange_block").isEmpty());
    var until = Instant.parse(first
        .query(
            "SELECT to_char(blocked_until, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM market.exchange_block")
        .get(0));
    exchange.calls().reset();

    nodes.remove(first);
    first.close();
    redisCli("FLUSHALL");
    var restarted = node();

    assertEquals(CONFIGURED, symbols(restarted.latest()), "stored quotes are served");
    assertInstanceOf(
        Failure.Unavailable.class,
        assertThrows(Failure.class, () -> await(restarted.find("LTCUSDT"))));
    until("the next request", () -> exchange.calls().total() > 0);
    assertFalse(Instant.now().isBefore(until), "a request before " + until);
    until(
        "fresh again",
        () -> !quote(second, "BTCUSDT").stale(Instant.now())
            || !quote(restarted, "BTCUSDT").stale(Instant.now()));
  }

  @Test
  @Provokes({7, 22})
  void
      a_429_received_while_both_stores_are_down_is_stored_when_postgres_is_available_and_survives_a_restart() {
    var first = nodeWithQuotes();
    TestServers.redis().kill();
    TestServers.postgres().kill();
    try {
      exchange
          .faults()
          .add(Fault.of(FaultKind.RATE_LIMITED)
              .retryAfter(Duration.ofSeconds(60))
              .times(1));
      until("the exchange sent the status", () -> exchange.faults().active().isEmpty());
    } finally {
      TestServers.redis().start();
      TestServers.postgres().start();
    }
    until(
        "it is stored",
        () -> !first.query("SELECT host FROM market.exchange_block").isEmpty());
    exchange.calls().reset();

    nodes.remove(first);
    first.close();
    var restarted = node();

    assertInstanceOf(
        Failure.Unavailable.class,
        assertThrows(Failure.class, () -> await(restarted.find("LTCUSDT"))));
    assertEquals(0, exchange.calls().total());
  }

  @Test
  void
      a_thousand_reads_of_an_unknown_price_on_two_nodes_without_a_common_bus_cause_one_request_and_one_row() {
    var settings = Map.of("REFRESH_INTERVAL_SECONDS", LongInterval.seconds());
    var first = node(settings);
    var second = node(settings);

    var reads = IntStream.range(0, 1000)
        .mapToObj(i -> (i % 2 == 0 ? first : second).find("LTCUSDT"))
        .toList();
    await(Future.all(reads));

    var ids =
        reads.stream().map(read -> read.result().quotes().get(0).id()).collect(Collectors.toSet());
    assertEquals(1, ids.size());
    assertEquals(1, exchange.calls().of(Endpoint.TICKER_24HR, "LTCUSDT"));
    assertEquals(
        List.of(ids.iterator().next().toString()),
        first.query("SELECT id FROM market.observations WHERE symbol = 'LTCUSDT'"));
  }

  @Test
  void a_symbol_read_once_is_refreshed() {
    var node = nodeWithQuotes();
    var first = await(node.find("币安人生USDT")).quotes().get(0);
    until(
        "it is refreshed", () -> quote(node, "币安人生USDT").receivedAt().isAfter(first.receivedAt()));
    assertEquals(List.of("BTCUSDT", "ETHBTC", "ETHUSDT", "币安人生USDT"), symbols(node.latest()));
  }

  @Test
  void configured_symbols_keep_all_figures_while_a_hundred_others_are_refreshed() {
    var others = IntStream.range(0, 100).mapToObj(i -> "OTHER" + i).toList();
    larger = exchange(others.toArray(String[]::new));
    var node = PriceNode.start(larger, database, Map.of());
    nodes.add(node);
    until("the configured symbols have quotes", () -> node.latest().size() == CONFIGURED.size());

    node.bus.publish(Prices.READ, new Prices.SymbolsRead(others));
    until(
        "others are refreshed with them",
        () -> larger.calls().of(Endpoint.TICKER_24HR, "OTHER99") > 0);
    var calls = larger.calls().of(Endpoint.TICKER_24HR);
    until("three more requests", () -> larger.calls().of(Endpoint.TICKER_24HR) >= calls + 3);

    assertEquals(0, larger.calls().of(Endpoint.TICKER_PRICE));
    assertEquals(0, node.rejected(), "no response has a symbol that was not requested");
    assertTrue(node.published.stream().allMatch(q -> q.bid() != null && q.volume() != null));
  }

  @Test
  void a_symbol_that_is_not_on_the_list_fails_without_a_price_request() {
    var node = nodeWithQuotes();
    until("the list is known", () -> exchange.calls().of(Endpoint.EXCHANGE_INFO) >= 1);
    until("the symbol is unknown", () -> failure(node, "NOSUCHPAIR") instanceof Failure.NotFound);

    var failure = failure(node, "NOSUCHPAIR", "LTCUSDT", "ALSONOT");

    assertEquals("symbol-unknown", failure.code());
    assertEquals(2, failure.errors().size());
    assertEquals(0, exchange.calls().of(Endpoint.TICKER_24HR, "ALSONOT"));
    assertEquals(
        List.of(),
        node.query("SELECT id FROM market.observations WHERE symbol IN ('NOSUCHPAIR', 'ALSONOT')"));
  }

  @Test
  void the_symbols_of_the_exchange_are_served_with_their_status_and_limits() {
    var node = nodeWithQuotes();
    var find = new Listings.FindListings(null, null);
    until("the list is known", () -> exchange.calls().of(Endpoint.EXCHANGE_INFO) >= 1);
    await(node.find("BTCUSDT"));
    until("the list is served", () -> {
      var request = node.bus.request(Listings.FIND, find);
      until("there is a reply", request::isComplete);
      return request.succeeded();
    });

    var page = await(node.bus.request(Listings.FIND, find));

    assertEquals("simulated", page.venue());
    assertNull(page.next());
    var bitcoin = page.listings().stream()
        .filter(listing -> listing.symbol().equals("BTCUSDT"))
        .findFirst()
        .orElseThrow();
    assertTrue(bitcoin.tradable());
    assertEquals("BTC", bitcoin.base());
    assertEquals("USDT", bitcoin.quote());
    assertEquals(1, bitcoin.price().step().signum());
    assertEquals(1, bitcoin.quantity().step().signum());
  }

  @Test
  void an_unknown_symbol_is_recognised_also_while_the_list_is_unavailable() {
    exchange.faults().add(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.EXCHANGE_INFO));
    var node = nodeWithQuotes();
    assertInstanceOf(Failure.NotFound.class, failure(node, "NOSUCHPAIR"));
    until("others are still refreshed", () -> !quote(node, "BTCUSDT").stale(Instant.now()));
  }

  @Test
  void unknown_symbols_leave_no_waiting_futures_with_or_without_the_list() {
    var node = nodeWithQuotes();
    until("the list is known", () -> failure(node, "NOSUCHPAIR") instanceof Failure.NotFound);
    for (var request = 0; request < 10; request++) {
      assertEquals("symbol-unknown", failure(node, unlisted(request)).code());
    }
    assertEquals(0, awaited(node));

    exchange.faults().add(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.EXCHANGE_INFO));
    var other = nodeWithQuotes();
    assertEquals("symbol-unknown", failure(other, unlisted(10)).code());
    assertEquals(0, awaited(other));
  }

  @Test
  void a_read_that_ends_without_a_price_leaves_no_waiting_future() {
    exchange.faults().add(FaultKind.HANG);
    var node = node();
    assertEquals("price-not-yet-known", failure(node, "LTCUSDT", "BTCUSDT").code());
    assertEquals(0, awaited(node));
  }

  @Test
  void the_oldest_age_is_nan_while_there_is_no_quote() {
    exchange.faults().add(FaultKind.SERVER_ERROR);
    var node = node();
    assertTrue(Double.isNaN(gauge(node, "price_oldest_age_seconds")));
    exchange.faults().clear();
    until("the first quote", () -> gauge(node, "price_oldest_age_seconds") >= 0);
    assertEquals(0.8, gauge(node, "price_stale_after_seconds"));
  }

  @Test
  void a_hundred_unknown_symbols_cause_no_query_and_no_request() throws SQLException {
    var node = node(Map.of("REFRESH_INTERVAL_SECONDS", LongInterval.seconds()));
    until("the first prices are stored", () -> slots(node) > 0);
    until("the list is known", () -> failure(node, "NOSUCHPAIR") instanceof Failure.NotFound);
    exchange.calls().reset();
    try (var connection = database.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "LOCK TABLE market.exchange_info, market.observations IN ACCESS EXCLUSIVE MODE");

      var failure = failure(node, unlisted(0));

      assertEquals("symbol-unknown", failure.code());
      assertEquals(100, failure.errors().size());
      connection.rollback();
    }
    assertEquals(0, exchange.calls().of(Endpoint.TICKER_24HR));
    assertEquals(Optional.empty(), node.health.notReady("postgres market"));
  }

  @Test
  void stored_prices_of_a_hundred_symbols_are_read_together_while_the_list_is_unavailable() {
    exchange.faults().add(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.EXCHANGE_INFO));
    // A refresh after the read would request the symbols, too.
    var node = node(Map.of("REFRESH_INTERVAL_SECONDS", LongInterval.seconds()));
    var symbols = IntStream.range(0, 100).mapToObj(i -> "OLD" + i).toList();
    for (var symbol : symbols) {
      node.query(
          """
          INSERT INTO market.exchange_info (id, symbol, exchange_info, called_at, slot, venue, event_time)
          VALUES (-1 - %1$s, 'OLD%1$s', '{"price": "%1$s.5"}', now(), 0, 'simulated', now()) RETURNING id
          """
              .formatted(symbol.substring(3)));
    }

    var quotes = await(node.find(symbols.toArray(String[]::new))).quotes();

    assertEquals(symbols, symbols(quotes));
    assertEquals("99.5", quotes.get(99).price().toPlainString());
    assertEquals(Source.STORED, quotes.get(0).source());
    assertEquals(0, exchange.calls().of(Endpoint.TICKER_24HR, "OLD7"));
  }

  @Test
  void on_demand_symbols_are_fetched_in_few_batches_that_all_succeed() {
    var cold = IntStream.range(0, 80).mapToObj(i -> "COLD" + i).toList();
    larger = exchange(cold.toArray(String[]::new));
    var node = PriceNode.start(
        larger, database, Map.of("REFRESH_INTERVAL_SECONDS", LongInterval.seconds()));
    nodes.add(node);
    until("the configured symbols have quotes", () -> node.latest().size() == CONFIGURED.size());
    larger.faults().add(Fault.of(FaultKind.SLOW).delay(Duration.ofMillis(200)));
    larger.calls().reset();

    var together = node.find(cold.subList(0, 40).toArray(String[]::new));
    var alone = cold.subList(40, 80).stream().map(node::find).toList();

    assertEquals(cold.subList(0, 40), symbols(await(together).quotes()));
    await(Future.all(alone));
    var calls = larger.calls().of(Endpoint.TICKER_24HR);
    assertTrue(calls <= 20, calls + " calls for 41 requests of 80 symbols");
    assertEquals(
        List.of("ok"),
        node.metrics.find("price_upstream_calls_total").counters().stream()
            .map(counter -> counter.getId().getTag("outcome"))
            .distinct()
            .toList());
  }

  @Test
  void a_stored_stale_quote_of_an_on_demand_symbol_is_served_only_if_the_exchange_sends_none() {
    var node = node(Map.of("REFRESH_INTERVAL_SECONDS", LongInterval.seconds()));
    until("the configured symbols have quotes", () -> node.latest().size() == CONFIGURED.size());
    for (var symbol : List.of("LTCUSDT", "XRPUSDT")) {
      node.query(
          """
          INSERT INTO market.observations (id, symbol, exchange_info, called_at, slot_start, venue, event_time)
          VALUES (-1, '%1$s', '{"price": "0.5"}', now() - interval '40 days', date_trunc('month', now()), 'simulated', now())
          RETURNING id"""
              .formatted(symbol));
    }

    var fresh = await(node.find("LTCUSDT")).quotes().get(0);
    exchange.faults().add(FaultKind.SERVER_ERROR);
    var stale = await(node.find("XRPUSDT")).quotes().get(0);

    assertEquals(Source.POLL, fresh.source());
    assertEquals(Source.STORED, stale.source());
    assertEquals("0.5", stale.price().toPlainString());
    assertTrue(stale.stale(Instant.now()));
    assertTrue(stale.age(Instant.now()).compareTo(Duration.ofDays(39)) > 0);
    exchange.faults().clear();
    until(
        "the exchange is asked again",
        () -> await(node.find("XRPUSDT")).quotes().get(0).source() == Source.POLL);
  }

  @Test
  void a_delisted_symbol_is_reported_once_and_does_not_age_the_others() {
    exchange.faults().add(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.EXCHANGE_INFO));
    database.execute(
        """
        INSERT INTO market.exchange_info (id, symbol, exchange_info, called_at, slot, venue, event_time)
        VALUES (-1, 'DELISTED', '{"price": "0.5"}', now() - interval '2 hours', 1, 'simulated', now())""");
    var node = node(Map.of("SYMBOLS", "BTCUSDT,DELISTED,ETHUSDT"));
    until("it is reported", () -> node.health
        .remark("symbols")
        .equals(Optional.of("the exchange does not list DELISTED")));
    until("the others are refreshed", () -> node.published.size() >= 4);
    var rejections = unknownSymbolResponses(node);

    until(
        "five more refreshes",
        () -> refreshedAfter(node, Instant.now()) && node.published.size() >= 14);

    assertEquals(rejections, unknownSymbolResponses(node));
    assertEquals(1, gauge(node, "price_symbols_unlisted"));
    assertTrue(gauge(node, "price_oldest_age_seconds") < 60);
    assertEquals(List.of("BTCUSDT", "DELISTED", "ETHUSDT"), symbols(node.latest()), "with its age");
  }

  @Test
  void keys_in_redis_contain_the_cluster_and_the_venue() {
    nodeWithQuotes();
    until("the quotes are cached", () -> redisKeys()
        .contains("verticker:verticker:simulated:quote:BTCUSDT"));
    until("the lease is held", () -> redisKeys().contains("verticker:verticker:simulated:lease"));
    assertTrue(redisKeys().stream()
        .allMatch(key -> key.startsWith("verticker:verticker:simulated:")
            || key.startsWith("verticker:exchange:127.0.0.1:" + exchange.port())));
  }

  @Test
  void a_configured_symbol_that_the_exchange_does_not_list_is_left_out_and_reported() {
    var node = node(Map.of("SYMBOLS", "BTCUSDT,NOSUCHPAIR,ETHUSDT"));
    until("the others have quotes", () -> symbols(node.latest())
        .equals(List.of("BTCUSDT", "ETHUSDT")));
    until("it is reported", () -> node.health
        .remark("symbols")
        .equals(Optional.of("the exchange does not list NOSUCHPAIR")));
  }

  @Test
  @Provokes(6)
  void readers_get_quotes_while_redis_is_killed_restarted_and_flushed() {
    var node = nodeWithQuotes();
    TestServers.redis().kill();
    try {
      until("the health check reports it", () -> node.health.remark("redis").isPresent());
      until("refreshed without Redis", () -> refreshedAfter(node, Instant.now()));
      assertEquals("LTCUSDT", await(node.find("LTCUSDT")).quotes().get(0).symbol());
    } finally {
      TestServers.redis().start();
    }
    // The promised 5 s are measured by StoresThroughFaultsTest, which no other test slows down.
    until("Redis is used again", () -> node.health.remark("redis").isEmpty());
    redisCli("FLUSHALL");
    var flushed = Instant.now();
    until("refreshed", () -> refreshedAfter(node, flushed));
  }

  @Test
  void a_read_only_redis_is_reported_and_prices_are_refreshed() {
    redisCli("REPLICAOF", "localhost", "1");
    try {
      var node = node();
      until("it is reported", () -> node.health
          .remark("redis")
          .equals(Optional.of("Redis rejects commands: READONLY")));
      until("prices are refreshed", () -> node.latest().size() == CONFIGURED.size());
      assertEquals("LTCUSDT", await(node.find("LTCUSDT")).quotes().get(0).symbol());
      assertEquals(
          Optional.of("Redis rejects commands: READONLY"),
          node.health.remark("redis"),
          "it answers, so it is not unavailable");
    } finally {
      redisCli("REPLICAOF", "NO", "ONE");
    }
  }

  @Test
  void quotes_refreshed_while_postgres_is_down_are_stored_afterwards() {
    var node = nodeWithQuotes();
    TestServers.postgres().kill();
    var down = Instant.now();
    try {
      until(
          "the health check reports it",
          () -> node.health.notReady("postgres market").isPresent());
      until("refreshed without PostgreSQL", () -> refreshedAfter(node, Instant.now()));
      assertEquals("XRPUSDT", await(node.find("XRPUSDT")).quotes().get(0).symbol());
    } finally {
      TestServers.postgres().start();
    }
    until(Duration.ofSeconds(5), "ready again", () -> node.health
        .notReady("postgres market")
        .isEmpty());
    var during = node.published.stream()
        .filter(quote -> quote.receivedAt().isAfter(down))
        .limit(3)
        .map(quote -> Long.toString(quote.id()))
        .toList();
    until(
        "the pending observations are stored",
        () -> node.query("SELECT id FROM market.observations").containsAll(during));
    until(
        "none is waiting",
        () -> node.metrics.find("price_observations_waiting").gauge().value() == 0);
  }

  @Test
  void after_a_restart_without_the_exchange_the_stored_quotes_are_served() {
    var first = nodeWithQuotes();
    nodes.remove(first);
    first.close();
    exchange.faults().add(FaultKind.OVERLOADED);
    redisCli("FLUSHALL");

    var restarted = node();

    assertEquals(CONFIGURED, symbols(restarted.latest()));
    assertTrue(restarted.latest().stream().allMatch(quote -> quote.source() == Source.STORED));
    assertEquals(
        first.published.stream()
            .filter(q -> q.symbol().equals("ETHBTC"))
            .reduce((a, b) -> b)
            .orElseThrow()
            .price(),
        quote(restarted, "ETHBTC").price());
  }

  @Test
  void history_is_paged_from_the_newest_without_gaps_or_duplicates() {
    var node = nodeWithQuotes();
    until("seven observations", () -> slots(node) >= 7);
    var all = node.query(
        "SELECT id FROM market.observations WHERE symbol = 'BTCUSDT' ORDER BY called_at DESC, id DESC LIMIT 100");
    var to = Instant.now();

    var ids = new ArrayList<String>();
    Prices.HistoryPosition cursor = null;
    do {
      var page = await(
          node.bus.request(Prices.HISTORY, new Prices.FindHistory("BTCUSDT", null, to, 3, cursor)));
      page.observations().forEach(o -> ids.add(Long.toString(o.id())));
      cursor = page.next();
    } while (cursor != null);

    assertEquals(ids.size(), new HashSet<>(ids).size());
    assertEquals(all, ids.subList(ids.size() - all.size(), ids.size()));
    assertEquals(
        List.of(),
        await(node.bus.request(
                Prices.HISTORY, new Prices.FindHistory("NOSUCHPAIR", null, null, 10, null)))
            .observations());
  }

  private static ExchangeSimulator exchange(String... others) {
    return await(ExchangeSimulator.start(
        EXCHANGE_VERTX,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols(Stream.concat(CONFIGURED.stream(), Stream.of(others)).toList())
            .withSpeed(60)
            .withWeightLimit(1_000_000)));
  }

  private PriceNode node() {
    return node(Map.of());
  }

  private PriceNode node(Map<String, String> settings) {
    var node = PriceNode.start(exchange, database, settings);
    nodes.add(node);
    return node;
  }

  private PriceNode nodeWithQuotes() {
    var node = node();
    until("all configured symbols have quotes", () -> node.latest().size() == CONFIGURED.size());
    return node;
  }

  private void assertStoredIsServed(PriceNode node) {
    // Rows first: a refresh in between adds only to the served prices.
    var stored =
        node.query("SELECT symbol || ' ' || (exchange_info ->> 'price') FROM market.observations");
    var served = CONFIGURED.stream()
        .flatMap(
            symbol -> exchange.market().served(symbol).stream().map(s -> symbol + " " + s.price()))
        .collect(Collectors.toSet());
    stored.forEach(row -> assertTrue(served.contains(row), "never served: " + row));
  }

  /** Returns a hundred unlisted symbols that differ for each number. */
  private static String[] unlisted(int number) {
    return IntStream.range(0, 100)
        .mapToObj(i -> "UNLISTED" + number + "X" + i)
        .toArray(String[]::new);
  }

  private static double awaited(PriceNode node) {
    return gauge(node, "price_symbols_awaited");
  }

  private static double gauge(PriceNode node, String name) {
    return node.metrics.get(name).gauge().value();
  }

  private static boolean refreshedAfter(PriceNode node, Instant time) {
    until("a new quote", () -> quote(node, "BTCUSDT").receivedAt().isAfter(time));
    return true;
  }

  private static int slots(PriceNode node) {
    return Integer.parseInt(node.query(
            "SELECT count(DISTINCT slot_start) FROM market.observations WHERE symbol = 'BTCUSDT'")
        .get(0));
  }

  private static Failure failure(PriceNode node, String... symbols) {
    return assertThrows(Failure.class, () -> await(node.find(symbols)));
  }

  private static Quote quote(PriceNode node, String symbol) {
    return node.latest().stream()
        .filter(q -> q.symbol().equals(symbol))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> symbols(List<Quote> quotes) {
    return quotes.stream().map(Quote::symbol).toList();
  }

  private static double unknownSymbolResponses(PriceNode node) {
    return node.metrics
        .get("price_upstream_calls_total")
        .tags("endpoint", "ticker/24hr", "outcome", "UnknownSymbol")
        .counter()
        .count();
  }

  private Set<String> redisKeys() {
    return await(Redis.createClient(EXCHANGE_VERTX, TestServers.redis().url())
            .send(Request.cmd(Command.KEYS).arg("*")))
        .stream()
        .map(Object::toString)
        .collect(Collectors.toSet());
  }

  private void redisCli(String command, String... arguments) {
    var request = Request.cmd(Command.create(command));
    List.of(arguments).forEach(request::arg);
    await(Redis.createClient(EXCHANGE_VERTX, TestServers.redis().url()).send(request));
  }
}
