package dev.verticker.message.trading;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import dev.verticker.message.Actor;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Requests about orders and trades, served by the trading verticle. Every request names the user whose accounts it may use; an
 * order or account of another user fails like one that does not exist.
 *
 * <p>Failures, besides those named at each address: {@code database-unavailable} (503).
 */
public final class Orders {
  /** Max number of orders or trades in one page. */
  public static final int MAX_PAGE = 500;

  /** If a venue does not respond within this time, the reply shows the order as {@code pending}. */
  public static final Duration MAX_WAIT = Duration.ofMillis(2500);

  /** Longer than {@link #MAX_WAIT} and the transaction before it. */
  private static final Duration PLACE_DEADLINE = Duration.ofSeconds(6);

  /**
   * Stores an order and sends it to its venue once. The same {@link Place#clientOrderId} with the same content returns the
   * order with its current status. Fails with {@code order-not-accepted} (422) with one error for each rule that the order
   * violates, {@code idempotency-key-reused} (422) for other content, {@code account-not-found} (404), {@code trading-halted}
   * (409), {@code price-stale} (409), {@code insufficient-balance} (409) and {@code limit-exceeded} (409). None of these stores
   * an order.
   */
  public static final Address<Place, Order> PLACE =
      new Address<>("orders.place", Place.class, Order.class, PLACE_DEADLINE);

  /** Checks an order without storing or sending it. Fails with {@code account-not-found} (404). */
  public static final Address<Place, Verdict> CHECK =
      new Address<>("orders.check", Place.class, Verdict.class).asRepeatable();

  /** Fails with {@code order-not-found} (404). */
  public static final Address<FindOrder, Order> FIND =
      new Address<>("orders.find", FindOrder.class, Order.class).asRepeatable();

  /** Orders of a user, newest first. */
  public static final Address<ListOrders, OrderPage> LIST =
      new Address<>("orders.list", ListOrders.class, OrderPage.class).asRepeatable();

  /**
   * Requests the cancellation of an order; the order is canceled when its venue confirms it, which may be after the reply.
   * Fails with {@code order-not-found} (404) and {@code order-closed} (409) if its status is final.
   */
  public static final Address<Cancel, Order> CANCEL =
      new Address<>("orders.cancel", Cancel.class, Order.class, PLACE_DEADLINE);

  /** Requests the cancellation of every open order of a user that matches, one by one. */
  public static final Address<CancelAll, OrderPage> CANCEL_ALL =
      new Address<>("orders.cancel-all", CancelAll.class, OrderPage.class, PLACE_DEADLINE);

  /** Trades of a user, newest first. */
  public static final Address<ListTrades, TradePage> TRADES =
      new Address<>("orders.trades", ListTrades.class, TradePage.class).asRepeatable();

  private Orders() {}

  /** The topic of a user's orders, trades and balances; no other user may read it. */
  public static String topic(long userId) {
    return "orders." + userId;
  }

