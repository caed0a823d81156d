package dev.verticker.trading.order;

import static dev.verticker.trading.order.FakeVenue.order;
import static dev.verticker.trading.order.FakeVenue.trade;
import static dev.verticker.trading.order.TradingDesk.limit;
import static dev.verticker.trading.order.TradingDesk.market;
import static dev.verticker.trading.order.TradingDesk.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.CancelAll;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.ListTrades;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementServiceTest {
  private static final Ticket BUY = limit(Side.BUY, "2", "100");

  private static TradingDesk desk;
  private static long users;
  private long ada;

  @BeforeAll
  static void open() {
    desk = new TradingDesk();
  }

  @AfterAll
  static void close() {
    desk.close();
  }

  @BeforeEach
  void begin() {
    ada = ++users;
    var fresh = new FakeVenue(desk.clock);
    desk.venue.onPlace = fresh.onPlace;
    desk.venue.onCancel = fresh.onCancel;
    desk.venue.onFind = fresh.onFind;
    desk.venue.placed.clear();
    desk.venue.canceled.clear();
    desk.rules.violations = List.of();
    desk.rules.stale = false;
    desk.events();
  }

  @Test
  void a_first_order_creates_the_paper_account_and_locks_what_the_order_may_cost() {
    var placed = desk.place(ada, "mine", BUY);

    assertEquals(Status.OPEN, placed.status());
    assertEquals("paper", placed.venue());
    assertEquals("x-mine", placed.exchangeOrderId());
    assertEquals(TradingDesk.NOON, placed.sentAt());
    assertEquals(List.of(new NewOrder("mine", BUY, TradingDesk.NOON)), desk.venue.placed);
    assertEquals(List.of("USDT 9800 200 0 0 -10000"), desk.wallets(ada));
    assertEquals(
        List.of(
            "order_updated 1 pending 0", "balance_updated USDT 9800 200", "order_updated 2 open 0"),
        desk.eventTexts());
  }

  @Test
  void a_market_order_that_is_filled_books_its_trades_and_fees_and_unlocks_the_rest() {
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Accepted(
        order(sent.clientOrderId(), sent.ticket(), Status.FILLED, "2"),
        List.of(
            trade("t1", sent.ticket(), "0.5", "99"), trade("t2", sent.ticket(), "1.5", "99.5"))));

    var placed = desk.place(ada, market(Side.BUY, "2"));

    assertEquals(Status.FILLED, placed.status());
    assertEquals("2", placed.executedQty().stripTrailingZeros().toPlainString());
    assertEquals("198.75", placed.executedQuoteQty().stripTrailingZeros().toPlainString());
    assertEquals(
        List.of("BTC 1.998 0 -2 0.002 0", "USDT 9801.25 0 198.75 0 -10000"), desk.wallets(ada));
    assertEquals(
        List.of(
            "order_updated 1 pending 0",
            "balance_updated USDT 9800 200",
            "trade t1 0.5",
            "trade t2 1.5",
            "order_updated 2 filled 2",
            "balance_updated BTC 1.998 0",
            "balance_updated USDT 9801.25 0"),
        desk.eventTexts());
    var trades = desk.await(
        () -> desk.service.trades(new ListTrades(ada, null, placed.id(), "BTCUSDT", null, 10)));
    assertEquals(
        List.of("t2", "t1"),
        trades.trades().stream().map(t -> t.exchangeTradeId()).toList());
  }

  @Test
  void a_repeated_client_order_id_returns_the_order_and_sends_nothing_again() {
    var first = desk.place(ada, "once", BUY);
    desk.rules.violations = List.of(new Violation("/price", "tick-size", "x", null, null, null));

    var again = desk.place(ada, "once", limit(Side.BUY, "2.000", "1E+2"));

    assertEquals(first, again);
    assertEquals(1, desk.venue.placed.size());
    desk.rules.violations = List.of();
    var failure = assertInstanceOf(
        Failure.Invalid.class,
        desk.failure(() -> desk.placements.place(
            new Place(user(ada), null, "once", limit(Side.BUY, "2", "101")))));
    assertEquals("idempotency-key-reused", failure.code());
    assertEquals(1, desk.venue.placed.size());
  }

  @Test
  void concurrent_placements_with_one_client_order_id_on_two_nodes_send_one_order() {
    try (var other = new TradingDesk(desk.postgres)) {
      desk.place(ada, "warm-up", BUY);
      var running = IntStream.range(0, 20)
          .mapToObj(i -> i % 2 == 0 ? desk : other)
          .map(node ->
              node.start(() -> node.placements.place(new Place(user(ada), null, "same", BUY))))
          .toList();
      var ids =
          running.stream().map(order -> desk.await(() -> order).id()).distinct().toList();

      assertEquals(1, ids.size());
      assertEquals(1, desk.venue.placed.size() - 1 + other.venue.placed.size());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "é", "0123456789012345678901234567890123456"})
  void a_client_order_id_that_no_venue_accepts_is_rejected(String id) {
    var failure = assertInstanceOf(
        Failure.Invalid.class,
        desk.failure(() -> desk.placements.place(new Place(user(ada), null, id, BUY))));

    assertEquals("pattern", failure.errors().get(0).code());
    assertTrue(desk.venue.placed.isEmpty());
  }

  @Test
  void an_order_that_violates_rules_is_neither_stored_nor_sent() {
    desk.rules.violations = List.of(new Violation(
        "/price", "tick-size", "The price must be a multiple of 0.01.", null, null, null));

    var failure = assertInstanceOf(
        Failure.Invalid.class,
        desk.failure(() -> desk.placements.place(new Place(user(ada), null, null, BUY))));

    assertEquals("order-not-accepted", failure.code());
    assertEquals("tick-size", failure.errors().get(0).code());
    assertNothingStored();
  }

  @Test
  void a_market_order_is_refused_while_the_price_is_stale_and_a_limit_order_is_not() {
    desk.rules.stale = true;

    assertEquals("price-stale", conflict(market(Side.BUY, "1")));
    assertNothingStored();
    assertEquals(Status.OPEN, desk.place(ada, BUY).status());
  }

  @Test
  void
      an_order_above_the_available_balance_is_refused_and_so_is_a_second_one_that_needs_the_rest() {
    assertEquals("insufficient-balance", conflict(limit(Side.BUY, "100.01", "100")));
    assertEquals("insufficient-balance", conflict(limit(Side.SELL, "1", "100")));
    assertNothingStored();

    desk.place(ada, limit(Side.BUY, "60", "100"));

    assertEquals("insufficient-balance", conflict(limit(Side.BUY, "60", "100")));
    assertEquals(1, desk.venue.placed.size());
  }

  @Test
  void an_order_above_a_limit_of_the_account_or_during_a_halt_is_refused() {
    desk.place(ada, BUY);
    limits("max_open_orders = 1");
    assertEquals("limit-exceeded", conflict(BUY));
    limits("max_open_orders = 2, max_daily_notional = 399.99");
    assertEquals("limit-exceeded", conflict(BUY));
    limits("max_daily_notional = 400");
    desk.place(ada, BUY);

    limits("max_open_orders = NULL, max_daily_notional = NULL");
    for (var halt : List.of(Long.toString(ada), "NULL")) {
      desk.postgres.execute("INSERT INTO trading.halts VALUES (" + halt + ", 'user', now())");
      assertEquals("trading-halted", conflict(BUY));
      desk.postgres.execute("DELETE FROM trading.halts");
    }
    assertEquals(2, desk.venue.placed.size());
  }

  @Test
  void the_notional_of_a_day_does_not_count_on_the_next_day() {
    desk.place(ada, BUY);
    limits("max_daily_notional = 399");
    desk.postgres.execute("UPDATE trading.daily_notionals SET day = day - 1");

    desk.place(ada, BUY);
    assertEquals("limit-exceeded", conflict(BUY));
  }

  @Test
  void a_refusal_of_the_venue_rejects_the_order_and_unlocks_its_amount() {
    desk.venue.onPlace = sent ->
        Future.succeededFuture(new Outcome.Refused(-2010, "Order would immediately match."));

    var placed = desk.place(ada, BUY);

    assertEquals(Status.REJECTED, placed.status());
    assertEquals("-2010 Order would immediately match.", placed.reason());
    assertEquals(List.of("USDT 10000 0 0 0 -10000"), desk.wallets(ada));
  }

  @Test
  void an_order_that_this_node_did_not_send_is_rejected_with_that_reason_and_no_code() {
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Refused(0, "no connection"));

    assertEquals("not sent: no connection", desk.place(ada, BUY).reason());
  }

  @Test
  void a_node_counts_each_order_once_in_each_status_that_it_reaches() {
    var pending = count("trading_orders_total", "status", "pending");
    var open = count("trading_orders_total", "status", "open");
    var rejected = count("trading_orders_total", "status", "rejected");

    desk.place(ada, "mine", BUY);
    desk.place(ada, "mine", BUY);
    desk.failure(() ->
        desk.placements.place(new Place(user(ada), null, null, limit(Side.BUY, "1000000", "100"))));
    desk.venue.onPlace = sent ->
        Future.succeededFuture(new Outcome.Refused(-2010, "Order would immediately match."));
    desk.place(ada, BUY);

    assertEquals(pending + 2, count("trading_orders_total", "status", "pending"));
    assertEquals(open + 1, count("trading_orders_total", "status", "open"));
    assertEquals(rejected + 1, count("trading_orders_total", "status", "rejected"));
  }

  @Test
  void a_node_counts_refusals_by_the_code_of_the_venue_or_its_own() {
    var known = count("trading_refusals_total", "code", "-2010");
    var other = count("trading_refusals_total", "code", "other");
    var stale = count("trading_refusals_total", "code", "price-stale");

    for (var code : List.of(-2010, -987_654, -987_655)) {
      desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Refused(code, "Refused."));
      desk.place(ada, BUY);
    }
    desk.rules.stale = true;
    desk.failure(() -> desk.metrics.counted(
        desk.placements.place(new Place(user(ada), null, null, market(Side.BUY, "2")))));
    desk.failure(() -> desk.metrics.counted(
        Future.failedFuture(new Failure.Unavailable("venue-unavailable", "The venue is silent."))));

    assertEquals(known + 1, count("trading_refusals_total", "code", "-2010"));
    assertEquals(other + 2, count("trading_refusals_total", "code", "other"));
    assertEquals(stale + 1, count("trading_refusals_total", "code", "price-stale"));
    assertEquals(0, count("trading_refusals_total", "code", "venue-unavailable"));
  }

  private static double count(String name, String label, String value) {
    return desk.registry.counter(name, label, value).count();
  }

  @Test
  void
      an_ambiguous_outcome_leaves_the_order_unknown_with_its_amount_locked_and_sends_nothing_again() {
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Ambiguous("-1007 Timeout"));

    var placed = desk.place(ada, "lost", BUY);

    assertEquals(Status.OUTCOME_UNKNOWN, placed.status());
    assertEquals("-1007 Timeout", placed.reason());
    assertEquals(placed, desk.place(ada, "lost", BUY));
    assertEquals(1, desk.venue.placed.size());
    assertEquals(List.of("USDT 9800 200 0 0 -10000"), desk.wallets(ada));
  }

  @Test
  void
      a_venue_that_does_not_answer_in_time_leaves_the_order_pending_and_its_answer_is_applied_later() {
    var answer = Promise.<Outcome>promise();
    desk.venue.onPlace = sent -> answer.future();

    var pending = desk.place(ada, "slow", BUY);
    assertEquals(Status.PENDING, pending.status());

    answer.complete(new Outcome.Accepted(order("slow", BUY, Status.OPEN, "0"), List.of()));
    Await.until("the order is open", () -> find(pending.id()) == Status.OPEN);
  }

  @Test
  void an_outcome_that_cannot_be_stored_leaves_the_order_pending_until_a_report_arrives()
      throws SQLException {
    var account = desk.account(ada, "testnet");
    try (var other = desk.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      desk.venue.onPlace = sent -> {
        lock(statement, account.id());
        return Future.succeededFuture(new Outcome.Accepted(FakeVenue.open(sent), List.of()));
      };

      var pending =
          desk.await(() -> desk.placements.place(new Place(user(ada), account.id(), "stuck", BUY)));
      assertEquals(Status.PENDING, pending.status());

      other.rollback();
      var again =
          desk.await(() -> desk.placements.place(new Place(user(ada), account.id(), "stuck", BUY)));
      assertEquals(pending.id(), again.id());
      assertEquals(1, desk.venue.placed.size());
      desk.await(() -> desk.reports.apply(
          desk.venue,
          account.id(),
          new ExecutionReport(order("stuck", BUY, Status.OPEN, "0"), "1", null)));
      assertEquals(Status.OPEN, find(pending.id()));
    }
  }

  private static void lock(Statement statement, long account) {
    try {
      statement.execute("SELECT FROM trading.accounts WHERE id = " + account + " FOR UPDATE");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void an_order_that_cannot_be_stored_is_not_sent() throws SQLException {
    desk.place(ada, "first", BUY);
    try (var other = desk.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT FROM trading.accounts WHERE user_id = " + ada + " FOR UPDATE");

      assertInstanceOf(
          Failure.Unavailable.class,
          desk.failure(() -> desk.placements.place(new Place(user(ada), null, "second", BUY))));
    }
    assertEquals(1, desk.venue.placed.size());
    assertEquals(
        "1", desk.postgres.value("SELECT count(*) FROM trading.orders WHERE user_id = " + ada));
  }

  @Test
  void an_order_on_paper_that_costs_more_than_the_account_has_is_rejected_whole() {
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Accepted(
        order(sent.clientOrderId(), sent.ticket(), Status.FILLED, "90"),
        List.of(trade("t1", sent.ticket(), "90", "120"))));

    var placed = desk.place(ada, market(Side.BUY, "90"));

    assertEquals(Status.REJECTED, placed.status());
    assertEquals("-2010 Account has insufficient balance for requested action.", placed.reason());
    assertEquals(List.of("USDT 10000 0 0 0 -10000"), desk.wallets(ada));
    assertEquals(
        "0", desk.postgres.value("SELECT count(*) FROM trading.trades WHERE user_id = " + ada));
  }

  @Test
  void
      an_order_at_a_real_venue_locks_nothing_here_and_its_trades_are_booked_without_a_known_balance() {
    var account = desk.account(ada, "testnet");
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Accepted(
        order(sent.clientOrderId(), sent.ticket(), Status.FILLED, "2"),
        List.of(trade("t1", sent.ticket(), "2", "100"))));

    var placed =
        desk.await(() -> desk.placements.place(new Place(user(ada), account.id(), null, BUY)));

    assertEquals("testnet", placed.venue());
    assertNotEquals(null, placed.clientOrderId());
    assertEquals(32, placed.clientOrderId().length());
    assertEquals(List.of("BTC 1.998 0 -2 0.002 0", "USDT -200 0 200 0 0"), desk.wallets(ada));
    assertEquals(
        List.of("order_updated 1 pending 0", "trade t1 2", "order_updated 2 filled 2"),
        desk.eventTexts());
  }

  @Test
  void a_canceled_order_unlocks_the_rest_of_its_amount_when_the_venue_confirms() {
    var placed = desk.place(ada, "gone", BUY);
    desk.venue.onCancel = reference -> Future.succeededFuture(
        new Outcome.Accepted(order("gone", BUY, Status.CANCELED, "0"), List.of()));

    var canceled = desk.await(() -> desk.cancellations.cancel(new Cancel(user(ada), placed.id())));

    assertEquals(Status.CANCELED, canceled.status());
    assertEquals(TradingDesk.NOON, canceled.cancelRequestedAt());
    assertEquals(List.of("USDT 10000 0 0 0 -10000"), desk.wallets(ada));
    assertEquals(
        "order-closed",
        assertInstanceOf(
                Failure.Conflict.class,
                desk.failure(() -> desk.cancellations.cancel(new Cancel(user(ada), placed.id()))))
            .code());
  }

  @Test
  void a_cancellation_that_the_venue_does_not_confirm_changes_no_status_without_a_look_up() {
    var placed = desk.place(ada, "late", BUY);
    desk.venue.onCancel =
        reference -> Future.succeededFuture(new Outcome.Refused(-2011, "Unknown order sent."));

    var unchanged = desk.await(() -> desk.cancellations.cancel(new Cancel(user(ada), placed.id())));
    assertEquals(Status.OPEN, unchanged.status());

    desk.venue.onFind =
        reference -> Future.succeededFuture(Optional.of(order("late", BUY, Status.EXPIRED, "0")));
    var found = desk.await(() -> desk.cancellations.cancel(new Cancel(user(ada), placed.id())));
    assertEquals(Status.EXPIRED, found.status());
  }

  @Test
  void a_cancellation_requested_before_the_venue_answers_is_sent_after_its_answer() {
    var answer = Promise.<Outcome>promise();
    desk.venue.onPlace = sent -> answer.future();
    desk.venue.onCancel = reference -> Future.succeededFuture(
        new Outcome.Accepted(order("early", BUY, Status.CANCELED, "0"), List.of()));
    var pending = desk.place(ada, "early", BUY);
    desk.await(() -> desk.cancellations.cancel(new Cancel(user(ada), pending.id())));
    assertTrue(desk.venue.canceled.isEmpty());

    answer.complete(new Outcome.Accepted(order("early", BUY, Status.OPEN, "0"), List.of()));

    Await.until("the order is canceled", () -> find(pending.id()) == Status.CANCELED);
    assertEquals(1, desk.venue.canceled.size());
  }

  @Test
  void all_open_orders_of_a_symbol_are_canceled_one_by_one() {
    desk.place(ada, "a", BUY);
    desk.place(ada, "b", BUY);
    desk.venue.onCancel = reference -> Future.succeededFuture(new Outcome.Accepted(
        order(reference.clientOrderId(), BUY, Status.CANCELED, "0"), List.of()));

    var other =
        desk.await(() -> desk.cancellations.cancelAll(new CancelAll(user(ada), null, "ETHUSDT")));
    assertEquals(List.of(), other.orders());
    var canceled =
        desk.await(() -> desk.cancellations.cancelAll(new CancelAll(user(ada), null, null)));

    assertEquals(
        List.of(Status.CANCELED, Status.CANCELED),
        canceled.orders().stream().map(o -> o.status()).toList());
    assertEquals(2, desk.venue.canceled.size());
  }

  @Test
  void own_orders_behind_a_page_of_external_ones_are_canceled_too() {
    var own = desk.place(ada, "oldest", BUY);
    var account = desk.account(ada, "testnet");
    desk.postgres.execute(
        "INSERT INTO trading.instruments (venue, symbol) VALUES ('testnet', 'BTCUSDT')"
            + " ON CONFLICT DO NOTHING");
    desk.postgres.execute(
        """
        INSERT INTO trading.orders (user_id, account_id, venue, symbol, client_order_id, exchange_order_id, side, type,
               time_in_force, qty, price, status, source, created_at, updated_at)
        SELECT %d, %d, 'testnet', 'BTCUSDT', 'external-' || n, n, 'buy', 'limit', 'GTC', 1, 100, 'open', 'external', now(), now()
          FROM generate_series(1, %d) AS n"""
            .formatted(ada, account.id(), PlacementRules.MAX_OPEN_ORDERS + 1));

    var canceled =
        desk.await(() -> desk.cancellations.cancelAll(new CancelAll(user(ada), null, null)));

    assertEquals(List.of(own.id()), canceled.orders().stream().map(o -> o.id()).toList());
  }

  @Test
  void orders_are_listed_newest_first_by_pages_and_only_to_their_user() {
    var a = desk.place(ada, BUY);
    var b = desk.place(ada, BUY);
    var grace = ++users;
    desk.place(grace, BUY);

    var first = desk.await(() -> desk.service.list(new ListOrders(ada, null, null, true, null, 1)));
    assertEquals(List.of(b), first.orders());
    assertEquals(b.id(), first.next());
    var second = desk.await(
        () -> desk.service.list(new ListOrders(ada, null, "BTCUSDT", false, first.next(), 1)));
    assertEquals(List.of(a), second.orders());
    assertEquals(null, second.next());
    assertEquals(
        "order-not-found",
        assertInstanceOf(
                Failure.NotFound.class,
                desk.failure(() -> desk.service.find(new FindOrder(grace, a.id(), null, null))))
            .code());
    assertEquals(
        "order-not-found",
        assertInstanceOf(
                Failure.NotFound.class,
                desk.failure(() -> desk.cancellations.cancel(new Cancel(user(grace), a.id()))))
            .code());
  }

  @Test
  void a_user_cannot_place_an_order_in_an_account_of_another_user() {
    var account = desk.place(ada, BUY).accountId();
    var grace = ++users;

    assertEquals(
        "account-not-found",
        assertInstanceOf(
                Failure.NotFound.class,
                desk.failure(
                    () -> desk.placements.place(new Place(user(grace), account, null, BUY))))
            .code());
    assertEquals(1, desk.venue.placed.size());
  }

  private Status find(long id) {
    return desk.await(() -> desk.service.find(new FindOrder(ada, id, null, null)))
        .status();
  }

  private String conflict(Ticket ticket) {
    var failure =
        desk.failure(() -> desk.placements.place(new Place(user(ada), null, null, ticket)));
    return assertInstanceOf(Failure.Conflict.class, failure, failure::toString).code();
  }

  private void limits(String change) {
    desk.postgres.execute("UPDATE trading.accounts SET " + change + " WHERE user_id = " + ada);
  }

  private void assertNothingStored() {
    assertEquals(
        "0", desk.postgres.value("SELECT count(*) FROM trading.orders WHERE user_id = " + ada));
    assertTrue(desk.venue.placed.isEmpty());
    assertEquals(List.of(), desk.eventTexts());
  }
}
