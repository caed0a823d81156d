package dev.verticker.dev.exchange.order;

import dev.verticker.dev.exchange.order.SimulatedAccount.Funds;
import dev.verticker.dev.exchange.order.SimulatedOrder.Fill;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;

/** Orders, trades, balances and their events in the JSON of the exchange. */
final class OrderFrames {
  private static final String RATE = SimulatedMatching.FEE_RATE.setScale(8).toPlainString();

  private OrderFrames() {}

  /**
   * What happened to an order.
   *
   * @param type execution type, such as TRADE
   * @param status of the order after it
   * @param clientOrderId that of a cancellation, else that of the order
   * @param originalClientOrderId of a canceled order, else empty
   * @param fill null unless the order was traded
   * @param prevention null unless a match was prevented
   */
  record Execution(
      String type,
      String status,
      String clientOrderId,
      String originalClientOrderId,
      Fill fill,
      Prevention prevention,
      long id) {}

  /** A match of two orders of one account that was prevented. */
  record Prevention(
      long id, BigDecimal quantity, BigDecimal matched, BigDecimal price, long counterOrderId) {}

  /** The order as queries show it. */
  static JsonObject query(SimulatedOrder order) {
    var json = head(order)
        .put("clientOrderId", order.request.clientOrderId())
        .mergeIn(state(order))
        .put("stopPrice", text(order.request.stopPrice()))
        .put("icebergQty", text(order.request.icebergQuantity()))
        .put("time", order.time.toEpochMilli())
        .put("updateTime", order.updateTime.toEpochMilli())
        .put("isWorking", order.working)
        .put("workingTime", millis(order.workingTime));
    return conditional(order, json);
  }

  /** @param type of the response: ACK, RESULT or FULL */
  static JsonObject placed(SimulatedOrder order, String type) {
    var json = head(order)
        .put("clientOrderId", order.request.clientOrderId())
        .put("transactTime", order.time.toEpochMilli());
    if (type.equals("ACK")) {
      return json;
    }
    json.mergeIn(state(order)).put("workingTime", millis(order.workingTime));
    if (type.equals("FULL")) {
      var fills = new JsonArray();
      order.fills.forEach(fill -> fills.add(new JsonObject()
          .put("price", text(fill.price()))
          .put("qty", text(fill.quantity()))
          .put("commission", text(fill.fee()))
          .put("commissionAsset", fill.feeAsset())
          .put("tradeId", fill.tradeId())));
      json.put("fills", fills);
    }
    if (order.request.stopPrice() != null) {
      json.put("stopPrice", text(order.request.stopPrice()));
    }
    return conditional(order, json);
  }

  static JsonObject canceled(SimulatedOrder order, String cancelId) {
    var json = head(order)
        .put("origClientOrderId", order.request.clientOrderId())
        .put("clientOrderId", cancelId)
        .put("transactTime", order.updateTime.toEpochMilli())
        .mergeIn(state(order));
    if (order.request.stopPrice() != null) {
      json.put("stopPrice", text(order.request.stopPrice()));
    }
    return conditional(order, json);
  }

  static JsonObject trade(SimulatedOrder order, Fill fill) {
    return new JsonObject()
        .put("symbol", order.request.symbol())
        .put("id", fill.tradeId())
        .put("orderId", order.id)
        .put("orderListId", -1)
        .put("price", text(fill.price()))
        .put("qty", text(fill.quantity()))
        .put("quoteQty", text(fill.quote()))
        .put("commission", text(fill.fee()))
        .put("commissionAsset", fill.feeAsset())
        .put("time", fill.time().toEpochMilli())
        .put("isBuyer", order.request.isBuy())
        .put("isMaker", fill.maker())
        .put("isBestMatch", true);
  }

  static JsonObject account(SimulatedAccount account, Map<String, Funds> funds, boolean omitZero) {
    var balances = new JsonArray();
    funds.forEach((asset, balance) -> {
      if (!omitZero || balance.free().add(balance.locked()).signum() != 0) {
        balances.add(new JsonObject()
            .put("asset", asset)
            .put("free", text(balance.free()))
            .put("locked", text(balance.locked())));
      }
    });
    return new JsonObject()
        .put("makerCommission", 10)
        .put("takerCommission", 10)
        .put("buyerCommission", 0)
        .put("sellerCommission", 0)
        .put("commissionRates", rates().put("buyer", "0.00000000").put("seller", "0.00000000"))
        .put("canTrade", account.key.canTrade())
        .put("canWithdraw", account.key.canWithdraw())
        .put("canDeposit", true)
        .put("brokered", false)
        .put("requireSelfTradePrevention", false)
        .put("preventSor", false)
        .put("updateTime", account.updateTime.toEpochMilli())
        .put("accountType", "SPOT")
        .put("balances", balances)
        .put("permissions", JsonArray.of("SPOT"))
        .put("uid", Integer.toUnsignedLong(account.key.key().hashCode()));
  }

  static JsonObject commission(String symbol) {
    var none = new JsonObject()
        .put("maker", "0.00000000")
        .put("taker", "0.00000000")
        .put("buyer", "0.00000000")
        .put("seller", "0.00000000");
    return new JsonObject()
        .put("symbol", symbol)
        .put("standardCommission", none.copy().mergeIn(rates()))
        .put("specialCommission", none)
        .put("taxCommission", none)
        .put(
            "discount",
            new JsonObject()
                .put("enabledForAccount", false)
                .put("enabledForSymbol", false)
                .put("discountAsset", "BNB")
                .put("discount", "0.00000000"));
  }

