package dev.verticker.dev.exchange.order;

import dev.verticker.dev.exchange.order.MarketView.BookLevel;
import dev.verticker.dev.exchange.order.MarketView.MarketTrade;
import dev.verticker.dev.exchange.order.OrderFrames.Execution;
import dev.verticker.dev.exchange.order.OrderFrames.Prevention;
import dev.verticker.dev.exchange.order.OrderRequest.Type;
import dev.verticker.dev.exchange.order.SimulatedOrder.Fill;
import dev.verticker.dev.exchange.order.SimulatedOrders.EventListener;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Matches orders with the order book of the simulated market and with each other. A resting order is filled at its price when
 * a trade of the market shows that the other side of the book has reached it, at most with the quantity of that trade. Not
 * thread-safe.
 */
final class SimulatedMatching {
  static final BigDecimal FEE_RATE = new BigDecimal("0.001");
  /** The ids of the market's own trades are smaller. */
  private static final long FIRST_TRADE = 8_000_000_000L;

  private static final int BATCH = 1_000;
  private static final int USUAL_LEVELS = 20;
  private static final int MAX_LEVELS = 5_000;

  private final MarketView market;
  private final EventListener listener;
  private final Map<String, OpenOrders> open = new TreeMap<>();
  private final List<PendingEvent> events = new ArrayList<>();
  private final Set<SimulatedAccount> changed = new LinkedHashSet<>();
  private long lastOrderId;
  private long lastTradeId = FIRST_TRADE;
  private long lastExecutionId;
  private long lastPreventedMatchId = -1;
  private Duration visibility;

  private record PendingEvent(String key, Optional<String> symbol, JsonObject event) {}

  /** Something that a new order can be matched with; {@code maker} is null for the market's own orders. */
  private record Offer(BigDecimal price, BigDecimal quantity, SimulatedOrder maker) {}

  /** The open orders of a symbol, oldest first. */
  private static final class OpenOrders {
    final List<SimulatedOrder> orders = new ArrayList<>();
    long nextTrade;
  }

  SimulatedMatching(MarketView market, Duration visibility, EventListener listener) {
    this.market = market;
    this.visibility = visibility;
    this.listener = listener;
    // Another run of the simulator has other ids.
    this.lastOrderId = market.real().toEpochMilli();
  }

  /** How long changes are invisible for queries, in real time. */
  void setVisibility(Duration delay) {
    visibility = delay;
  }

  /** @throws OrderException if the matching engine rejects the order */
  SimulatedOrder place(
      SimulatedAccount account, OrderRequest request, SimulatedRules rules, Duration hidden) {
    var offers = offers(request, account);
    check(account, request, rules, offers);
    var order = new SimulatedOrder(++lastOrderId, account, request, rules, market.now());
    order.hiddenUntil = market.real().plus(hidden);
    account.orders.put(order.id, order);
    account.unfilled.add(market.real());
    account.settle(order);
    if (request.type().hasStopPrice()) {
      report(order, "NEW");
      rest(order);
    } else {
      work(order, offers);
    }
    publish(order);
    return order;
  }

  void cancel(SimulatedOrder order, String cancelId) {
    close(order, "CANCELED", null);
    report(
        order, execution("CANCELED", order, cancelId, order.request.clientOrderId(), null, null));
    publish(order);
  }

  /** Ends an order on behalf of the exchange. */
  void expire(SimulatedOrder order, String reason) {
    close(order, "EXPIRED", reason);
    report(order, "EXPIRED");
    publish(order);
  }

  /** Fills an open order, as if the market had traded with it. */
  void fill(SimulatedOrder order, BigDecimal quantity, BigDecimal price) {
    trade(order, quantity.min(order.remaining()), price, true, ++lastTradeId);
    publish(order);
  }

  /** An id for a report that is sent later than those that follow. */
  long reserveExecutionId() {
    return ++lastExecutionId;
  }

  /** Books a trade that happened before the order was closed; its status does not change. */
  void fillClosed(SimulatedOrder order, BigDecimal quantity, long executionId) {
    var status = order.status;
    var fill = book(order, quantity, order.request.price(), true, ++lastTradeId);
    var reported = order.remaining().signum() == 0 ? "FILLED" : "PARTIALLY_FILLED";
    order.status = status;
    var id = order.request.clientOrderId();
    report(order, new Execution("TRADE", reported, id, "", fill, null, executionId));
    publish(order);
  }

  /** Forgets all open orders. */
  void clear() {
    open.clear();
  }

