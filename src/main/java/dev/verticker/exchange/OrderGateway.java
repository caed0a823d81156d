package dev.verticker.exchange;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Orders of one account at one venue. Nothing is sent twice: a call that fails or times out is not repeated here. Queries fail
 * only with an {@link ExchangeException}.
 */
public interface OrderGateway {
  /** Returns the venue's time, with which an order is signed; never fails. */
  Instant time();

  /** Sends an order once. Never fails: what is not known is {@link Outcome.Ambiguous}. */
  Future<Outcome> place(NewOrder order);

  /**
   * Requests a cancellation once. Never fails. {@link Outcome.Accepted} contains the order as canceled; every other
   * outcome proves nothing about the order, which must be looked up.
   */
  Future<Outcome> cancel(OrderReference order);

  /** Returns the order; empty if the venue does not know it (-2013), which is no proof shortly after placement. */
  Future<Optional<VenueOrder>> find(OrderReference order);

  Future<List<VenueOrder>> openOrders();

  /** All orders of a symbol that were placed since a time, oldest first; fails if there are too many to list them all. */
  Future<List<VenueOrder>> orders(String symbol, Instant from);

  /** The trades of one order, oldest first. */
  Future<List<VenueTrade>> trades(OrderReference order);

  Future<Balances> balances();

  /** @param at the time with which the order is signed: the venue refuses it when it arrives 5 s later */
  record NewOrder(String clientOrderId, Ticket ticket, Instant at) {}

  /** @param exchangeOrderId null if it is not known */
  record OrderReference(String symbol, String exchangeOrderId, String clientOrderId) {}

  /** The result of a command. */
  sealed interface Outcome {
    /** @param trades those the response contained; not necessarily all */
    record Accepted(VenueOrder order, List<VenueTrade> trades) implements Outcome {
      public Accepted {
        trades = List.copyOf(trades);
      }
    }

    /**
     * The venue did not take the order, and never will.
     *
     * @param code the venue's own; 0 if this node did not send the order
     */
    record Refused(int code, String message) implements Outcome {}

    /** The order may be at the venue. */
    record Ambiguous(String reason) implements Outcome {}
  }

  /**
   * An order as the venue reports it.
   *
   * @param clientOrderId null if the venue does not report it
   * @param executedQty cumulative, in units of the base asset
   * @param executedQuoteQty cumulative, in units of the quote asset; null if the venue does not know it any more
   * @param preventedQty cumulative quantity taken by self-trade prevention
   * @param reason of an expiry or rejection; null without one
   */
  record VenueOrder(
      String exchangeOrderId,
      String clientOrderId,
      Ticket ticket,
      Status status,
      BigDecimal executedQty,
      BigDecimal executedQuoteQty,
      BigDecimal preventedQty,
      String reason,
      Instant updatedAt) {}

  /** @param maker null if unknown */
  record VenueTrade(
      String exchangeTradeId,
      String exchangeOrderId,
      String symbol,
      Side side,
      BigDecimal price,
      BigDecimal qty,
      BigDecimal quoteQty,
      String feeAsset,
      BigDecimal fee,
      Boolean maker,
      Instant tradedAt) {}

  /** @param asOf the venue's time of the snapshot */
  record Balances(Instant asOf, List<Balance> balances) {
    public Balances {
      balances = List.copyOf(balances);
    }
  }

  record Balance(String asset, BigDecimal free, BigDecimal locked) {}

  /**
   * One report of the venue about an order: the order, and the trade that changed it.
   *
   * @param executionId grows with each report of the order; null if the venue sends none
   * @param trade null unless the report is about a trade
   */
  record ExecutionReport(VenueOrder order, String executionId, VenueTrade trade) {}
}
