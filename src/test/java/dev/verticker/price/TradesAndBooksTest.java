package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatedTrade;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.message.Books;
import dev.verticker.message.Books.Book;
import dev.verticker.message.Books.FindBook;
import dev.verticker.message.Feed;
import dev.verticker.message.Feed.State;
import dev.verticker.message.Prices.Source;
import dev.verticker.message.Trades;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Found;
import dev.verticker.message.Trades.SymbolTrades;
import dev.verticker.message.Trades.Trade;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Trades and order books of one node, whose feed is live, of an exchange whose minute takes six seconds. */
class TradesAndBooksTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final List<SymbolTrades> TRADES = new CopyOnWriteArrayList<>();
  private static final List<Book> BOOKS = new CopyOnWriteArrayList<>();
  private static final List<Feed.Status> STATUSES = new CopyOnWriteArrayList<>();
  private static final List<Feed.Gap> GAPS = new CopyOnWriteArrayList<>();
  private static final Map<String, String> SETTINGS = Map.of(
      "FEED", "stream",
      "CLUSTER_NAME", "test-" + UUID.randomUUID(),
      "REFRESH_INTERVAL_SECONDS", "60",
      "CACHE_TTL_SECONDS", "55",
      "PRICE_STALE_GRACE_SECONDS", "10");

  private static TestDatabase database;
  private static ExchangeSimulator exchange;
  private static PriceNode node;

  @BeforeAll
  static void start() {
    exchange = await(ExchangeSimulator.start(
        VERTX,
        SimulatorOptions.defaults()
            .withHistoryDays(2)
            .withSymbols("BTCUSDT", "ETHBTC", "ETHUSDT", "LTCUSDT", "XRPUSDT", "币安人生USDT")
            .withSpeed(10)));
    database = TestDatabase.create();
    node = PriceNode.start(exchange, database, SETTINGS);
    await(node.bus.subscribe(Trades.UPDATES, update -> TRADES.addAll(update.symbols())));
    await(node.bus.subscribe(Books.UPDATES, update -> BOOKS.addAll(update.books())));
    await(node.bus.subscribe(Feed.STATUS, STATUSES::add));
    await(node.bus.subscribe(Feed.GAP, GAPS::add));
    until("the feed is live", () -> state() == State.LIVE);
    until(
        "trades and books are streamed",
        () -> trades("ETHUSDT").size() >= 20 && books("ETHUSDT").size() >= 2);
  }

  @AfterAll
  static void stop() {
    node.close();
    await(VERTX.close());
  }

  @Test
  @Provokes(25)
  void trades_are_published_once_and_in_order_also_those_of_an_interruption() {
    GAPS.clear();
    var before = trades("BTCUSDT").size();
    await(exchange.streams().drop());
    until("the gap of the trades is published", () -> GAPS.stream()
        .anyMatch(gap -> gap.kind() == Feed.Kind.TRADES));
    until("the stream continues", () -> trades("BTCUSDT").size() >= before + 50);

    var published = trades("BTCUSDT");
    var ids = published.stream().map(Trade::id).toList();
    assertEquals(
        LongStream.rangeClosed(ids.get(0), ids.get(ids.size() - 1)).boxed().toList(), ids);
    assertEquals(expected("BTCUSDT", published), published);
    var gap = GAPS.stream()
        .filter(each -> each.kind() == Feed.Kind.TRADES)
        .findFirst()
        .orElseThrow();
    assertTrue(gap.symbols().containsAll(List.of("BTCUSDT", "ETHBTC", "ETHUSDT")));
    assertTrue(gap.filled());
    assertEquals(0, node.metrics.get("price_trades_missed_total").counter().count());
    until("the feed is live again", () -> state() == State.LIVE);
  }

  @Test
  void streamed_trades_and_books_are_found_without_a_request() {
    until(
        "a trade and a book of each symbol", () -> List.of("BTCUSDT", "ETHBTC", "ETHUSDT").stream()
            .allMatch(symbol -> trades(symbol).size() >= 5 && !books(symbol).isEmpty()));
    for (var symbol : List.of("BTCUSDT", "ETHUSDT")) {
      // Repeated, because a node that is starved for two seconds requests them.
      until("both are in memory", () -> {
        var requests = requests(symbol);
        assertFound(symbol);
        return requests(symbol) == requests;
      });
    }
  }

  private static void assertFound(String symbol) {
    var found = trades(node, symbol, 5);
    assertEquals(5, found.trades().size());
    assertEquals("simulated", found.venue());
    assertEquals(expected(symbol, found.trades()), found.trades());
    var book = book(node, symbol);
    assertEquals(20, book.bids().size());
    assertEquals(20, book.asks().size());
    assertTrue(best(book.bids()).compareTo(best(book.asks())) < 0);
    assertFalse(book.receivedAt().isBefore(Instant.now().minusSeconds(10)));
  }

  @Test
  void bid_and_ask_of_quotes_are_those_of_the_books() {
    until("a quote has the bid and ask of a book", () -> {
      var published = BOOKS.stream()
          .filter(book -> book.symbol().equals("BTCUSDT"))
          .map(book -> best(book.bids()) + " " + best(book.asks()))
          .collect(Collectors.toSet());
      return node.published.stream()
          .anyMatch(quote -> quote.symbol().equals("BTCUSDT")
              && quote.source() == Source.STREAM
              && published.contains(quote.bid() + " " + quote.ask()));
    });
  }

  @Test
  void a_demanded_symbol_is_streamed_while_the_feed_stays_live() {
    var since = STATUSES.size();
    // Front doors repeat their demand.
    var demand = new Feed.Demand(
        "front door", List.of("LTCUSDT", "NOSUCHUSDT"), List.of("币安人生USDT", "nosuch"));
    var repeating = node.vertx.setPeriodic(1, 1000, id -> node.bus.publish(Feed.DEMAND, demand));
    until("its trades arrive", () -> trades("LTCUSDT").size() >= 5);
    until("its books arrive", () -> books("币安人生USDT").size() >= 2);

    var streams = await(exchange.streams().subscriptions()).keySet();
    assertTrue(streams.containsAll(Set.of("ltcusdt@ticker", "币安人生usdt@ticker")));
    assertFalse(streams.contains("ltcusdt@depth20@100ms"));
    assertFalse(streams.contains("币安人生usdt@aggTrade"));
    assertTrue(streams.stream().noneMatch(name -> name.startsWith("nosuch")));
    assertEquals(2, node.metrics.get("price_feed_symbols_demanded").gauge().value());
    node.vertx.cancelTimer(repeating);
    var states = STATUSES.stream().skip(since).map(Feed.Status::state).collect(Collectors.toSet());
    assertTrue(Set.of(State.LIVE).containsAll(states), states::toString);
  }

  @Test
  void many_readers_of_a_symbol_that_is_not_streamed_cause_one_request_of_each_kind() {
    var requests = requests("XRPUSDT");
    var reads = IntStream.range(0, 100)
        .mapToObj(i -> node.bus.request(Trades.FIND, newest("XRPUSDT", 10)))
        .toList();
    var books = IntStream.range(0, 100)
        .mapToObj(i -> node.bus.request(Books.FIND, new FindBook("XRPUSDT")))
        .toList();
    await(Future.all(reads));
    await(Future.all(books));
    assertEquals(requests + 2, requests("XRPUSDT"));
    assertEquals(10, reads.get(99).result().trades().size());
    assertEquals("XRPUSDT", books.get(99).result().symbol());
  }

  @Test
  void a_symbol_that_the_exchange_does_not_list_is_unknown() {
    for (var symbol : List.of("NOSUCHUSDT", "btcusdt", "", "币", "x".repeat(10_000))) {
      var trades = failureOf(node.bus.request(Trades.FIND, newest(symbol, 10)));
      var book = failureOf(node.bus.request(Books.FIND, new FindBook(symbol)));
      assertEquals(
          "symbol-unknown", assertInstanceOf(Failure.NotFound.class, trades).code());
      assertEquals(
          "symbol-unknown", assertInstanceOf(Failure.NotFound.class, book).code());
      assertEquals(0, requests(symbol));
    }
  }

  @Test
  void trades_are_found_from_an_id_on_and_in_a_range_of_times() {
    var newest = trades(node, "ETHUSDT", 1).trades().get(0);
    var older =
        node.bus.request(Trades.FIND, new FindTrades("ETHUSDT", newest.id() - 2000, null, null, 3));
    assertEquals(
        List.of(newest.id() - 2000, newest.id() - 1999, newest.id() - 1998),
        await(older).trades().stream().map(Trade::id).toList());

    var from = newest.time().minusSeconds(120);
    var to = from.plusSeconds(30);
    var range = node.bus.request(Trades.FIND, new FindTrades("ETHUSDT", null, from, to, 10));
    var found = await(range).trades();
    assertEquals(
        exchange.market().trades("ETHUSDT", from, to.plusMillis(1)).stream()
            .map(SimulatedTrade::aggregateId)
            .limit(10)
            .toList(),
        found.stream().map(Trade::id).toList());
  }

  private static Found trades(PriceNode from, String symbol, int limit) {
    return await(from.bus.request(Trades.FIND, newest(symbol, limit)));
  }

  private static Book book(PriceNode from, String symbol) {
    return await(from.bus.request(Books.FIND, new FindBook(symbol)));
  }

  private static FindTrades newest(String symbol, int limit) {
    return new FindTrades(symbol, null, null, null, limit);
  }

  /** The trades of the exchange with the ids of these. */
  private static List<Trade> expected(String symbol, List<Trade> trades) {
    var last = trades.get(trades.size() - 1).time();
    var known = exchange.market().trades(symbol, trades.get(0).time(), last.plusMillis(1)).stream()
        .collect(Collectors.toMap(SimulatedTrade::aggregateId, Function.identity()));
    return trades.stream()
        .map(Trade::id)
        .map(known::get)
        .map(trade -> new Trade(
            trade.aggregateId(),
            trade.price(),
            trade.quantity(),
            trade.time(),
            trade.buyerIsMaker(),
            trade.id(),
            trade.id()))
        .toList();
  }

  private static List<Trade> trades(String symbol) {
    return TRADES.stream()
        .filter(each -> each.symbol().equals(symbol))
        .flatMap(each -> each.trades().stream())
        .toList();
  }

  private static List<Book> books(String symbol) {
    return BOOKS.stream().filter(book -> book.symbol().equals(symbol)).toList();
  }

  private static BigDecimal best(List<Books.Level> side) {
    return side.get(0).price();
  }

  private static long requests(String symbol) {
    return exchange.calls().of(Endpoint.AGGREGATE_TRADES, symbol)
        + exchange.calls().of(Endpoint.DEPTH, symbol);
  }

  private static State state() {
    return STATUSES.isEmpty() ? null : STATUSES.get(STATUSES.size() - 1).state();
  }
}
