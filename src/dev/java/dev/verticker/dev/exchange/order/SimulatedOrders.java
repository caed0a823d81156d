package dev.verticker.dev.exchange.order;

import dev.verticker.dev.exchange.order.SimulatedAccount.Funds;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The accounts and orders of the simulated exchange, and its signed operations. Changes become visible for queries after a
 * delay, those of the stream at once. Thread-safe.
 */
public final class SimulatedOrders {
  private static final long MAX_WINDOW = 60_000;
  private static final BigDecimal DEFAULT_WINDOW = BigDecimal.valueOf(5_000);
  private static final long MAX_AHEAD = 1_000;
  private static final int DEFAULT_LIMIT = 500;
  private static final int MAX_LIMIT = 1_000;
  private static final int DAY_LIMIT = 160_000;
  /** Timestamps in microseconds are larger. */
  private static final long MAX_MILLIS = 100_000_000_000_000L;

  private final MarketView market;
  private final SimulatedMatching matching;
  private final Map<String, SimulatedAccount> accounts = new TreeMap<>();
  private final List<EventListener> listeners = new ArrayList<>();
  private int orderLimit;

  /** Receives the events of all accounts in their order. */
  public interface EventListener {
    /** @param symbol empty for events about balances */
    void onEvent(String key, Optional<String> symbol, JsonObject event);
  }

  /** The signed operations, over HTTP and WebSocket. */
  public enum Operation {
    PLACE,
    TEST,
    QUERY,
    CANCEL,
    OPEN,
    CANCEL_OPEN,
    ALL,
    TRADES,
    ACCOUNT,
    ORDER_LIMITS,
    COMMISSION,
    RESTRICTIONS
  }

  /**
   * @param visibility delay of changes in queries, real time
   * @param orderLimit unfilled orders of an account in 10 seconds
   */
  public SimulatedOrders(MarketView market, Duration visibility, int orderLimit) {
    this.market = market;
    this.orderLimit = orderLimit;
    this.matching = new SimulatedMatching(market, visibility, this::onEvent);
    addKey(ApiKey.DEFAULT);
  }

  /** Adds a key with an account of its own; replaces the account of the same key. */
  public synchronized void addKey(ApiKey key) {
    removeKey(key.key());
    accounts.put(key.key(), new SimulatedAccount(key, market.now()));
  }

  /** Revokes a key; false if there is none. Its orders are canceled. */
  public synchronized boolean removeKey(String key) {
    var account = accounts.get(key);
    if (account == null) {
      return false;
    }
    openOrders(account).forEach(order -> matching.cancel(order, "revoked"));
    matching.flush();
    accounts.remove(key);
    return true;
  }

