package dev.verticker.trading.rules;

import static dev.verticker.message.trading.OrderJson.decimal;

import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Violation;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks the content of an order and the filters of its symbol. Exact: only the proposed values are rounded. */
final class OrderFilters {
  static final String PRICE = "/price";
  static final String QTY = "/qty";
  static final String QUOTE_QTY = "/quote_qty";
  private static final String STOP_PRICE = "/stop_price";

  private static final Map<Type, String> EXCHANGE_TYPES = Map.of(
      Type.MARKET, "MARKET",
      Type.LIMIT, "LIMIT",
      Type.LIMIT_MAKER, "LIMIT_MAKER",
      Type.STOP_LIMIT, "STOP_LOSS_LIMIT");

  private final SymbolRules rules;
  private final Ticket ticket;
  private final BigDecimal reference;
  private final List<Violation> violations = new ArrayList<>();

  /** Decimals of quotients in estimates of quantities. */
  private static final int QUOTIENT_SCALE = 24;

  private OrderFilters(SymbolRules rules, Ticket ticket, BigDecimal reference) {
    this.rules = rules;
    this.ticket = ticket;
    this.reference = reference;
  }

  /**
   * Returns the violations of a ticket whose content {@link TicketContent} found complete.
   *
   * @param reference used instead of the exchange's average price; null = rules that need it are not checked
   */
  static List<Violation> check(SymbolRules rules, Ticket ticket, BigDecimal reference) {
    var filters = new OrderFilters(rules, ticket, reference);
    filters.checkSymbol();
    if (ticket.price() != null) {
      filters.checkPrice();
    }
    if (ticket.stopPrice() != null) {
      filters.checkRange(
          STOP_PRICE, "stop price", ticket.stopPrice(), rules.price(), rules.price());
    }
    if (ticket.qty() != null) {
      filters.checkQuantity();
    } else if (ticket.quoteQty() != null) {
      filters.checkQuoteQuantity();
    }
    return filters.violations;
  }

  private void checkSymbol() {
    if (!rules.tradable()) {
      violate(
          "/symbol",
          "symbol-not-tradable",
          "The venue accepts no orders of " + ticket.symbol() + " now: choose another symbol.");
    }
    var type = EXCHANGE_TYPES.get(ticket.type());
    if (!rules.orderTypes().isEmpty() && !rules.orderTypes().contains(type)) {
      violate(
          "/type",
          "order-type",
          "The venue accepts no orders of the type " + OrderJson.wireName(ticket.type()) + " for "
              + ticket.symbol() + ": choose another type.");
    }
    if (ticket.quoteQty() != null && !rules.quoteQtyAllowed()) {
      violate(
          QUOTE_QTY,
          "not-allowed",
          "The venue accepts no market orders by quote_qty for " + ticket.symbol() + ": send qty.");
    }
    var mode = ticket.selfTradePrevention();
    if (mode != null
        && !rules.preventionModes().isEmpty()
        && !rules.preventionModes().contains(mode)) {
      violate(
          "/self_trade_prevention",
          "self-trade-prevention",
          "The venue does not support the mode " + mode + " for " + ticket.symbol()
              + ": send one of "
              + String.join(", ", rules.preventionModes().stream().sorted().toList())
              + ".");
    }
  }

  private void checkPrice() {
    var valid = rules.price();
    for (var rule : rules.percents()) {
      valid = reference == null ? valid : valid.and(rule.range(ticket.side(), reference));
    }
    checkRange(PRICE, "price", ticket.price(), rules.price(), valid);
    for (var rule : rules.percents()) {
      var range = reference == null ? ValueRange.ANY : rule.range(ticket.side(), reference);
      var below = range.isBelow(ticket.price());
      if (below || range.isAbove(ticket.price())) {
        var bound = below ? range.min() : range.max();
        add(
            PRICE,
            "percent-price",
            "The price " + decimal(ticket.price()) + " is too far from the market: the "
                + (below ? "lowest" : "highest") + " accepted price is " + decimal(bound),
            ticket.price(),
            bound,
            valid.nearest(ticket.price(), RoundingMode.HALF_EVEN));
      }
    }
  }

  private void checkRange(
      String pointer, String name, BigDecimal value, ValueRange range, ValueRange valid) {
    var nearest = valid.nearest(value, RoundingMode.HALF_EVEN);
    var text = "The " + name + " " + decimal(value);
    if (range.isBelow(value)) {
      add(
          pointer,
          "min-price",
          text + " is below the lowest price " + decimal(range.min()),
          value,
          range.min(),
          nearest);
    }
    if (range.isAbove(value)) {
      add(
          pointer,
          "max-price",
          text + " is above the highest price " + decimal(range.max()),
          value,
          range.max(),
          nearest);
    }
    if (range.isOffStep(value)) {
      add(
          pointer,
          "tick-size",
          text + " is not a multiple of the tick size " + decimal(range.step()),
          value,
          range.step(),
          nearest);
    } else if (range.step() == null) {
      checkPrecision(pointer, value, rules.instrument().quoteScale());
    }
  }

  private void checkQuantity() {
    var qty = ticket.qty();
    var range = rules.quantity(ticket.type());
    var price = ticket.type() == Type.MARKET ? reference : ticket.price();
    var nearest = validQuantity(price).nearest(qty, RoundingMode.FLOOR);
    checkLot(range, nearest);
    if (price == null) {
      return;
    }
    var notional = price.multiply(qty);
    for (var rule : rules.notionals()) {
      checkNotional(QTY, rule.range(ticket.type()), notional, nearest);
    }
  }

