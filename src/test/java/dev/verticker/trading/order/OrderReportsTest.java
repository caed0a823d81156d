package dev.verticker.trading.order;

import static dev.verticker.trading.order.TradingDesk.limit;
import static dev.verticker.trading.order.TradingDesk.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.exchange.OrderGateway.VenueTrade;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.trading.order.OrderStore.Conclusion;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Reports of a venue in any order, repeated and lost. */
class OrderReportsTest {
  private static final Ticket BUY = limit(Side.BUY, "10", "100");
  private static final List<Status> ENDS =
      List.of(Status.OPEN, Status.CANCELED, Status.EXPIRED, Status.EXPIRED_IN_MATCH, Status.FILLED);

  private static TradingDesk desk;
  private static TradingDesk other;
  private static long users;

  @BeforeContainer
  static void open() {
    desk = new TradingDesk();
    other = new TradingDesk(desk.postgres);
  }

  @AfterContainer
  static void close() {
    other.close();
    desk.close();
  }

  /** What a venue did with an order: its reports in their order, and the order and its trades at the end. */
  private record History(List<ExecutionReport> reports, VenueOrder end, List<VenueTrade> trades) {
    static History of(String id, int trades, Status end) {
      var reports = new ArrayList<ExecutionReport>();
      var all = new ArrayList<VenueTrade>();
      reports.add(new ExecutionReport(FakeVenue.order(id, BUY, Status.OPEN, "0"), "7", null));
      for (var i = 1; i <= trades; i++) {
        var trade = FakeVenue.trade("t" + i, BUY, "1", Integer.toString(90 + i));
        all.add(trade);
        var filled = end == Status.FILLED && i == trades;
        reports.add(new ExecutionReport(
            FakeVenue.order(
                id, BUY, filled ? Status.FILLED : Status.PARTIALLY_FILLED, Integer.toString(i)),
            Integer.toString(8 + i),
            trade));
      }
      if (end != Status.OPEN && end != Status.FILLED) {
        reports.add(new ExecutionReport(
            FakeVenue.order(id, BUY, end, Integer.toString(trades)), "90", null));
      }
      var last = reports.get(reports.size() - 1).order();
      return new History(reports, last, all);
    }

    /** The same reports shuffled, some of them lost, some of them twice. */
    List<ExecutionReport> disturbed(Random random) {
      var disturbed = new ArrayList<ExecutionReport>();
      for (var report : reports) {
        for (var times = random.nextInt(3); times > 0; times--) {
          disturbed.add(report);
        }
      }
      Collections.shuffle(disturbed, random);
      return disturbed;
    }
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void any_reports_and_one_reconciliation_give_the_same_rows(
      @ForAll @IntRange(max = 5) int trades,
      @ForAll @IntRange(max = 4) int end,
      @ForAll long seed) {
    var status = trades == 0 && ENDS.get(end) == Status.FILLED ? Status.CANCELED : ENDS.get(end);
    var straight = History.of("straight", trades, status);
    var expected = sent("straight");
    desk.venue.onTrades = reference -> Future.succeededFuture(straight.trades());
    straight.reports().forEach(report -> apply(expected, report));

    var crooked = History.of("crooked", trades, status);
    var order = sent("crooked");
    desk.venue.onTrades = reference -> Future.succeededFuture(crooked.trades());
    var last = order;
    for (var report : crooked.disturbed(new Random(seed))) {
      var now = apply(order, report);
      assertTrue(
          now.executedQty().compareTo(last.executedQty()) >= 0, "the executed quantity falls");
      assertTrue(
          !last.status().isFinal() || now.status() == last.status(), "a final status changes");
      assertExecutedIsTraded(order);
      last = now;
    }
    reconcile(order, crooked);

    assertEquals(rows(expected).replace("straight", "crooked"), rows(order));
    var revision = find(order).revision();
    reconcile(order, crooked);
    assertEquals(revision, find(order).revision(), "a reconciliation without news changes a row");
  }

  /** Two nodes receive the same request several times while the venue accepts, fills, refuses or loses the order. */
  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void a_client_order_id_is_sent_at_most_once_whatever_the_venue_answers(
      @ForAll @IntRange(max = 4) int outcome, @ForAll @IntRange(min = 1, max = 6) int requests) {
    var user = ++users;
    var account = desk.account(user, "testnet");
    var id = "once-" + user;
    for (var venue : List.of(desk.venue, other.venue)) {
      venue.placed.clear();
      venue.onPlace = sent -> desk.vertx.timer(2).map(late -> outcome(outcome, sent));
    }
    var answers = new ArrayList<Future<Order>>();
    for (var i = 0; i < requests; i++) {
      var node = i % 2 == 0 ? desk : other;
      answers.add(
          node.start(() -> node.placements.place(new Place(user(user), account.id(), id, BUY))));
    }
    var orders =
        answers.stream().map(answer -> desk.await(() -> answer).id()).distinct().toList();

    assertEquals(1, orders.size());
    assertEquals(1, desk.venue.placed.size() + other.venue.placed.size());
    var status = desk.postgres.value("SELECT status FROM trading.orders WHERE user_id = " + user);
    assertEquals(List.of("open", "filled", "rejected", "unknown", "expired").get(outcome), status);
  }

