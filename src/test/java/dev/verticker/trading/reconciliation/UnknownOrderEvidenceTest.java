package dev.verticker.trading.reconciliation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Source;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.testing.SteppedClock;
import dev.verticker.trading.order.StoredOrder;
import dev.verticker.trading.reconciliation.UnknownOrderEvidence.Verdict;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class UnknownOrderEvidenceTest {
  private static final Instant SIGNED = Instant.parse("2026-07-01T12:00:00Z");
  private static final Ticket TICKET = new Ticket(
      "BTCUSDT",
      Side.BUY,
      Type.LIMIT,
      TimeInForce.GTC,
      new BigDecimal("0.5"),
      null,
      new BigDecimal("43000.10"),
      null,
      null);

  @Test
  void three_late_lookups_and_a_list_without_the_order_prove_its_absence() {
    var evidence = new UnknownOrderEvidence(order(null));

    assertEquals(Verdict.LOOK_UP, evidence.onNotFound(after(35)));
    assertEquals(Verdict.LOOK_UP, evidence.onNotFound(after(40)));
    assertEquals(Verdict.LIST, evidence.onNotFound(after(45)));
    assertEquals(SIGNED.minusSeconds(60), evidence.listFrom());
    assertEquals(
        Verdict.ABSENT, evidence.onList(List.of(found("other", TICKET, SIGNED.plusSeconds(1)))));
  }

  @Test
  void lookups_before_the_venue_must_show_the_order_prove_nothing() {
    var evidence = new UnknownOrderEvidence(order(null));

    for (var second = 0; second < 35; second++) {
      assertEquals(Verdict.LOOK_UP, evidence.onNotFound(after(second)));
    }
    assertEquals(Verdict.LOOK_UP, evidence.onList(List.of()), "a list alone proves nothing either");
    assertEquals(Verdict.LOOK_UP, evidence.onNotFound(SIGNED.plusMillis(34_999)));
  }

  @Test
  void lookups_that_follow_each_other_too_fast_count_once() {
    var evidence = new UnknownOrderEvidence(order(null));

    for (var millis = 0; millis < 10_000; millis += 100) {
      assertEquals(Verdict.LOOK_UP, evidence.onNotFound(after(35).plusMillis(millis)));
    }
    assertEquals(Verdict.LIST, evidence.onNotFound(after(45)));
  }

  @Test
  void an_order_that_the_list_contains_is_found_although_lookups_missed_it() {
    var evidence = absentInLookups(order(null));

    assertEquals(
        Verdict.FOUND, evidence.onList(List.of(found("c1", TICKET, SIGNED.plusSeconds(2)))));
  }

  @Test
  void an_order_that_is_found_at_any_time_ends_the_search() {
    var evidence = new UnknownOrderEvidence(order(null));
    evidence.onNotFound(after(1));

    assertEquals(
        Verdict.FOUND, evidence.onFound(found("c1", TICKET, SIGNED.minusMillis(900)), after(2)));
  }

  @Test
  void an_acknowledged_order_that_is_gone_was_reset_and_never_rejected() {
    var evidence = absentInLookups(order("28"));

    assertEquals(Verdict.VENUE_RESET, evidence.onList(List.of()));
  }

  @Test
  void an_order_with_the_same_id_and_other_content_is_a_contradiction() {
    var others = new ArrayList<Ticket>();
    others.add(ticket("ETHUSDT", Side.BUY, Type.LIMIT, "0.5", "43000.10"));
    others.add(ticket("BTCUSDT", Side.SELL, Type.LIMIT, "0.5", "43000.10"));
    others.add(ticket("BTCUSDT", Side.BUY, Type.LIMIT_MAKER, "0.5", "43000.10"));
    others.add(ticket("BTCUSDT", Side.BUY, Type.LIMIT, "0.6", "43000.10"));
    others.add(ticket("BTCUSDT", Side.BUY, Type.LIMIT, "0.5", "43000.11"));
    for (var other : others) {
      var evidence = new UnknownOrderEvidence(order(null));
      assertEquals(
          Verdict.CONTRADICTED,
          evidence.onFound(found("c1", other, SIGNED.plusSeconds(1)), after(2)),
          other.toString());
    }
  }

  @Test
  void the_same_numbers_in_another_notation_are_the_same_content() {
    var evidence = new UnknownOrderEvidence(order(null));
    var sameContent = ticket("BTCUSDT", Side.BUY, Type.LIMIT, "0.50000000", "43000.1");

    assertEquals(
        Verdict.FOUND, evidence.onFound(found("c1", sameContent, SIGNED.plusSeconds(1)), after(2)));
  }

  @Test
  void an_earlier_order_with_the_same_client_order_id_is_not_this_order() {
    var earlier = found("c1", TICKET, SIGNED.minusSeconds(5));
    var evidence = new UnknownOrderEvidence(order(null));

    assertEquals(Verdict.LOOK_UP, evidence.onFound(earlier, after(35)));
    assertEquals(Verdict.LOOK_UP, evidence.onFound(earlier, after(40)));
    assertEquals(Verdict.LIST, evidence.onFound(earlier, after(45)));
    assertEquals(Verdict.ABSENT, evidence.onList(List.of(earlier)));
  }

  @Property(tries = 2000)
  void no_sequence_of_lookups_proves_absence_earlier_than_45_seconds_after_signing(
      @ForAll @Size(max = 60) List<@IntRange(max = 90_000) Integer> millis) {
    var evidence = new UnknownOrderEvidence(order(null));
    var times = millis.stream().sorted().toList();
    for (var each : times) {
      var verdict = evidence.onNotFound(SIGNED.plusMillis(each));
      if (verdict == Verdict.LIST) {
        assertEquals(true, each >= 45_000, times.toString());
      }
    }
    var counted = times.stream().filter(each -> each >= 35_000).toList();
    if (counted.size() < 3) {
      assertEquals(Verdict.LOOK_UP, evidence.onList(List.of()));
    }
  }

  @Test
  void orders_that_cannot_be_looked_up_do_not_keep_others_waiting() {
    var clock = new SteppedClock(after(60));
    var asked = new HashSet<Long>();
    var unknown = new UnknownOrders(
        null,
        order -> {
          asked.add(order.id());
          return Future.failedFuture("the venue is not enabled");
        },
        clock);
    var orders = LongStream.rangeClosed(1, 50).mapToObj(id -> stored(id)).toList();

    for (var pass = 0; pass < 3; pass++) {
      unknown.settle(orders);
      clock.step(Duration.ofSeconds(3));
    }

    assertEquals(50, asked.size());
  }

  private static StoredOrder stored(long id) {
    return new StoredOrder(
        order(id, null),
        null,
        "BTC",
        "USDT",
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        null,
        null,
        List.of());
  }

  private static UnknownOrderEvidence absentInLookups(Order order) {
    var evidence = new UnknownOrderEvidence(order);
    for (var second : new int[] {35, 40, 45}) {
      evidence.onNotFound(after(second));
    }
    return evidence;
  }

  private static Instant after(int seconds) {
    return SIGNED.plus(Duration.ofSeconds(seconds));
  }

  private static Ticket ticket(String symbol, Side side, Type type, String qty, String price) {
    return new Ticket(
        symbol,
        side,
        type,
        type == Type.LIMIT ? TimeInForce.GTC : null,
        new BigDecimal(qty),
        null,
        new BigDecimal(price),
        null,
        "NONE");
  }

  private static VenueOrder found(String clientOrderId, Ticket ticket, Instant updatedAt) {
    return new VenueOrder(
        "28",
        clientOrderId,
        ticket,
        Status.OPEN,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        null,
        updatedAt);
  }

  private static Order order(String exchangeOrderId) {
    return order(1, exchangeOrderId);
  }

  private static Order order(long id, String exchangeOrderId) {
    return new Order(
        id,
        1,
        7,
        3,
        "testnet",
        "c1",
        exchangeOrderId,
        TICKET,
        Status.OUTCOME_UNKNOWN,
        Source.OWN,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        null,
        SIGNED,
        SIGNED,
        SIGNED,
        null);
  }
}
