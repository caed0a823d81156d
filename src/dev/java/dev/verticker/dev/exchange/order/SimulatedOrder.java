package dev.verticker.dev.exchange.order;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An order at the simulated exchange. Changed only by {@link SimulatedMatching}. */
final class SimulatedOrder {
  static final int DECIMALS = 8;

  final long id;
  final SimulatedAccount account;
  final OrderRequest request;
  final SimulatedRules rules;
  final String selfTradePrevention;
  final Instant time;
  final List<Fill> fills = new ArrayList<>();
  final Delayed<JsonObject> visible = new Delayed<>();

  String status = "NEW";
  /** Of a market order by quote quantity: what was executed. */
  BigDecimal quantity;

  BigDecimal executed = BigDecimal.ZERO;
  BigDecimal executedQuote = BigDecimal.ZERO;
  BigDecimal prevented = BigDecimal.ZERO;
  /** Amount that the account's balance holds for the order. */
  BigDecimal locked = BigDecimal.ZERO;

  boolean working;
  Instant workingTime;
  Instant updateTime;
  long preventedMatchId = -1;
  String expiryReason;
  /** Queries do not find the order before. */
  Instant hiddenUntil = Instant.MIN;

  /** One trade of the order. */
  record Fill(
      long tradeId,
      BigDecimal price,
      BigDecimal quantity,
      BigDecimal quote,
      BigDecimal fee,
      String feeAsset,
      boolean maker,
      Instant time,
      Instant visibleAt) {}

  SimulatedOrder(
      long id, SimulatedAccount account, OrderRequest request, SimulatedRules rules, Instant time) {
    this.id = id;
    this.account = account;
    this.request = request;
    this.rules = rules;
    this.selfTradePrevention = request.selfTradePrevention() == null
        ? rules.defaultSelfTradePrevention()
        : request.selfTradePrevention();
    this.quantity = request.isByQuote() ? BigDecimal.ZERO : request.quantity();
    this.time = time;
    this.updateTime = time;
  }

  boolean isOpen() {
    return status.equals("NEW") || status.equals("PARTIALLY_FILLED");
  }

  BigDecimal remaining() {
    return quantity.subtract(executed).subtract(prevented);
  }

  String paidAsset() {
    return request.isBuy() ? rules.quoteAsset() : rules.baseAsset();
  }

  String receivedAsset() {
    return request.isBuy() ? rules.baseAsset() : rules.quoteAsset();
  }

  /** What an open order may still cost. */
  BigDecimal toLock() {
    if (!isOpen()) {
      return BigDecimal.ZERO;
    }
    if (!request.isBuy()) {
      return remaining();
    }
    return request.price() == null
        ? BigDecimal.ZERO
        : request.price().multiply(remaining()).setScale(DECIMALS, RoundingMode.UP);
  }
}