  static JsonObject report(SimulatedOrder order, Execution execution, Instant now) {
    var fill = execution.fill();
    var request = order.request;
    var event = new JsonObject()
        .put("e", "executionReport")
        .put("E", now.toEpochMilli())
        .put("s", request.symbol())
        .put("c", execution.clientOrderId())
        .put("S", request.isBuy() ? "BUY" : "SELL")
        .put("o", request.type().name())
        .put("f", request.timeInForce())
        .put("q", text(order.quantity))
        .put("p", text(request.price()))
        .put("P", text(request.stopPrice()))
        .put("F", text(request.icebergQuantity()))
        .put("g", -1)
        .put("C", execution.originalClientOrderId())
        .put("x", execution.type())
        .put("X", execution.status())
        .put("r", "NONE")
        .put("i", order.id)
        .put("l", text(fill == null ? null : fill.quantity()))
        .put("z", text(order.executed))
        .put("L", text(fill == null ? null : fill.price()))
        .put("n", fill == null ? "0" : text(fill.fee()))
        .put("N", fill == null ? null : fill.feeAsset())
        .put("T", (fill == null ? order.updateTime : fill.time()).toEpochMilli())
        .put("t", fill == null ? -1 : fill.tradeId())
        .put("I", execution.id())
        .put("w", order.working && order.isOpen())
        .put("m", fill != null && fill.maker())
        .put("M", fill != null)
        .put("O", order.time.toEpochMilli())
        .put("Z", text(order.executedQuote))
        .put("Y", text(fill == null ? null : fill.quote()))
        .put("Q", text(request.quoteQuantity()))
        .put("V", order.selfTradePrevention);
    if (order.workingTime != null) {
      event.put("W", order.workingTime.toEpochMilli());
    }
    if (execution.prevention() != null) {
      prevention(event, order, execution.prevention());
    }
    if (execution.type().equals("EXPIRED")) {
      event.put("eR", order.expiryReason);
    }
    return event;
  }

  static JsonObject position(SimulatedAccount account, Collection<String> assets, Instant now) {
    var balances = new JsonArray();
    for (var asset : assets) {
      var balance = account.funds.getOrDefault(asset, Funds.NONE);
      balances.add(new JsonObject()
          .put("a", asset)
          .put("f", text(balance.free()))
          .put("l", text(balance.locked())));
    }
    return new JsonObject()
        .put("e", "outboundAccountPosition")
        .put("E", now.toEpochMilli())
        .put("u", account.updateTime.toEpochMilli())
        .put("B", balances);
  }

  static JsonObject deposit(String asset, BigDecimal amount, Instant now) {
    return new JsonObject()
        .put("e", "balanceUpdate")
        .put("E", now.toEpochMilli())
        .put("a", asset)
        .put("d", text(amount))
        .put("T", now.toEpochMilli());
  }

  private static void prevention(JsonObject event, SimulatedOrder order, Prevention prevention) {
    event
        .put("v", prevention.id())
        .put("A", text(order.prevented))
        .put("B", text(prevention.quantity()))
        .put("u", -1)
        .put("U", prevention.counterOrderId())
        .put("Cs", order.request.symbol())
        .put("pl", text(prevention.matched()))
        .put("pL", text(prevention.price()))
        .put("pY", text(prevention.matched().multiply(prevention.price())));
  }

  private static JsonObject head(SimulatedOrder order) {
    return new JsonObject()
        .put("symbol", order.request.symbol())
        .put("orderId", order.id)
        .put("orderListId", -1);
  }

  private static JsonObject state(SimulatedOrder order) {
    return new JsonObject()
        .put("price", text(order.request.price()))
        .put("origQty", text(order.quantity))
        .put("executedQty", text(order.executed))
        .put("origQuoteOrderQty", text(order.request.quoteQuantity()))
        .put("cummulativeQuoteQty", text(order.executedQuote))
        .put("status", order.status)
        .put("timeInForce", order.request.timeInForce())
        .put("type", order.request.type().name())
        .put("side", order.request.isBuy() ? "BUY" : "SELL")
        .put("selfTradePreventionMode", order.selfTradePrevention);
  }

  private static JsonObject conditional(SimulatedOrder order, JsonObject json) {
    if (order.preventedMatchId >= 0) {
      json.put("preventedMatchId", order.preventedMatchId)
          .put("preventedQuantity", text(order.prevented));
    }
    if (order.expiryReason != null) {
      json.put("expiryReason", order.expiryReason);
    }
    return json;
  }

  private static JsonObject rates() {
    return new JsonObject().put("maker", RATE).put("taker", RATE);
  }

  private static long millis(Instant time) {
    return time == null ? -1 : time.toEpochMilli();
  }

  /** @param amount null = 0 */
  private static String text(BigDecimal amount) {
    return (amount == null ? BigDecimal.ZERO : amount)
        .setScale(SimulatedOrder.DECIMALS, RoundingMode.DOWN)
        .toPlainString();
  }
}