  private void checkLot(ValueRange range, BigDecimal nearest) {
    var qty = ticket.qty();
    var text = "The quantity " + decimal(qty);
    if (range.isBelow(qty)) {
      add(
          QTY,
          "min-qty",
          text + " is below the smallest quantity " + decimal(range.min()),
          qty,
          range.min(),
          nearest);
    }
    if (range.isAbove(qty)) {
      add(
          QTY,
          "max-qty",
          text + " is above the largest quantity " + decimal(range.max()),
          qty,
          range.max(),
          nearest);
    }
    for (var lot : ticket.type() == Type.MARKET
        ? List.of(rules.lot(), rules.marketLot())
        : List.of(rules.lot())) {
      if (lot.isOffStep(qty)) {
        add(
            QTY,
            "step-size",
            text + " is not a multiple of the step size " + decimal(lot.step()),
            qty,
            lot.step(),
            nearest);
        return;
      }
    }
    if (range.step() == null) {
      checkPrecision(QTY, qty, rules.instrument().baseScale());
    }
  }

  /** Returns the quantities that satisfy all filters at a price. */
  private ValueRange validQuantity(BigDecimal price) {
    var valid = rules.quantity(ticket.type());
    if (valid.step() == null) {
      valid = valid.and(new ValueRange(
          null, null, BigDecimal.ONE.movePointLeft(rules.instrument().baseScale())));
    }
    for (var rule : rules.notionals()) {
      var notional = price == null ? ValueRange.ANY : rule.range(ticket.type());
      valid = valid.and(new ValueRange(
          quotient(notional.min(), price, RoundingMode.CEILING),
          quotient(notional.max(), price, RoundingMode.FLOOR),
          null));
    }
    return valid;
  }

  private void checkQuoteQuantity() {
    var quoteQty = ticket.quoteQty();
    checkPrecision(QUOTE_QTY, quoteQty, rules.instrument().quoteScale());
    var valid = new ValueRange(
        null, null, BigDecimal.ONE.movePointLeft(rules.instrument().quoteScale()));
    var range = rules.quantity(ticket.type());
    if (reference != null) {
      valid = valid.and(
          new ValueRange(times(range.min(), reference), times(range.max(), reference), null));
    }
    for (var rule : rules.notionals()) {
      valid = valid.and(rule.range(ticket.type()));
    }
    var nearest = valid.nearest(quoteQty, RoundingMode.FLOOR);
    for (var rule : rules.notionals()) {
      checkNotional(QUOTE_QTY, rule.range(ticket.type()), quoteQty, nearest);
    }
    if (reference != null) {
      checkBoughtQuantity(range, nearest);
    }
  }

  private void checkBoughtQuantity(ValueRange range, BigDecimal nearest) {
    var cost = times(range.min(), reference);
    if (cost != null && ticket.quoteQty().compareTo(cost) < 0) {
      add(
          QUOTE_QTY,
          "min-qty",
          "The amount " + decimal(ticket.quoteQty())
              + " is less than the price of the smallest quantity " + decimal(range.min()),
          ticket.quoteQty(),
          cost,
          nearest);
    }
    var most = times(range.max(), reference);
    if (most != null && ticket.quoteQty().compareTo(most) > 0) {
      add(
          QUOTE_QTY,
          "max-qty",
          "The amount " + decimal(ticket.quoteQty())
              + " is more than the price of the largest quantity " + decimal(range.max()),
          ticket.quoteQty(),
          most,
          nearest);
    }
  }

  private void checkNotional(
      String pointer, ValueRange range, BigDecimal notional, BigDecimal nearest) {
    var text = "The notional " + decimal(notional);
    if (range.isBelow(notional)) {
      add(
          pointer,
          "min-notional",
          text + " is below the smallest notional " + decimal(range.min()),
          notional,
          range.min(),
          nearest);
    }
    if (range.isAbove(notional)) {
      add(
          pointer,
          "max-notional",
          text + " is above the largest notional " + decimal(range.max()),
          notional,
          range.max(),
          nearest);
    }
  }

  private void checkPrecision(String pointer, BigDecimal value, int scale) {
    if (value.stripTrailingZeros().scale() > scale) {
      var step = BigDecimal.ONE.movePointLeft(scale);
      add(
          pointer,
          "precision",
          "The value " + decimal(value) + " has more than " + scale + " decimals",
          value,
          step,
          new ValueRange(null, null, step).nearest(value, RoundingMode.FLOOR));
    }
  }

  private void violate(String pointer, String code, String detail) {
    violations.add(new Violation(pointer, code, detail, null, null, null));
  }

  private void add(
      String pointer,
      String code,
      String fault,
      BigDecimal value,
      BigDecimal rule,
      BigDecimal nearest) {
    var advice = nearest == null ? "." : ": send " + decimal(nearest) + ".";
    violations.add(new Violation(pointer, code, fault + advice, value, rule, nearest));
  }

  private static BigDecimal times(BigDecimal value, BigDecimal factor) {
    return value == null ? null : value.multiply(factor);
  }

  private static BigDecimal quotient(BigDecimal value, BigDecimal divisor, RoundingMode rounding) {
    return value == null ? null : value.divide(divisor, QUOTIENT_SCALE, rounding);
  }
}