  public enum Side {
    BUY,
    SELL,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  public enum Type {
    MARKET,
    LIMIT,
    LIMIT_MAKER,
    STOP_LIMIT,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  public enum TimeInForce {
    GTC,
    IOC,
    FOK,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /** The last known state of an order at its venue. */
  public enum Status {
    /** Stored; not sent yet, or the venue has not responded yet. */
    PENDING,
    OPEN,
    PARTIALLY_FILLED,
    FILLED,
    CANCELED,
    REJECTED,
    EXPIRED,
    EXPIRED_IN_MATCH,
    /** Sent, but nothing proves yet whether the venue has it; only evidence changes this status. */
    OUTCOME_UNKNOWN,
    /** The venue acknowledged the order and does not know it any more, because the venue was reset. */
    VENUE_RESET,
    @JsonEnumDefaultValue
    UNKNOWN;

    /** Returns whether the status is final: only a late report may still change it. */
    public boolean isFinal() {
      return switch (this) {
        case FILLED, CANCELED, REJECTED, EXPIRED, EXPIRED_IN_MATCH, VENUE_RESET -> true;
        case PENDING, OPEN, PARTIALLY_FILLED, OUTCOME_UNKNOWN, UNKNOWN -> false;
      };
    }
  }

  /** Own orders were placed here; external ones were found at the venue and are never changed. */
  public enum Source {
    OWN,
    EXTERNAL,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * The content of an order that a client places.
   *
   * @param qty in units of the base asset; null for a market order by {@code quoteQty}
   * @param quoteQty in units of the quote asset; null unless a market order is given by it
   * @param price null for a market order
   * @param stopPrice null unless the type is {@code STOP_LIMIT}
   * @param timeInForce null for {@code MARKET} and {@code LIMIT_MAKER}
   * @param selfTradePrevention the exchange's mode, such as {@code EXPIRE_MAKER}; null = the venue's default
   */
  public record Ticket(
      String symbol,
      Side side,
      Type type,
      TimeInForce timeInForce,
      BigDecimal qty,
      BigDecimal quoteQty,
      BigDecimal price,
      BigDecimal stopPrice,
      String selfTradePrevention) {}

  /**
   * @param actor the user that places the order
   * @param accountId null = the user's paper account, which is created on first use
   * @param clientOrderId chosen by the client, never reused in the account; null = generated
   */
  public record Place(Actor actor, Long accountId, String clientOrderId, Ticket ticket) {}

  /**
   * The result of a check.
   *
   * @param violations empty if the check found none
   * @param onlyExchangeKnows names of the rules that only the venue can check
   * @param price used by rules that need a price; null if there is none
   * @param priceAt receipt of that price; null without one
   * @param estimatedQty quantity of the base asset that the order would trade; null without a price
   * @param estimatedNotional in units of the quote asset; null without a price
   * @param estimatedFee in units of {@code feeAsset}; null if unknown
   * @param feeAsset null if unknown
   */
  public record Verdict(
      List<Violation> violations,
      List<String> onlyExchangeKnows,
      BigDecimal price,
      Instant priceAt,
      boolean priceStale,
      BigDecimal estimatedQty,
      BigDecimal estimatedNotional,
      BigDecimal estimatedFee,
      String feeAsset) {
    public Verdict {
      violations = List.copyOf(violations);
      onlyExchangeKnows = List.copyOf(onlyExchangeKnows);
    }
  }

  /**
   * One rule that an order violates.
   *
   * @param pointer JSON pointer of the value in the request, such as {@code /price}
   * @param code stable name of the rule, such as {@code tick-size}
   * @param detail one sentence: the rule, the value, what to send
   * @param value the value that was checked; null if absent
   * @param rule the bound or step; null for rules without a number
   * @param nearest the nearest valid value; null if there is none
   */
  public record Violation(
      String pointer,
      String code,
      String detail,
      BigDecimal value,
      BigDecimal rule,
      BigDecimal nearest) {}

  /**
   * An order with its last known state.
   *
   * @param revision grows with each change of the order
   * @param exchangeOrderId null until the venue acknowledged the order
   * @param executedQty sum of its trades, in units of the base asset
   * @param executedQuoteQty sum of its trades, in units of the quote asset
   * @param preventedQty quantity that self-trade prevention removed from the order
   * @param reason why the order was rejected or expired; null without one
   * @param sentAt time of the signature; null if the order was not sent
   * @param cancelRequestedAt null unless a cancellation was requested
   */
  public record Order(
      long id,
      long revision,
      long userId,
      long accountId,
      String venue,
      String clientOrderId,
      String exchangeOrderId,
      Ticket ticket,
      Status status,
      Source source,
      BigDecimal executedQty,
      BigDecimal executedQuoteQty,
      BigDecimal preventedQty,
      String reason,
      Instant createdAt,
      Instant updatedAt,
      Instant sentAt,
      Instant cancelRequestedAt) {}

  /** @param id of the order; null if {@code clientOrderId} and {@code accountId} identify it */
  public record FindOrder(long userId, Long id, Long accountId, String clientOrderId) {}

  /**
   * @param accountId null = all accounts of the user
   * @param symbol null = every symbol
   * @param open whether only orders whose status is not final are listed
   * @param before only orders with a smaller id; null = from the newest
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public record ListOrders(
      long userId, Long accountId, String symbol, boolean open, Long before, int limit) {}

  /** @param next the {@code before} of the next page; null on the last one */
  public record OrderPage(List<Order> orders, Long next) {
    public OrderPage {
      orders = List.copyOf(orders);
    }
  }

  public record Cancel(Actor actor, long id) {}

  /** @param symbol null = every symbol; accountId null = all accounts of the user */
  public record CancelAll(Actor actor, Long accountId, String symbol) {}

  /**
   * A trade of an order.
   *
   * @param fee in units of {@code feeAsset}
   * @param maker whether the order was resting; null if unknown
   */
  public record Fill(
      long id,
      long orderId,
      long accountId,
      String venue,
      String symbol,
      Side side,
      String exchangeTradeId,
      BigDecimal price,
      BigDecimal qty,
      BigDecimal quoteQty,
      String feeAsset,
      BigDecimal fee,
      Boolean maker,
      Instant tradedAt) {}

  /**
   * @param orderId null = of all orders, like {@code accountId} and {@code symbol}
   * @param before only trades with a smaller id; null = from the newest
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public record ListTrades(
      long userId, Long accountId, Long orderId, String symbol, Long before, int limit) {}

  /** @param next the {@code before} of the next page; null on the last one */
  public record TradePage(List<Fill> trades, Long next) {
    public TradePage {
      trades = List.copyOf(trades);
    }
  }
}