  /** @param delay of changes in queries, real time */
  public synchronized void setVisibility(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("visibility must not be negative, was " + delay);
    }
    matching.setVisibility(delay);
  }

  /** @param limit of unfilled orders of an account in 10 seconds */
  public synchronized void setOrderLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("order limit must be at least 1, was " + limit);
    }
    orderLimit = limit;
  }

  /** Balances by asset as they are, not delayed: free and locked. */
  public synchronized JsonObject balances(String key) {
    var account = account(key);
    return OrderFrames.account(account, account.funds, false);
  }

  /** Orders of an account as they are, not delayed, oldest first. */
  public synchronized List<JsonObject> orders(String key) {
    return account(key).orders.values().stream().map(OrderFrames::query).toList();
  }

  /** Trades of an account as they are, not delayed, oldest first. */
  public synchronized List<JsonObject> trades(String key) {
    return account(key).orders.values().stream()
        .flatMap(order -> order.fills.stream().map(fill -> OrderFrames.trade(order, fill)))
        .toList();
  }

  /** Fills an open order at a price, at most its remaining quantity. False if it is not open. */
  public synchronized boolean fill(long orderId, BigDecimal quantity, BigDecimal price) {
    return change(orderId, order -> matching.fill(order, quantity, price));
  }

  /** Lets an open order expire on behalf of the exchange. False if it is not open. */
  public synchronized boolean expire(long orderId) {
    return change(orderId, order -> matching.expire(order, "EXCHANGE_CANCELED"));
  }

  /** Changes the free balance of an account, as a deposit or, if negative, a withdrawal does. */
  public synchronized void deposit(String key, String asset, BigDecimal amount) {
    matching.deposit(account(key), asset, amount);
    matching.flush();
  }

  /** Forgets all orders and trades and restores the initial balances, without an event; keys are kept. */
  public synchronized void wipe() {
    matching.clear();
    accounts.values().forEach(account -> account.reset(market.now(), market.real()));
  }

  /**
   * The names of the filters that an order violates, without those that depend on the account; empty if it passes.
   *
   * @param symbol entry of exchangeInfo
   * @param order parameters of a new order by name
   * @param average price over a number of minutes
   * @throws OrderException if a parameter is missing or malformed
   */
  public static List<String> violations(
      JsonObject symbol, Map<String, String> order, IntFunction<BigDecimal> average) {
    return new SimulatedRules(symbol)
        .violations(
            OrderRequest.of(Parameters.unsigned(order)), (name, minutes) -> average.apply(minutes));
  }

  /** Matches open orders with the market, up to now. */
  public synchronized void advance() {
    matching.advance();
    matching.flush();
  }

  public synchronized void addListener(EventListener listener) {
    listeners.add(listener);
  }

  /**
   * Executes an operation and returns its JSON.
   *
   * @param hidden how much longer than usual a new order is invisible for queries
   * @throws OrderException if the exchange rejects it
   */
  public synchronized Object execute(
      Operation operation, Optional<String> key, Parameters parameters, Duration hidden) {
    var account = authenticate(key, parameters);
    matching.advance();
    try {
      return switch (operation) {
        case PLACE -> place(account, parameters, hidden);
        case TEST -> test(account, parameters);
        case QUERY -> query(account, parameters);
        case CANCEL -> cancel(account, parameters);
        case CANCEL_OPEN -> cancelOpen(account, parameters);
        case OPEN -> open(account, parameters);
        case ALL -> all(account, parameters);
        case TRADES -> trades(account, parameters);
        case ACCOUNT -> accountJson(account, parameters);
        case ORDER_LIMITS -> read(parameters, () -> orderLimits(account));
        case COMMISSION -> commission(parameters);
        case RESTRICTIONS -> read(parameters, () -> restrictions(account));
      };
    } finally {
      matching.flush();
    }
  }

  /** Checks key, time and signature, as every signed request. */
  public synchronized void authenticateStream(Optional<String> key, Parameters parameters) {
    authenticate(key, parameters);
    parameters.checkRead();
  }

  /** Unfilled orders of an account, in 10 seconds and in the day. */
  public synchronized int[] unfilledOrders(String key) {
    var real = market.real();
    return Optional.ofNullable(accounts.get(key))
        .map(account -> new int[] {account.unfilled.inShort(real), account.unfilled.inDay(real)})
        .orElse(new int[] {0, 0});
  }

  /** The rate limits of the orders of an account with their counts. */
  public synchronized JsonArray orderLimits(String key) {
    return Optional.ofNullable(accounts.get(key)).map(this::orderLimits).orElse(new JsonArray());
  }

  /**
   * Half of the remaining quantity of an open order is filled just before its cancellation. Returns what reports it, later than
   * the cancellation; empty unless the request cancels an open order.
   */
  public synchronized Optional<Runnable> prepareLateFill(
      Optional<String> key, Parameters parameters) {
    return key.map(accounts::get).filter(Objects::nonNull).flatMap(account -> {
      var found = openOrders(account)
          .filter(order -> parameters
                  .peek("orderId")
                  .map(id -> id.equals(Long.toString(order.id)))
                  .orElse(true)
              && parameters
                  .peek("origClientOrderId")
                  .map(order.request.clientOrderId()::equals)
                  .orElse(true))
          .findFirst();
      return found.map(this::lateFill);
    });
  }

  private Runnable lateFill(SimulatedOrder order) {
    var steps = order
        .remaining()
        .divide(BigDecimal.valueOf(2), SimulatedOrder.DECIMALS, RoundingMode.DOWN)
        .divideToIntegralValue(order.rules.step())
        .max(BigDecimal.ONE);
    var quantity = steps.multiply(order.rules.step()).min(order.remaining());
    var executionId = matching.reserveExecutionId();
    return () -> {
      synchronized (this) {
        matching.fillClosed(order, quantity, executionId);
        matching.flush();
      }
    };
  }

  private JsonObject place(SimulatedAccount account, Parameters parameters, Duration hidden) {
    checkMayTrade(account);
    var request = checked(account, parameters);
    parameters.checkRead();
    var real = market.real();
    if (account.unfilled.inShort(real) >= orderLimit) {
      throw tooManyOrders(orderLimit + " orders per 10 SECOND", UnfilledOrders.untilReset(real));
    }
    if (account.unfilled.inDay(real) >= DAY_LIMIT) {
      throw tooManyOrders(DAY_LIMIT + " orders per 1 DAY", UnfilledOrders.DAY);
    }
    var order = matching.place(account, request, rules(request.symbol()), hidden);
    return OrderFrames.placed(order, request.responseType());
  }

  private JsonObject test(SimulatedAccount account, Parameters parameters) {
    checkMayTrade(account);
    checked(account, parameters);
    parameters.flag("computeCommissionRates");
    parameters.checkRead();
    return new JsonObject();
  }

  private OrderRequest checked(SimulatedAccount account, Parameters parameters) {
    var request = OrderRequest.of(parameters);
    var rules = rules(request.symbol());
    rules.checkSupported(request);
    Stream.concat(
            rules.violations(request, market::averagePrice).stream(),
            rules.accountViolations(request, account, market.exchangeFilters()).stream())
        .findFirst()
        .ifPresent(name -> {
          throw OrderException.filter(name);
        });
    return request;
  }

  private JsonObject query(SimulatedAccount account, Parameters parameters) {
    var symbol = symbol(parameters);
    var reference = Reference.of(parameters);
    parameters.checkRead();
    return visible(account, symbol)
        .filter(reference::matches)
        // An id may be used again when its order is closed.
        .reduce((first, second) -> second)
        .orElseThrow(OrderException::noSuchOrder);
  }

  private JsonObject cancel(SimulatedAccount account, Parameters parameters) {
    checkMayTrade(account);
    var symbol = symbol(parameters);
    var reference = Reference.of(parameters);
    var cancelId = OrderRequest.clientOrderId(parameters, "newClientOrderId");
    var restriction = parameters.choice(
        "cancelRestrictions",
        List.of("ONLY_NEW", "ONLY_PARTIALLY_FILLED"),
        OrderException.invalid(-1145, "Invalid cancelRestrictions"));
    parameters.checkRead();
    var order = openOrders(account)
        .filter(open ->
            open.request.symbol().equals(symbol) && reference.matches(OrderFrames.query(open)))
        .findFirst()
        .orElseThrow(() -> OrderException.cancelRejected("Unknown order sent."));
    if (restriction.filter(only -> !only.equals("ONLY_" + order.status)).isPresent()) {
      throw OrderException.cancelRejected("Order was not canceled due to cancel restrictions.");
    }
    matching.cancel(order, cancelId);
    return OrderFrames.canceled(order, cancelId);
  }

  private JsonArray cancelOpen(SimulatedAccount account, Parameters parameters) {
    checkMayTrade(account);
    var symbol = symbol(parameters);
    parameters.checkRead();
    var open = openOrders(account)
        .filter(order -> order.request.symbol().equals(symbol))
        .toList();
    if (open.isEmpty()) {
      throw OrderException.cancelRejected("Unknown order sent.");
    }
    var canceled = new JsonArray();
    for (var order : open) {
      var cancelId = "all-" + order.id;
      matching.cancel(order, cancelId);
      canceled.add(OrderFrames.canceled(order, cancelId));
    }
    return canceled;
  }

  private JsonArray open(SimulatedAccount account, Parameters parameters) {
    var symbol = parameters.text("symbol");
    symbol.ifPresent(this::rules);
    parameters.checkRead();
    var open = new JsonArray();
    visible(account, symbol.orElse(null))
        .filter(order -> List.of("NEW", "PARTIALLY_FILLED").contains(order.getString("status")))
        .forEach(open::add);
    return open;
  }

  private JsonArray all(SimulatedAccount account, Parameters parameters) {
    var symbol = symbol(parameters);
    var from = parameters.number("orderId");
    var range = Range.of(parameters);
    var limit = limit(parameters);
    parameters.checkRead();
    var orders = visible(account, symbol)
        .filter(order -> from.isEmpty() || order.getLong("orderId") >= from.getAsLong())
        .filter(order -> range.contains(order.getLong("time")))
        .toList();
    return page(orders, limit, from.isPresent() || range.start.isPresent());
  }

  private JsonArray trades(SimulatedAccount account, Parameters parameters) {
    var symbol = symbol(parameters);
    var orderId = parameters.number("orderId");
    var from = parameters.number("fromId");
    var range = Range.of(parameters);
    var limit = limit(parameters);
    parameters.checkRead();
    var real = market.real();
    var trades = account.orders.values().stream()
        .filter(order -> order.request.symbol().equals(symbol))
        .filter(order -> orderId.isEmpty() || order.id == orderId.getAsLong())
        .flatMap(order -> order.fills.stream()
            .filter(fill -> !fill.visibleAt().isAfter(real))
            .map(fill -> OrderFrames.trade(order, fill)))
        .filter(trade -> from.isEmpty() || trade.getLong("id") >= from.getAsLong())
        .filter(trade -> range.contains(trade.getLong("time")))
        .sorted((one, other) -> Long.compare(one.getLong("id"), other.getLong("id")))
        .toList();
    return page(trades, limit, from.isPresent() || range.start.isPresent());
  }

  private JsonObject accountJson(SimulatedAccount account, Parameters parameters) {
    var omitZero = parameters.flag("omitZeroBalances");
    parameters.checkRead();
    return OrderFrames.account(
        account,
        account.visibleFunds.at(market.real()).orElseGet(LinkedHashMap<String, Funds>::new),
        omitZero);
  }

  private JsonObject commission(Parameters parameters) {
    var symbol = symbol(parameters);
    parameters.checkRead();
    return OrderFrames.commission(symbol);
  }

  private static JsonObject restrictions(SimulatedAccount account) {
    return new JsonObject()
        .put("ipRestrict", false)
        .put("createTime", 0)
        .put("enableReading", true)
        .put("enableWithdrawals", account.key.canWithdraw())
        .put("enableInternalTransfer", false)
        .put("enableMargin", false)
        .put("enableFutures", false)
        .put("permitsUniversalTransfer", false)
        .put("enableVanillaOptions", false)
        .put("enableSpotAndMarginTrading", account.key.canTrade());
  }

  private JsonArray orderLimits(SimulatedAccount account) {
    var real = market.real();
    return new JsonArray()
        .add(orderLimit("SECOND", 10, orderLimit, account.unfilled.inShort(real)))
        .add(orderLimit("DAY", 1, DAY_LIMIT, account.unfilled.inDay(real)));
  }

  private static JsonObject orderLimit(String interval, int number, int limit, int count) {
    return new JsonObject()
        .put("rateLimitType", "ORDERS")
        .put("interval", interval)
        .put("intervalNum", number)
        .put("limit", limit)
        .put("count", count);
  }

  private interface Result {
    Object json();
  }

  private static Object read(Parameters parameters, Result result) {
    parameters.checkRead();
    return result.json();
  }

  /** The id or the client's id of an order; both must match if both were sent. */
  private record Reference(OptionalLong id, Optional<String> clientOrderId) {
    static Reference of(Parameters parameters) {
      var reference =
          new Reference(parameters.number("orderId"), parameters.text("origClientOrderId"));
      if (reference.id.isEmpty() && reference.clientOrderId.isEmpty()) {
        throw OrderException.invalid(
            -1102,
            "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
      }
      return reference;
    }

    boolean matches(JsonObject order) {
      return (id.isEmpty() || id.getAsLong() == order.getLong("orderId"))
          && clientOrderId.map(order.getString("clientOrderId")::equals).orElse(true);
    }
  }

  /** A range of times in milliseconds, both ends included. */
  private record Range(OptionalLong start, OptionalLong end) {
    static Range of(Parameters parameters) {
      var range = new Range(parameters.number("startTime"), parameters.number("endTime"));
      if (range.start.isPresent()
          && range.end.isPresent()
          && range.end.getAsLong() - range.start.getAsLong() > UnfilledOrders.DAY.toMillis()) {
        throw OrderException.invalid(-1127, "More than 24 hours between startTime and endTime.");
      }
      return range;
    }

    boolean contains(long time) {
      return (start.isEmpty() || time >= start.getAsLong())
          && (end.isEmpty() || time <= end.getAsLong());
    }
  }

  private SimulatedAccount authenticate(Optional<String> key, Parameters parameters) {
    if (key.isEmpty()) {
      throw new OrderException(401, -2014, "API-key format invalid.");
    }
    var account = accounts.get(key.get());
    if (account == null) {
      throw OrderException.invalidKey();
    }
    checkTime(parameters);
    var signature = parameters.required("signature");
    if (parameters.signedTexts().stream()
        .noneMatch(text -> account.key.verifies(text, signature))) {
      throw OrderException.invalid(-1022, "Signature for this request is not valid.");
    }
    return account;
  }

  /** A client of a simulator that runs faster may follow either clock. */
  private void checkTime(Parameters parameters) {
    var sent =
        parameters.number("timestamp").orElseThrow(() -> OrderException.missing("timestamp"));
    var time = sent > MAX_MILLIS ? sent / 1_000 : sent;
    var window = parameters.amount("recvWindow").orElse(DEFAULT_WINDOW);
    if (window.compareTo(BigDecimal.valueOf(MAX_WINDOW)) > 0) {
      throw OrderException.invalid(-1131, "recvWindow must be less than 60000.");
    }
    var realAge = market.real().toEpochMilli() - time;
    var simulatedAge = Math.floorDiv(market.now().toEpochMilli() - time, market.speed());
    Predicate<Long> isValid =
        age -> age > -MAX_AHEAD && BigDecimal.valueOf(age).compareTo(window) <= 0;
    if (!isValid.test(realAge) && !isValid.test(simulatedAge)) {
      throw OrderException.invalid(
          -1021,
          realAge <= -MAX_AHEAD
              ? "Timestamp for this request was 1000ms ahead of the server's time."
              : "Timestamp for this request is outside of the recvWindow.");
    }
  }

  private static void checkMayTrade(SimulatedAccount account) {
    if (!account.key.canTrade()) {
      throw OrderException.invalidKey();
    }
  }

  private static OrderException tooManyOrders(String limit, Duration retryAfter) {
    return new OrderException(
        429,
        -1015,
        "Too many new orders; current limit is " + limit + ".",
        Optional.of(retryAfter));
  }

  private String symbol(Parameters parameters) {
    var symbol = parameters.required("symbol");
    rules(symbol);
    return symbol;
  }

  private SimulatedRules rules(String symbol) {
    return market
        .info(symbol)
        .map(SimulatedRules::new)
        .orElseThrow(() -> OrderException.invalid(-1121, "Invalid symbol."));
  }

  private static int limit(Parameters parameters) {
    return (int) Math.min(MAX_LIMIT, parameters.number("limit").orElse(DEFAULT_LIMIT));
  }

  /** The first ones of a list that starts where the client asked, else the newest ones. */
  private static JsonArray page(List<JsonObject> rows, int limit, boolean fromStart) {
    var size = Math.min(limit, rows.size());
    return new JsonArray(List.copyOf(
        fromStart ? rows.subList(0, size) : rows.subList(rows.size() - size, rows.size())));
  }

  /** @param symbol null = every symbol */
  private Stream<JsonObject> visible(SimulatedAccount account, String symbol) {
    Instant real = market.real();
    return account.orders.values().stream()
        .filter(order -> symbol == null || order.request.symbol().equals(symbol))
        .flatMap(order -> order.visible.at(real).stream());
  }

  private static Stream<SimulatedOrder> openOrders(SimulatedAccount account) {
    return List.copyOf(account.orders.values()).stream().filter(SimulatedOrder::isOpen);
  }

  private interface Change {
    void apply(SimulatedOrder order);
  }

  private boolean change(long orderId, Change change) {
    var order = accounts.values().stream()
        .map(account -> account.orders.get(orderId))
        .filter(found -> found != null && found.isOpen())
        .findFirst();
    order.ifPresent(change::apply);
    matching.flush();
    return order.isPresent();
  }

  private SimulatedAccount account(String key) {
    return Optional.ofNullable(accounts.get(key))
        .orElseThrow(() -> new IllegalArgumentException("no such key: " + key));
  }

  private void onEvent(String key, Optional<String> symbol, JsonObject event) {
    listeners.forEach(listener -> listener.onEvent(key, symbol, event));
  }
}
