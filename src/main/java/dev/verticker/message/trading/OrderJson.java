package dev.verticker.message.trading;

import dev.verticker.message.Timestamps;
import dev.verticker.message.trading.Orders.Fill;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Status;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Locale;

/** Encodes orders and trades for clients, identically in responses and events. */
public final class OrderJson {
  private static final int AVERAGE_SCALE = 18;

  private OrderJson() {}

  public static JsonObject of(Order order) {
    var ticket = order.ticket();
    return new JsonObject()
        .put("id", order.id())
        .put("revision", order.revision())
        .put("account_id", order.accountId())
        .put("venue", order.venue())
        .put("client_order_id", order.clientOrderId())
        .put("exchange_order_id", order.exchangeOrderId())
        .put("symbol", ticket.symbol())
        .put("side", wireName(ticket.side()))
        .put("type", wireName(ticket.type()))
        .put(
            "time_in_force",
            ticket.timeInForce() == null ? null : ticket.timeInForce().name())
        .put("qty", decimal(ticket.qty()))
        .put("quote_qty", decimal(ticket.quoteQty()))
        .put("price", decimal(ticket.price()))
        .put("stop_price", decimal(ticket.stopPrice()))
        .put("self_trade_prevention", ticket.selfTradePrevention())
        .put("status", status(order.status()))
        .put("source", wireName(order.source()))
        .put("executed_qty", decimal(order.executedQty()))
        .put("executed_quote_qty", decimal(order.executedQuoteQty()))
        .put("prevented_qty", decimal(order.preventedQty()))
        .put("average_price", decimal(averagePrice(order)))
        .put("reason", order.reason())
        .put("created_at", time(order.createdAt()))
        .put("updated_at", time(order.updatedAt()))
        .put("sent_at", time(order.sentAt()))
        .put("cancel_requested_at", time(order.cancelRequestedAt()));
  }

  public static JsonObject of(Fill trade) {
    return new JsonObject()
        .put("id", trade.id())
        .put("order_id", trade.orderId())
        .put("account_id", trade.accountId())
        .put("venue", trade.venue())
        .put("symbol", trade.symbol())
        .put("side", wireName(trade.side()))
        .put("exchange_trade_id", trade.exchangeTradeId())
        .put("price", decimal(trade.price()))
        .put("qty", decimal(trade.qty()))
        .put("quote_qty", decimal(trade.quoteQty()))
        .put("fee_asset", trade.feeAsset())
        .put("fee", decimal(trade.fee()))
        .put("maker", trade.maker())
        .put("traded_at", time(trade.tradedAt()));
  }

  /** The name of a status for clients and in the database. */
  public static String status(Status status) {
    return status == Status.OUTCOME_UNKNOWN ? "unknown" : wireName(status);
  }

  /** The name of a constant for clients and in the database, such as {@code limit_maker}. */
  public static String wireName(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** Returns the exact value without an exponent and without zeros at its end; null for null. */
  public static String decimal(BigDecimal value) {
    return value == null ? null : value.stripTrailingZeros().toPlainString();
  }

  private static String time(Instant time) {
    return time == null ? null : Timestamps.write(time);
  }

  private static BigDecimal averagePrice(Order order) {
    return order.executedQty().signum() == 0
        ? null
        : order.executedQuoteQty().divide(order.executedQty(), AVERAGE_SCALE, RoundingMode.HALF_UP);
  }
}