  private static Outcome outcome(int number, NewOrder sent) {
    var id = sent.clientOrderId();
    return switch (number) {
      case 0 -> new Outcome.Accepted(FakeVenue.open(sent), List.of());
      case 1 ->
        new Outcome.Accepted(
            FakeVenue.order(id, BUY, Status.FILLED, "10"),
            List.of(FakeVenue.trade("t1", BUY, "10", "100")));
      case 2 -> new Outcome.Refused(-2010, "Order would immediately match and take.");
      case 3 -> new Outcome.Ambiguous("-1007 Timeout waiting for response from backend server.");
      default -> new Outcome.Accepted(FakeVenue.order(id, BUY, Status.EXPIRED, "0"), List.of());
    };
  }

  @Example
  void a_late_fill_raises_the_executed_quantity_of_a_canceled_order_and_not_its_status() {
    var order = sent("late-fill");
    apply(
        order,
        new ExecutionReport(FakeVenue.order("late-fill", BUY, Status.CANCELED, "0"), "9", null));

    var after = apply(
        order,
        new ExecutionReport(
            FakeVenue.order("late-fill", BUY, Status.PARTIALLY_FILLED, "1"),
            "8",
            FakeVenue.trade("t1", BUY, "1", "100")));

    assertEquals(Status.CANCELED, after.status());
    assertEquals(0, BigDecimal.ONE.compareTo(after.executedQty()));
  }

  @Example
  void a_report_about_a_rejected_order_reopens_it_and_flags_it() {
    var order = sent("late-evidence");
    desk.await(() -> desk.reports.conclude(
        order.accountId(), order.id(), stored -> true, new Conclusion(Status.REJECTED, "absent")));

    var after = apply(
        order,
        new ExecutionReport(FakeVenue.order("late-evidence", BUY, Status.OPEN, "0"), "1", null));

    assertEquals(Status.OPEN, after.status());
    assertEquals(
        "{reported_after_rejection}",
        desk.postgres.value("SELECT oddities FROM trading.orders WHERE id = " + order.id()));
  }

  @Example
  void a_report_that_contradicts_the_order_is_applied_and_flagged() {
    var order = sent("odd");
    var other = limit(Side.BUY, "11", "99");

    var after = apply(
        order, new ExecutionReport(FakeVenue.order("odd", other, Status.OPEN, "0"), "1", null));

    assertEquals(Status.OPEN, after.status());
    assertEquals(
        "{qty,price}",
        desk.postgres.value("SELECT oddities FROM trading.orders WHERE id = " + order.id()));
  }

  @Example
  void a_report_with_a_higher_quantity_than_the_known_trades_reads_the_trades_of_the_order() {
    var order = sent("gap");
    var first = FakeVenue.trade("t1", BUY, "1", "100");
    var second = FakeVenue.trade("t2", BUY, "2", "100");
    desk.venue.onTrades = reference -> Future.succeededFuture(List.of(first, second));

    var after = apply(
        order,
        new ExecutionReport(
            FakeVenue.order("gap", BUY, Status.PARTIALLY_FILLED, "3"), "5", second));

    assertEquals(0, new BigDecimal("3").compareTo(after.executedQty()));
    assertExecutedIsTraded(order);
  }

  @Example
  void a_report_about_no_stored_order_changes_nothing() {
    var order = sent("known");
    var report = new ExecutionReport(FakeVenue.order("foreign", BUY, Status.OPEN, "0"), "1", null);

    var applied = desk.await(() -> desk.reports.apply(desk.venue, order.accountId(), report));

    assertEquals(Optional.empty(), applied);
  }

  /** An order at a real venue whose outcome is unknown. */
  private static Order sent(String id) {
    var user = ++users;
    var account = desk.account(user, "testnet");
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Ambiguous("-1007"));
    return desk.await(() -> desk.placements.place(new Place(user(user), account.id(), id, BUY)));
  }

  private static Order apply(Order order, ExecutionReport report) {
    return desk.await(() -> desk.reports.apply(desk.venue, order.accountId(), report))
        .orElseThrow()
        .order();
  }

  private static void reconcile(Order order, History history) {
    desk.await(() -> desk.reports.apply(
        desk.venue,
        order.accountId(),
        order.id(),
        new OrderReport(history.end(), history.trades())));
  }

  private static Order find(Order order) {
    return desk.await(
        () -> desk.service.find(new FindOrder(order.userId(), order.id(), null, null)));
  }

  private static void assertExecutedIsTraded(Order order) {
    assertEquals(
        "t",
        desk.postgres.value(
            "SELECT executed_qty = coalesce((SELECT sum(qty) FROM trading.trades WHERE order_id = o.id), 0)"
                + " FROM trading.orders AS o WHERE id = " + order.id()));
  }

  /** The rows of the order, its trades and its wallets, without ids and times. */
  private static String rows(Order order) {
    return desk.postgres.rows(
            "SELECT exchange_order_id, status, trim_scale(executed_qty), trim_scale(executed_quote_qty),"
                + " trim_scale(reported_qty), trim_scale(prevented_qty), oddities, reason"
                + " FROM trading.orders WHERE id = " + order.id())
        + "\n"
        + desk.postgres.rows(
            "SELECT exchange_trade_id, price, qty, fee FROM trading.trades WHERE order_id = "
                + order.id() + " ORDER BY exchange_trade_id")
        + "\n" + desk.wallets(order.userId());
  }
}
