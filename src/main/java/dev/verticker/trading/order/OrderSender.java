package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.NewOrder;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.trading.order.OrderStore.Conclusion;
import dev.verticker.trading.portfolio.Ledger;
import io.vertx.core.Future;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends commands to venues, each once, and applies their outcomes. */
public final class OrderSender {
  private static final Logger log = LoggerFactory.getLogger(OrderSender.class);
  private static final int MAX_REASON = 200;

  /** The message with which Binance refuses an order that the balance does not cover. */
  private static final String INSUFFICIENT =
      "Account has insufficient balance for requested action.";

  /** Its code. */
  private static final int REFUSED = -2010;

  private final OrderReports reports;
  private final IntConsumer refusals;

  /** @param refusals receives the code of each order that its venue refuses */
  public OrderSender(OrderReports reports, IntConsumer refusals) {
    this.reports = reports;
    this.refusals = refusals;
  }

  /**
   * Sends a stored order. Fails if the outcome cannot be stored; the order then stays pending until reconciliation settles it.
   */
  Future<StoredOrder> place(OrderGateway gateway, StoredOrder order) {
    var sent = new NewOrder(
        order.order().clientOrderId(), order.ticket(), order.order().sentAt());
    return gateway
        .place(sent)
        .compose(outcome -> settle(gateway, order, outcome))
        .compose(settled -> settled.order().cancelRequestedAt() == null || isClosed(settled)
            ? Future.succeededFuture(settled)
            : cancel(gateway, settled));
  }

  /** Requests the cancellation of an order at its venue; returns the order with its status afterwards. */
  Future<StoredOrder> cancel(OrderGateway gateway, StoredOrder order) {
    return gateway.cancel(order.reference()).compose(outcome -> {
      if (outcome instanceof Outcome.Accepted accepted) {
        return apply(gateway, order, OrderReport.of(accepted));
      }
      log.debug("cancellation of order {} is not confirmed: {}", order.id(), outcome);
      return gateway
          .find(order.reference())
          .compose(found -> found.isEmpty()
              ? Future.succeededFuture(order)
              : apply(gateway, order, new OrderReport(found.get(), java.util.List.of())));
    });
  }

  private Future<StoredOrder> settle(OrderGateway gateway, StoredOrder order, Outcome outcome) {
    if (outcome instanceof Outcome.Accepted accepted) {
      return apply(gateway, order, OrderReport.of(accepted))
          .recover(failure -> Ledger.isInsufficient(failure)
              ? reject(order, REFUSED, INSUFFICIENT)
              : Future.failedFuture(failure));
    }
    if (outcome instanceof Outcome.Refused refused) {
      return reject(order, refused.code(), refused.message());
    }
    return conclude(order, Status.OUTCOME_UNKNOWN, ((Outcome.Ambiguous) outcome).reason());
  }

  private Future<StoredOrder> apply(OrderGateway gateway, StoredOrder order, OrderReport report) {
    return reports.apply(gateway, order.order().accountId(), order.id(), report);
  }

  private Future<StoredOrder> reject(StoredOrder order, int code, String message) {
    refusals.accept(code);
    return conclude(
        order, Status.REJECTED, (code == 0 ? "not sent:" : Integer.toString(code)) + " " + message);
  }

  /** A report about the order that arrived before the outcome takes precedence. */
  private Future<StoredOrder> conclude(StoredOrder order, Status status, String reason) {
    return reports.conclude(
        order.order().accountId(),
        order.id(),
        stored -> stored.order().status() == Status.PENDING,
        new Conclusion(status, reason.substring(0, Math.min(reason.length(), MAX_REASON))));
  }

  /** Without the code of a venue the order was not sent. */
  private static boolean isClosed(StoredOrder order) {
    return order.order().status().isFinal()
        || order.order().status() == Status.PENDING
        || order.order().status() == Status.OUTCOME_UNKNOWN;
  }
}