  /** Matches the open orders with the trades of the market since the last call. */
  void advance() {
    for (var symbol : List.copyOf(open.keySet())) {
      var resting = open.get(symbol);
      List<MarketTrade> trades;
      do {
        trades = market.tradesFrom(symbol, resting.nextTrade, BATCH);
        for (var trade : trades) {
          resting.nextTrade = trade.id() + 1;
          trigger(resting, trade);
          match(resting, trade);
        }
      } while (trades.size() == BATCH && !resting.orders.isEmpty());
      if (resting.orders.isEmpty()) {
        open.remove(symbol);
      }
    }
  }

  /** Hands over the events since the last call: the reports of the orders, then the balances. */
  void flush() {
    var now = market.now();
    for (var account : changed) {
      account
          .takeChanges(now)
          .ifPresent(
              event -> events.add(new PendingEvent(account.key.key(), Optional.empty(), event)));
      account.publishFunds(market.real().plus(visibility));
    }
    changed.clear();
    var due = List.copyOf(events);
    events.clear();
    due.forEach(event -> listener.onEvent(event.key, event.symbol, event.event));
  }

  void deposit(SimulatedAccount account, String asset, BigDecimal amount) {
    account.add(asset, amount);
    changed.add(account);
    events.add(new PendingEvent(
        account.key.key(), Optional.empty(), OrderFrames.deposit(asset, amount, market.now())));
  }

  private void check(
      SimulatedAccount account, OrderRequest request, SimulatedRules rules, List<Offer> offers) {
    if (account.orders.values().stream()
        .anyMatch(order ->
            order.isOpen() && order.request.clientOrderId().equals(request.clientOrderId()))) {
      throw OrderException.rejected("Duplicate order sent.");
    }
    if (request.type().hasStopPrice() && triggers(request, market.lastPrice(request.symbol()))) {
      throw OrderException.rejected("Order would trigger immediately.");
    }
    if (request.type() == Type.LIMIT_MAKER && !offers.isEmpty()) {
      throw OrderException.rejected("Order would immediately match and take.");
    }
    var asset = request.isBuy() ? rules.quoteAsset() : rules.baseAsset();
    if (account.free(asset).compareTo(needed(account, request, rules, offers)) < 0) {
      throw OrderException.rejected("Account has insufficient balance for requested action.");
    }
  }

  private static BigDecimal needed(
      SimulatedAccount account, OrderRequest request, SimulatedRules rules, List<Offer> offers) {
    if (request.type() != Type.MARKET) {
      return request.isBuy()
          ? request
              .price()
              .multiply(request.quantity())
              .setScale(SimulatedOrder.DECIMALS, RoundingMode.UP)
          : request.quantity();
    }
    var quantity = BigDecimal.ZERO;
    var quote = BigDecimal.ZERO;
    for (var offer : offers) {
      var wanted = wanted(request, rules, quantity, quote, offer.price);
      if (wanted.signum() <= 0) {
        break;
      }
      var taken = wanted.min(offer.quantity);
      quantity = quantity.add(taken);
      quote = quote.add(quote(taken, offer.price));
    }
    if (request.isByQuote() && quantity.signum() == 0) {
      throw OrderException.rejected(
          "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.");
    }
    if (request.isBuy()) {
      return request.isByQuote() ? request.quoteQuantity() : quote;
    }
    return request.isByQuote() ? quantity : request.quantity();
  }

  /** The quantity that an order takes at a price after it took the given ones. */
  private static BigDecimal wanted(
      OrderRequest request,
      SimulatedRules rules,
      BigDecimal taken,
      BigDecimal takenQuote,
      BigDecimal price) {
    if (!request.isByQuote()) {
      return request.quantity().subtract(taken);
    }
    var steps = request
        .quoteQuantity()
        .subtract(takenQuote)
        .divideToIntegralValue(price.multiply(rules.step()));
    return steps.multiply(rules.step());
  }

  private static BigDecimal wanted(SimulatedOrder order, BigDecimal price) {
    return order.request.isByQuote()
        ? wanted(order.request, order.rules, order.executed, order.executedQuote, price)
        : order.remaining();
  }

  /** The other side of the book, best first, as far as the price of the order reaches. */
  private List<Offer> offers(OrderRequest request, SimulatedAccount account) {
    var offers = new ArrayList<Offer>();
    var resting = open.get(request.symbol());
    if (resting != null) {
      resting.orders.stream()
          .filter(order -> order.working && order.request.isBuy() != request.isBuy())
          .forEach(order -> offers.add(new Offer(order.request.price(), order.remaining(), order)));
    }
    levels(request).forEach(level -> offers.add(new Offer(level.price(), level.quantity(), null)));
    var byPrice = Comparator.comparing(Offer::price);
    offers.sort(request.isBuy() ? byPrice : byPrice.reversed());
    if (request.price() != null) {
      offers.removeIf(offer -> !reaches(request, offer.price));
    }
    return offers;
  }

