package dev.verticker.trading.reconciliation;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.Endpoint;
import dev.verticker.dev.exchange.Fault;
import dev.verticker.dev.exchange.FaultKind;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.OrderReference;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.trading.account.VenueAccount;
import io.vertx.core.Promise;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
  private static final Ticket RESTING = limit("0.01000", "30000.00");
  private static final Ticket MARKET = new Ticket(
      "BTCUSDT", Side.BUY, Type.MARKET, null, new BigDecimal("0.01"), null, null, null, null);

  private RealVenueDesk desk;
  private VenueAccount ada;

  @BeforeEach
  void open() {
    desk = new RealVenueDesk();
    ada = desk.account(1, "ada");
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void an_order_whose_response_was_lost_is_found_and_never_sent_again() {
    desk.fault(Fault.of(FaultKind.CLOSED).on(Endpoint.PLACE_ORDER).times(1).afterExecution());
    var placed = desk.place(ada, RESTING);
    assertEquals(Status.OUTCOME_UNKNOWN, placed.status());

    desk.lead();

    desk.untilStatus(placed, Status.OPEN);
    assertEquals(1, desk.ordersAtVenue("ada").size());
    assertEquals(
        desk.ordersAtVenue("ada").get(0).getLong("orderId").toString(),
        desk.find(placed).exchangeOrderId());
  }

  @Test
  void a_filled_order_of_unknown_outcome_is_found_with_its_trades() {
    desk.fault(
        Fault.of(FaultKind.BACKEND_TIMEOUT).on(Endpoint.PLACE_ORDER).times(1).afterExecution());
    var placed = desk.place(ada, MARKET);
    assertEquals(Status.OUTCOME_UNKNOWN, placed.status());

    desk.lead();

    desk.untilStatus(placed, Status.FILLED);
    assertEquals(0, desk.find(placed).executedQty().compareTo(new BigDecimal("0.01")));
    desk.assertTradesAddUp(placed);
    assertEquals(1, desk.ordersAtVenue("ada").size());
  }

  @Test
  void an_order_that_never_arrived_is_rejected_only_after_the_proof_of_its_absence() {
    desk.fault(Fault.of(FaultKind.CLOSED).on(Endpoint.PLACE_ORDER).times(1));
    var placed = desk.place(ada, RESTING);
    desk.lead();

    var elapsed = desk.passTimeUntil(placed, Status.REJECTED);
    assertTrue(elapsed.compareTo(Duration.ofSeconds(45)) >= 0, elapsed.toString());
    assertTrue(elapsed.compareTo(Duration.ofSeconds(60)) < 0, elapsed.toString());
    assertEquals("The order did not reach the venue.", desk.find(placed).reason());
    assertEquals(0, desk.ordersAtVenue("ada").size());
  }

  @Test
  void lookups_that_fail_are_no_evidence() {
    desk.fault(Fault.of(FaultKind.CLOSED).on(Endpoint.PLACE_ORDER).times(1));
    var placed = desk.place(ada, RESTING);
    desk.fault(Fault.of(FaultKind.SERVER_ERROR).on(Endpoint.QUERY_ORDER));
    desk.lead();
    for (var lookup = 0; lookup < 4; lookup++) {
      desk.advance(Duration.ofSeconds(40));
      desk.untilLookups(0);
    }
    assertEquals(Status.OUTCOME_UNKNOWN, desk.find(placed).status());
  }

  @Test
  void an_order_of_a_failed_node_is_settled_by_the_leader() {
    var silent = Promise.<Outcome>promise();
    desk.beforeOutcome = outcome -> silent.future();
    var placed = desk.place(ada, RESTING);
    assertEquals(Status.PENDING, placed.status(), "the node never stores the outcome");

    desk.lead();
    desk.advance(Duration.ofSeconds(4));

    desk.untilStatus(placed, Status.OPEN);
  }

  @Test
  void an_order_that_a_failed_node_did_not_send_becomes_unknown_and_then_rejected() {
    desk.beforeSending = order -> Promise.<NewOrder>promise().future();
    var placed = desk.place(ada, RESTING);
    assertEquals(Status.PENDING, placed.status());
    desk.lead();

    var unknownAfter = desk.passTimeUntil(placed, Status.OUTCOME_UNKNOWN);
    assertTrue(unknownAfter.compareTo(Duration.ofSeconds(15)) >= 0, unknownAfter.toString());
    var rejectedAfter = desk.passTimeUntil(placed, Status.REJECTED);
    assertTrue(rejectedAfter.compareTo(Duration.ofSeconds(45)) >= 0, rejectedAfter.toString());
  }

  @Test
  void a_fill_arrives_over_the_user_stream() {
    desk.lead();
    desk.untilConnected("ada");
    var placed = desk.place(ada, RESTING);
    desk.fill(placed, "0.004", "30000");
    desk.untilStatus(placed, Status.PARTIALLY_FILLED);
    desk.fill(placed, "0.006", "29999");

    desk.untilStatus(placed, Status.FILLED);
    desk.assertTradesAddUp(placed);
    assertEquals(2, desk.trades(placed));
  }

  @Test
  void a_fill_while_the_stream_was_down_is_found_by_the_comparison() {
    desk.lead();
    desk.untilConnected("ada");
    var placed = desk.place(ada, RESTING);
    desk.dropStreams();
    desk.fill(placed, "0.01", "30000");

    desk.untilStatus(placed, Status.FILLED);
    desk.assertTradesAddUp(placed);
  }

  @Test
  void trades_that_could_not_be_read_are_read_by_a_later_comparison() {
    var placed = desk.place(ada, RESTING);
    desk.fill(placed, "0.01", "30000");
    desk.fault(Fault.of(FaultKind.CLOSED).on(Endpoint.MY_TRADES).times(2));
    desk.lead();

    desk.untilStatus(placed, Status.FILLED);
    until("the trade is stored", () -> desk.trades(placed) > 0);
    desk.assertTradesAddUp(placed);
  }

  @Test
  void an_order_that_was_placed_elsewhere_is_stored_as_external_and_not_touched() {
    desk.lead();
    desk.untilConnected("ada");
    var gateway = desk.gateway(ada);
    desk.await(() -> gateway.place(new NewOrder("elsewhere", RESTING, gateway.time())));
    until("it is stored", () -> desk.statusOf("elsewhere").equals("external open"));
    desk.await(() -> gateway.cancel(new OrderReference("BTCUSDT", null, "elsewhere")));

    until("it is canceled", () -> desk.statusOf("elsewhere").equals("external canceled"));
    assertEquals(1, desk.count("SELECT count(*) FROM trading.orders"));
  }

  @Test
  void external_orders_that_are_open_when_a_leader_starts_are_stored() {
    var gateway = desk.gateway(ada);
    desk.await(() -> gateway.place(new NewOrder("before", RESTING, gateway.time())));

    desk.lead();

    until("it is stored", () -> desk.statusOf("before").equals("external open"));
  }

  @Test
  void an_acknowledged_order_that_the_venue_lost_was_reset_and_never_rejected() {
    var placed = desk.place(ada, RESTING);
    assertEquals(Status.OPEN, placed.status());
    desk.wipe();
    desk.lead();

    var elapsed = desk.passTimeUntil(placed, Status.VENUE_RESET);
    assertTrue(elapsed.compareTo(Duration.ofSeconds(45)) >= 0, elapsed.toString());
  }

  @Test
  void a_late_fill_of_a_canceled_order_is_booked() {
    desk.lead();
    desk.untilConnected("ada");
    var placed = desk.place(ada, RESTING);
    desk.fault(Fault.of(FaultKind.LATE_FILL).on(Endpoint.CANCEL_ORDER).times(1));
    desk.cancel(placed);

    until("the trade is stored", () -> desk.trades(placed) > 0);
    desk.assertTradesAddUp(placed);
    assertTrue(desk.find(placed).status().isFinal());
  }

  @Test
  void balances_are_those_of_the_venue_with_their_time() {
    desk.lead();
    until("they are stored", () -> desk.balance("USDT").equals("10000 0"));
    desk.place(ada, RESTING);

    until("what the order locks is stored", () -> desk.balance("USDT").equals("9700 300"));
    desk.deposit("ada", "BTC", "0.5");
    until("a deposit is stored", () -> desk.balance("BTC").equals("1.5 0"));
  }

  @Test
  void a_node_that_lost_its_lease_writes_nothing() {
    desk.lead();
    desk.takeLeaseAway();
    desk.fault(Fault.of(FaultKind.CLOSED).on(Endpoint.PLACE_ORDER).times(1).afterExecution());
    var placed = desk.place(ada, RESTING);
    desk.advance(Duration.ofSeconds(4));
    until(
        "it looked the order up, or learned of the other node",
        () -> desk.lookups() > 0 || !desk.isLeading());

    until("it learned of the other node", () -> !desk.isLeading());
    assertEquals(Status.OUTCOME_UNKNOWN, desk.find(placed).status());
  }

  @Test
  void reports_that_are_lost_repeated_and_compared_lead_to_the_same_rows() {
    desk.lead();
    desk.untilConnected("ada");
    var orders =
        List.of(desk.place(ada, MARKET), desk.place(ada, RESTING), desk.place(ada, MARKET));
    desk.dropStreams();
    desk.fill(orders.get(1), "0.003", "30000");
    desk.untilStatus(orders.get(1), Status.PARTIALLY_FILLED);
    var rows = desk.rows();

    desk.compareAgain();

    assertEquals(rows, desk.rows());
    assertFalse(rows.isEmpty());
    orders.forEach(desk::assertTradesAddUp);
  }

  @Test
  void the_lag_grows_with_an_account_that_the_leader_cannot_compare() {
    var bob = desk.account(2, "bob");
    desk.spoilKey(bob);
    desk.lead();
    desk.untilConnected("ada");

    desk.advance(Duration.ofMinutes(10));

    assertTrue(desk.lagSeconds() >= 600, () -> "" + desk.lagSeconds());
    desk.deleteKey(bob);
    until("the leader has compared each account", () -> desk.lagSeconds() < 60);
  }

  private static Ticket limit(String qty, String price) {
    return new Ticket(
        "BTCUSDT",
        Side.BUY,
        Type.LIMIT,
        TimeInForce.GTC,
        new BigDecimal(qty),
        null,
        new BigDecimal(price),
        null,
        null);
  }
}
