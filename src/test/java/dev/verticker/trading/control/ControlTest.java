package dev.verticker.trading.control;

import static dev.verticker.trading.order.TradingDesk.limit;
import static dev.verticker.trading.order.TradingDesk.market;
import static dev.verticker.trading.order.TradingDesk.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.TradingAccounts.CancelAfter;
import dev.verticker.message.trading.TradingAccounts.Halt;
import dev.verticker.message.trading.TradingAccounts.HaltState;
import dev.verticker.message.trading.TradingAccounts.Reset;
import dev.verticker.testing.Await;
import dev.verticker.trading.account.TradingOutbox;
import dev.verticker.trading.order.FakeVenue;
import dev.verticker.trading.order.TradingDesk;
import dev.verticker.trading.portfolio.Ledger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {
  private static final long ADA = 7;
  private static final long GRACE = 8;
  private static final Ticket BUY = limit(Side.BUY, "0.1", "100");

  private TradingDesk desk;
  private HaltService halts;
  private CancelDeadlines deadlines;
  private InterruptedCommands interrupted;
  private PaperReset reset;

  @BeforeEach
  void open() {
    desk = new TradingDesk();
    halts = new HaltService(desk.vertx, desk.database, desk.accounts, desk.clock);
    deadlines = new CancelDeadlines(desk.database, desk.cancellations, desk.clock);
    interrupted =
        new InterruptedCommands(desk.database, desk.reports, desk.cancellations, desk.clock);
    reset = new PaperReset(
        desk.database,
        desk.accounts,
        desk.cancellations,
        new Ledger(),
        new TradingOutbox(desk.clock, () -> {}),
        desk.clock);
    desk.venue.onCancel = reference -> Future.succeededFuture(new Outcome.Accepted(
        FakeVenue.order(reference.clientOrderId(), BUY, Status.CANCELED, "0"), List.of()));
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void no_order_arrives_at_the_venue_after_the_answer_of_the_kill_switch() {
    for (var everyone : List.of(true, false)) {
      desk.place(ADA, BUY);
      var placements = new ArrayList<Future<Order>>();
      for (var i = 0; i < 40; i++) {
        placements.add(
            desk.start(() -> desk.placements.place(new Place(user(ADA), null, null, BUY))));
      }
      var state = desk.await(() -> halted(everyone));
      var arrived = desk.venue.placed.size();

      assertTrue(state.halted());
      assertEquals(0, state.inFlight());
      Future.join(placements).otherwiseEmpty().await();
      assertEquals(arrived, desk.venue.placed.size());
      assertEquals("trading-halted", refused(ADA));
      desk.await(() -> halts.resume(new Halt(user(ADA), everyone)));
    }
  }

  /** A busy host may need longer than a statement may take, while forty orders are placed. */
  private Future<HaltState> halted(boolean everyone) {
    return halts
        .halt(new Halt(user(ADA), everyone))
        .recover(failure -> failure instanceof Failure.Unavailable
            ? halted(everyone)
            : Future.failedFuture(failure));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_halt_waits_for_a_placement_that_has_passed_its_checks(boolean everyone)
      throws SQLException {
    desk.place(ADA, BUY);
    try (var other = desk.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      // The placement counts its notional after its checks.
      statement.execute("SELECT FROM trading.daily_notionals FOR UPDATE");
      var placing = desk.start(() -> desk.placements.place(new Place(user(ADA), null, null, BUY)));
      Await.until("the placement waits", () -> waitingLocks() == 1);
      var halting = desk.start(() -> halts.halt(new Halt(user(ADA), everyone)));
      Await.until(Duration.ofSeconds(1), "the halt waits, too", () -> waitingLocks() == 2);
      other.rollback();

      desk.await(() -> halting);
      assertEquals(2, desk.venue.placed.size());
      assertEquals(Status.OPEN, desk.await(() -> placing).status());
    }
  }

  private long waitingLocks() {
    return desk.postgres.number(
        "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)"
            + " WHERE NOT granted AND datname = current_database()");
  }

  @Test
  void a_halt_reports_an_order_that_may_still_arrive_at_the_venue() {
    desk.venue.onPlace = sent -> Promise.<Outcome>promise().future();
    desk.start(() -> desk.placements.place(new Place(user(ADA), null, "slow", BUY)));
    Await.until("the order is on its way", () -> !desk.venue.placed.isEmpty());

    var halting = desk.start(() -> halts.halt(new Halt(user(ADA), false)));
    Await.until(
        "the halt is committed",
        () -> desk.postgres.number("SELECT count(*) FROM trading.halts") == 1);
    desk.clock.step(Duration.ofSeconds(5));
    assertTrue(!halting.isComplete());
    desk.clock.step(Duration.ofSeconds(1));

    assertEquals(0, desk.await(() -> halting).inFlight());
  }

  @Test
  void a_user_halts_only_own_accounts_and_cannot_resume_what_an_administrator_halted() {
    desk.await(() -> halts.halt(new Halt(user(ADA), false)));
    assertEquals("trading-halted", refused(ADA));
    assertEquals(Status.OPEN, desk.place(GRACE, BUY).status());

    desk.await(() -> halts.halt(new Halt(user(1), true)));
    var resumed = desk.await(() -> halts.resume(new Halt(user(ADA), false)));

    assertTrue(resumed.halted());
    assertEquals("trading-halted", refused(ADA));
    assertEquals("trading-halted", refused(GRACE));
    desk.await(() -> halts.resume(new Halt(user(1), true)));
    assertEquals(Status.OPEN, desk.place(ADA, BUY).status());
  }

  @Test
  void open_orders_can_be_canceled_during_a_halt() {
    var open = desk.place(ADA, BUY);
    desk.await(() -> halts.halt(new Halt(user(ADA), false)));

    var canceled = desk.await(() -> desk.cancellations.cancel(new Cancel(user(ADA), open.id())));

    assertEquals(Status.CANCELED, canceled.status());
  }

  @Test
  void the_dead_mans_switch_cancels_open_orders_unless_it_is_renewed() {
    var open = desk.place(ADA, BUY);
    var other = desk.place(GRACE, BUY);
    desk.await(() -> deadlines.set(new CancelAfter(user(ADA), Duration.ofSeconds(10))));
    desk.clock.step(Duration.ofSeconds(9));
    var renewed =
        desk.await(() -> deadlines.set(new CancelAfter(user(ADA), Duration.ofSeconds(10))));
    assertEquals(TradingDesk.NOON.plusSeconds(19), renewed.at());

    desk.clock.step(Duration.ofSeconds(9));
    desk.await(deadlines::cancelDue);
    assertEquals(Status.OPEN, status(open));

    desk.clock.step(Duration.ofSeconds(1));
    desk.await(deadlines::cancelDue);
    assertEquals(Status.CANCELED, status(open));
    assertEquals(Status.OPEN, status(other));
    assertEquals(0, desk.postgres.number("SELECT count(*) FROM trading.cancel_deadlines"));
  }

  @Test
  void a_disarmed_switch_cancels_nothing_and_a_time_out_of_range_is_rejected() {
    var open = desk.place(ADA, BUY);
    desk.await(() -> deadlines.set(new CancelAfter(user(ADA), Duration.ofSeconds(10))));
    assertNull(desk.await(() -> deadlines.set(new CancelAfter(user(ADA), null))).at());
    desk.clock.step(Duration.ofMinutes(1));
    desk.await(deadlines::cancelDue);

    assertEquals(Status.OPEN, status(open));
    for (var seconds : List.of(-1, 0, 4, 86_401)) {
      assertInstanceOf(
          Failure.Invalid.class,
          desk.failure(
              () -> deadlines.set(new CancelAfter(user(ADA), Duration.ofSeconds(seconds)))));
    }
  }

  @Test
  void
      an_order_whose_node_failed_before_the_paper_venue_answered_is_rejected_once_it_can_no_longer_be_filled() {
    var answer = Promise.<Outcome>promise();
    desk.venue.onPlace = sent -> answer.future();
    var pending = desk.place(ADA, "crash", BUY);

    try (var other = new TradingDesk(desk.postgres)) {
      other.clock.step(Duration.ofSeconds(6));
      var recovery =
          new InterruptedCommands(other.database, other.reports, other.cancellations, other.clock);
      other.await(recovery::rejectUnsent);
      assertEquals(Status.PENDING, status(pending));
      assertEquals(pending, other.place(ADA, "crash", BUY));

      other.clock.step(Duration.ofMillis(1));
      other.await(recovery::rejectUnsent);
      assertEquals(Status.REJECTED, status(pending));
      assertEquals(List.of("USDT 10000 0 0 0 -10000"), other.wallets(ADA));
      assertTrue(other.venue.placed.isEmpty());
    }

    // The node was only suspended: its late answer about a final order on paper changes nothing.
    answer.complete(new Outcome.Accepted(
        FakeVenue.order("crash", BUY, Status.FILLED, "0.1"),
        List.of(FakeVenue.trade("t1", BUY, "0.1", "100"))));
    desk.place(ADA, "later", BUY);
    assertEquals(Status.REJECTED, status(pending));
    assertEquals(
        0,
        desk.postgres.number(
            "SELECT count(*) FROM trading.trades WHERE order_id = " + pending.id()));
  }

  @Test
  void an_order_at_a_real_venue_whose_outcome_is_lost_is_never_rejected_here() {
    var account = desk.account(ADA, "testnet");
    desk.venue.onPlace = sent -> Promise.<Outcome>promise().future();
    var pending =
        desk.await(() -> desk.placements.place(new Place(user(ADA), account.id(), "lost", BUY)));
    desk.clock.step(Duration.ofHours(1));

    desk.await(interrupted::rejectUnsent);

    assertEquals(Status.PENDING, status(pending));
  }

  @Test
  void a_cancellation_that_no_venue_confirmed_is_requested_again() {
    var open = desk.place(ADA, BUY);
    var confirm = desk.venue.onCancel;
    desk.venue.onCancel = reference -> Future.succeededFuture(new Outcome.Ambiguous("lost"));
    desk.await(() -> desk.cancellations.cancel(new Cancel(user(ADA), open.id())));
    desk.venue.onCancel = confirm;

    desk.clock.step(Duration.ofSeconds(14));
    desk.await(interrupted::cancelAgain);
    assertEquals(1, desk.venue.canceled.size());
    desk.clock.step(Duration.ofSeconds(1));
    desk.await(interrupted::cancelAgain);

    assertEquals(Status.CANCELED, status(open));
  }

  @Test
  void a_reset_paper_account_has_its_initial_balance_no_open_orders_and_its_history() {
    desk.venue.onPlace = sent -> Future.succeededFuture(new Outcome.Accepted(
        FakeVenue.order(sent.clientOrderId(), sent.ticket(), Status.FILLED, "2"),
        List.of(FakeVenue.trade("t1", sent.ticket(), "2", "100"))));
    var filled = desk.place(ADA, market(Side.BUY, "2"));
    desk.venue.onPlace =
        sent -> Future.succeededFuture(new Outcome.Accepted(FakeVenue.open(sent), List.of()));
    var open = desk.place(ADA, BUY);

    var account = desk.await(() -> reset.reset(new Reset(user(ADA), open.accountId())));

    assertEquals(open.accountId(), account.id());
    assertEquals(Status.CANCELED, status(open));
    assertEquals(Status.FILLED, status(filled));
    assertEquals(List.of("BTC 0 0 -2 0.002 1.998", "USDT 10000 0 200 0 -10200"), desk.wallets(ADA));
  }

  @Test
  void an_account_of_another_user_or_of_a_real_venue_cannot_be_reset() {
    var paper = desk.place(ADA, BUY).accountId();
    var real = desk.account(ADA, "testnet").id();

    assertEquals(
        "account-not-found",
        assertInstanceOf(
                Failure.NotFound.class,
                desk.failure(() -> reset.reset(new Reset(user(GRACE), paper))))
            .code());
    assertEquals(
        "not-a-paper-account",
        assertInstanceOf(
                Failure.Conflict.class, desk.failure(() -> reset.reset(new Reset(user(ADA), real))))
            .code());
  }

  private Status status(Order order) {
    return desk.await(
            () -> desk.service.find(new FindOrder(order.userId(), order.id(), null, null)))
        .status();
  }

  private String refused(long user) {
    return assertInstanceOf(
            Failure.Conflict.class,
            desk.failure(() -> desk.placements.place(new Place(user(user), null, null, BUY))))
        .code();
  }
}