  /** The best levels of the market, as many as the order can take. */
  private List<BookLevel> levels(OrderRequest request) {
    var best = market.levels(request.symbol(), request.isBuy(), USUAL_LEVELS);
    var isDeep =
        request.price() == null || reaches(request, best.get(best.size() - 1).price());
    var wanted = request.isByQuote() ? request.quoteQuantity() : request.quantity();
    var suffices = best.stream()
            .map(level ->
                request.isByQuote() ? level.price().multiply(level.quantity()) : level.quantity())
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .compareTo(wanted)
        > 0;
    return isDeep && !suffices
        ? market.levels(request.symbol(), request.isBuy(), MAX_LEVELS)
        : best;
  }

  private static boolean reaches(OrderRequest request, BigDecimal price) {
    var change = price.compareTo(request.price());
    return request.isBuy() ? change <= 0 : change >= 0;
  }

  /** Takes what the book offers; the rest stays in the book or expires. */
  private void work(SimulatedOrder order, List<Offer> offers) {
    order.working = true;
    order.workingTime = market.now();
    report(order, "NEW");
    if (order.request.timeInForce().equals("FOK") && !fillsWholly(order, offers)) {
      close(order, "EXPIRED", "UNFILLED_FOK_ORDER_EXPIRED");
      report(order, "EXPIRED");
      return;
    }
    take(order, offers);
    if (order.isOpen()) {
      if (order.request.type() == Type.MARKET) {
        close(order, "EXPIRED", "INSUFFICIENT_LIQUIDITY");
        report(order, "EXPIRED");
      } else if (!order.request.timeInForce().equals("GTC")) {
        close(order, "EXPIRED", "UNFILLED_IOC_QUANTITY_EXPIRED");
        report(order, "EXPIRED");
      } else {
        rest(order);
      }
    }
  }

  private static boolean fillsWholly(SimulatedOrder order, List<Offer> offers) {
    return offers.stream()
            .filter(offer -> !prevents(order, offer))
            .map(Offer::quantity)
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .compareTo(order.remaining())
        >= 0;
  }

  private void take(SimulatedOrder taker, List<Offer> offers) {
    for (var offer : offers) {
      var wanted = wanted(taker, offer.price);
      if (!taker.isOpen() || wanted.signum() <= 0) {
        return;
      }
      if (prevents(taker, offer)) {
        prevent(taker, offer.maker, wanted);
        continue;
      }
      var quantity = wanted.min(offer.quantity);
      var id = ++lastTradeId;
      if (taker.request.isByQuote()) {
        taker.quantity = taker.quantity.add(quantity);
      }
      trade(taker, quantity, offer.price, false, id);
      if (offer.maker != null) {
        trade(offer.maker, quantity, offer.price, true, id);
        publish(offer.maker);
      }
    }
  }

  private static boolean prevents(SimulatedOrder taker, Offer offer) {
    return offer.maker != null
        && offer.maker.account == taker.account
        && !taker.selfTradePrevention.equals("NONE");
  }

  private void prevent(SimulatedOrder taker, SimulatedOrder maker, BigDecimal wanted) {
    var mode = taker.selfTradePrevention;
    var matched = wanted.min(maker.remaining());
    var id = ++lastPreventedMatchId;
    var decrements = mode.equals("DECREMENT") || mode.equals("TRANSFER");
    if (decrements || !mode.equals("EXPIRE_MAKER")) {
      prevent(taker, decrements ? matched : wanted, matched, maker, id);
    }
    if (decrements || !mode.equals("EXPIRE_TAKER")) {
      prevent(maker, decrements ? matched : maker.remaining(), matched, taker, id);
      publish(maker);
    }
  }

  private void prevent(
      SimulatedOrder order,
      BigDecimal quantity,
      BigDecimal matched,
      SimulatedOrder counter,
      long id) {
    if (order.request.isByQuote()) {
      order.quantity = order.quantity.add(quantity);
    }
    order.prevented = order.prevented.add(quantity);
    order.preventedMatchId = id;
    if (order.remaining().signum() == 0) {
      close(order, "EXPIRED_IN_MATCH", null);
    } else {
      touch(order);
      order.account.settle(order);
    }
    var price = order.request.price() == null ? counter.request.price() : order.request.price();
    report(
        order,
        execution(
            "TRADE_PREVENTION",
            order,
            order.request.clientOrderId(),
            "",
            null,
            new Prevention(id, quantity, matched, price, counter.id)));
  }

  /** Converts waiting orders that a price triggers. */
  private void trigger(OpenOrders resting, MarketTrade trade) {
    for (var order : List.copyOf(resting.orders)) {
      if (!order.working && triggers(order.request, trade.price())) {
        resting.orders.remove(order);
        work(order, offers(order.request, order.account));
        publish(order);
      }
    }
  }

