package dev.verticker.trading.reconciliation;

import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Ticket;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * The results of lookups of one order whose outcome is unknown. Only an order at the venue, or the proof that there is none,
 * ends the search: a lookup that fails or is too early proves nothing. Times are on the venue's clock.
 */
final class UnknownOrderEvidence {
  /** A venue accepts an order until this time after its signature. */
  static final Duration RECEIVE_WINDOW = Duration.ofSeconds(5);

  /** Max time between the acceptance of an order and its first appearance in lookups. */
  static final Duration MAX_DELAY = Duration.ofSeconds(30);

  static final Duration LOOKUP_INTERVAL = Duration.ofSeconds(5);
  static final int REQUIRED_LOOKUPS = 3;

  /** The list of orders begins this time before the order was signed. */
  static final Duration LIST_MARGIN = Duration.ofMinutes(1);

  /** A venue accepts a signature time up to this far ahead of its clock. */
  private static final Duration MAX_AHEAD = Duration.ofSeconds(1);

  /** What to do next. */
  enum Verdict {
    /** Nothing is proven: look the order up again. */
    LOOK_UP,
    /** Lookups show no order: list all orders since {@link #listFrom}. */
    LIST,
    /** The venue has the order. */
    FOUND,
    /** The venue has an order with this id and other content: an operator must decide. */
    CONTRADICTED,
    /** The venue never had the order. */
    ABSENT,
    /** The venue acknowledged the order and does not have it any more. */
    VENUE_RESET
  }

  private final Order order;
  private int absences;
  private Instant lastAbsence = Instant.MIN;

  UnknownOrderEvidence(Order order) {
    this.order = order;
  }

  Instant listFrom() {
    return order.sentAt().minus(LIST_MARGIN);
  }

  /** @param at when the lookup was sent */
  Verdict onFound(VenueOrder found, Instant at) {
    return isOlder(found) ? onNotFound(at) : compare(found);
  }

  /** Returns whether a lookup at this time may show that the venue does not have the order. */
  boolean counts(Instant at) {
    return !at.isBefore(order.sentAt().plus(RECEIVE_WINDOW).plus(MAX_DELAY));
  }

  /** @param at when the lookup was sent */
  Verdict onNotFound(Instant at) {
    if (counts(at) && !at.isBefore(next())) {
      absences++;
      lastAbsence = at;
    }
    return absences >= REQUIRED_LOOKUPS ? Verdict.LIST : Verdict.LOOK_UP;
  }

  /** @param orders all orders of the symbol since {@link #listFrom} */
  Verdict onList(List<VenueOrder> orders) {
    if (absences < REQUIRED_LOOKUPS) {
      return Verdict.LOOK_UP;
    }
    return listed(orders) == null
        ? wasAcknowledged() ? Verdict.VENUE_RESET : Verdict.ABSENT
        : compare(listed(orders));
  }

  /** Returns this order in the list; null if it is not there. */
  VenueOrder listed(List<VenueOrder> orders) {
    return orders.stream()
        .filter(listed -> isSame(listed) && !isOlder(listed))
        .findFirst()
        .orElse(null);
  }

  private Instant next() {
    return lastAbsence.equals(Instant.MIN) ? lastAbsence : lastAbsence.plus(LOOKUP_INTERVAL);
  }

  private boolean wasAcknowledged() {
    return order.exchangeOrderId() != null || order.executedQty().signum() > 0;
  }

  private boolean isSame(VenueOrder other) {
    return order.exchangeOrderId() == null
        ? order.clientOrderId().equals(other.clientOrderId())
        : order.exchangeOrderId().equals(other.exchangeOrderId());
  }

  /** Another program may have used the client order id for an earlier order: an id must be unique among open orders only. */
  private boolean isOlder(VenueOrder other) {
    return other.updatedAt().isBefore(order.sentAt().minus(MAX_AHEAD));
  }

  private Verdict compare(VenueOrder found) {
    return isEqual(order.ticket(), found.ticket()) ? Verdict.FOUND : Verdict.CONTRADICTED;
  }

  private static boolean isEqual(Ticket ordered, Ticket found) {
    return ordered.symbol().equals(found.symbol())
        && ordered.side() == found.side()
        && ordered.type() == found.type()
        && isEqual(ordered.qty(), found.qty())
        && isEqual(ordered.quoteQty(), found.quoteQty())
        && isEqual(ordered.price(), found.price())
        && isEqual(ordered.stopPrice(), found.stopPrice());
  }

  private static boolean isEqual(BigDecimal ordered, BigDecimal found) {
    return ordered == null || found == null
        ? Objects.equals(ordered, found)
        : ordered.compareTo(found) == 0;
  }
}