  private static boolean triggers(OrderRequest request, BigDecimal price) {
    var rises = request.isBuy() == request.type().name().startsWith("STOP");
    var change = price.compareTo(request.stopPrice());
    return rises ? change >= 0 : change <= 0;
  }

  private void match(OpenOrders resting, MarketTrade trade) {
    var left = trade.quantity();
    var reached = resting.orders.stream()
        .filter(order -> order.working && isReached(order.request, trade))
        .sorted(Comparator.comparing((SimulatedOrder order) ->
                order.request.isBuy() ? order.request.price().negate() : order.request.price())
            .thenComparing(order -> order.id))
        .toList();
    for (var order : reached) {
      if (left.signum() > 0) {
        var quantity = left.min(order.remaining());
        trade(order, quantity, order.request.price(), true, ++lastTradeId);
        publish(order);
        left = left.subtract(quantity);
      }
    }
  }

  /** Whether a trade shows the other side of the book at the price of the order, or beyond it. */
  private static boolean isReached(OrderRequest request, MarketTrade trade) {
    var change = trade.price().compareTo(request.price());
    // A taker that buys shows the price of the asks, one that sells that of the bids.
    return request.isBuy()
        ? change < 0 || change == 0 && !trade.buyerIsMaker()
        : change > 0 || change == 0 && trade.buyerIsMaker();
  }

  private void trade(
      SimulatedOrder order, BigDecimal quantity, BigDecimal price, boolean maker, long tradeId) {
    var fill = book(order, quantity, price, maker, tradeId);
    var isFilled = order.request.isByQuote()
        ? wanted(order, price).signum() <= 0
        : order.remaining().signum() == 0;
    order.status = "PARTIALLY_FILLED";
    if (isFilled) {
      close(order, "FILLED", null);
    }
    order.account.settle(order);
    report(order, execution("TRADE", order, order.request.clientOrderId(), "", fill, null));
  }

  private Fill book(
      SimulatedOrder order, BigDecimal quantity, BigDecimal price, boolean maker, long tradeId) {
    touch(order);
    var quote = quote(quantity, price);
    var received = order.request.isBuy() ? quantity : quote;
    var fee = received.multiply(FEE_RATE).setScale(SimulatedOrder.DECIMALS, RoundingMode.DOWN);
    var asset = order.receivedAsset();
    var fill = new Fill(
        tradeId, price, quantity, quote, fee, asset, maker, order.updateTime, visibleAt(order));
    if (order.fills.isEmpty()) {
      order.account.unfilled.onFirstFill(market.real());
    }
    order.fills.add(fill);
    order.executed = order.executed.add(quantity);
    order.executedQuote = order.executedQuote.add(quote);
    order.account.add(order.paidAsset(), (order.request.isBuy() ? quote : quantity).negate());
    order.account.add(asset, received.subtract(fee));
    changed.add(order.account);
    return fill;
  }

  private static BigDecimal quote(BigDecimal quantity, BigDecimal price) {
    return quantity.multiply(price).setScale(SimulatedOrder.DECIMALS, RoundingMode.DOWN);
  }

  private void rest(SimulatedOrder order) {
    var resting = open.get(order.request.symbol());
    if (resting == null) {
      resting = new OpenOrders();
      resting.nextTrade = market.lastTradeId(order.request.symbol()) + 1;
      open.put(order.request.symbol(), resting);
    }
    resting.orders.add(order);
  }

  private void close(SimulatedOrder order, String status, String reason) {
    touch(order);
    order.status = status;
    order.expiryReason = reason;
    order.account.settle(order);
    order.account.onClosed(order);
    var resting = open.get(order.request.symbol());
    if (resting != null) {
      resting.orders.remove(order);
    }
  }

  private void touch(SimulatedOrder order) {
    order.updateTime = market.now();
    changed.add(order.account);
  }

  private Instant visibleAt(SimulatedOrder order) {
    var visible = market.real().plus(visibility);
    return visible.isBefore(order.hiddenUntil) ? order.hiddenUntil : visible;
  }

  private void publish(SimulatedOrder order) {
    changed.add(order.account);
    order.visible.set(OrderFrames.query(order), visibleAt(order));
  }

  private Execution execution(
      String type,
      SimulatedOrder order,
      String clientOrderId,
      String original,
      Fill fill,
      Prevention prevention) {
    return new Execution(
        type, order.status, clientOrderId, original, fill, prevention, ++lastExecutionId);
  }

  private void report(SimulatedOrder order, String type) {
    report(order, execution(type, order, order.request.clientOrderId(), "", null, null));
  }

  private void report(SimulatedOrder order, Execution execution) {
    events.add(new PendingEvent(
        order.account.key.key(),
        Optional.of(order.request.symbol()),
        OrderFrames.report(order, execution, market.now())));
  }
}
