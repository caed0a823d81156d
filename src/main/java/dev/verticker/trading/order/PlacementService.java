package dev.verticker.trading.order;

import dev.verticker.bus.Failure;
import dev.verticker.bus.Json;
import dev.verticker.exchange.OrderGateway;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.settings.Secret;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.PlacementRules.Placement;
import dev.verticker.trading.rules.OrderRules;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Places orders: stores each one before it is sent, sends it once, and applies the outcome. */
public final class PlacementService {
  private static final Logger log = LoggerFactory.getLogger(PlacementService.class);
  private static final Pattern CLIENT_ORDER_ID = Pattern.compile("[A-Za-z0-9.:/_-]{1,36}");
  private static final int RANDOM_BYTES = 16;
  private static final String CHECK_VIOLATION = "23514";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Vertx vertx;
  private final PlacementCheck check;
  private final OrderRepository orders;
  private final OrderStore store;
  private final OrderSender sender;
  private final Venues venues;

  public PlacementService(
      Vertx vertx,
      PlacementCheck check,
      OrderRepository orders,
      OrderStore store,
      OrderSender sender,
      Venues venues) {
    this.vertx = vertx;
    this.check = check;
    this.orders = orders;
    this.store = store;
    this.sender = sender;
    this.venues = venues;
  }

  /** Serves {@link Orders#PLACE}. */
  public Future<Order> place(Place place) {
    var clientOrderId = place.clientOrderId();
    if (clientOrderId != null && !CLIENT_ORDER_ID.matcher(clientOrderId).matches()) {
      return Future.failedFuture(Failure.Invalid.of(
          "/client_order_id",
          "pattern",
          "The client order id must have 1 to 36 letters, digits or characters of .:/_-"));
    }
    var ticket = normalized(place.ticket());
    var hash = hash(ticket);
    return check.account(place).compose(account -> existing(account, clientOrderId)
        .compose(existing -> existing.isPresent()
            ? repeated(existing.get(), hash)
            : placeNew(place, account, ticket, hash)));
  }

  private Future<Optional<StoredOrder>> existing(VenueAccount account, String clientOrderId) {
    return clientOrderId == null
        ? Future.succeededFuture(Optional.empty())
        : orders.find(new FindOrder(account.userId(), null, account.id(), clientOrderId));
  }

  private static Future<Order> repeated(StoredOrder existing, String hash) {
    return hash.equals(existing.contentHash())
        ? Future.succeededFuture(existing.order())
        : Future.failedFuture(new Failure.Invalid(
            "idempotency-key-reused",
            "An order with other content was placed with this client order id: use a new one."));
  }

  private Future<Order> placeNew(Place place, VenueAccount account, Ticket ticket, String hash) {
    var checked = check.require(account, ticket);
    var gateway = venues.gateway(account);
    return Future.all(checked, gateway)
        .compose(ready -> store.place(
            place.actor(),
            placement(place, account, ticket, hash, checked.result(), gateway.result())))
        .recover(failure -> Future.failedFuture(refusal(failure)))
        .compose(placed -> placed.created()
            ? send(gateway.result(), placed.order())
            : repeated(placed.order(), hash));
  }

  private static Placement placement(
      Place place,
      VenueAccount account,
      Ticket ticket,
      String hash,
      OrderRules.Result checked,
      OrderGateway gateway) {
    var verdict = checked.verdict();
    return new Placement(
        account,
        place.clientOrderId() == null ? randomId() : place.clientOrderId(),
        hash,
        ticket,
        checked.instrument(),
        account.isPaper() ? OrderLock.initial(ticket, verdict) : BigDecimal.ZERO,
        ticket.price() == null
            ? verdict.estimatedNotional()
            : ticket.price().multiply(ticket.qty()),
        gateway.time());
  }

  /** Returns the order after its venue has responded; as pending if that takes too long or the outcome cannot be stored. */
  private Future<Order> send(OrderGateway gateway, StoredOrder pending) {
    var settled = sender.place(gateway, pending).otherwise(failure -> {
      log.warn("the outcome of order {} is not stored yet: {}", pending.id(), failure.getMessage());
      return pending;
    });
    return within(vertx, Orders.MAX_WAIT, settled, pending).map(StoredOrder::order);
  }

  /** Returns the result, or {@code late} after the time has passed. */
  static <T> Future<T> within(Vertx vertx, Duration max, Future<T> result, T late) {
    return result.isComplete()
        ? result
        : Future.any(result, vertx.timer(max.toMillis()))
            .map(done -> result.succeeded() ? result.result() : late);
  }

  /** Maps a violated database constraint to a failure. */
  private static Throwable refusal(Throwable failure) {
    return failure instanceof PgException refusal && CHECK_VIOLATION.equals(refusal.getSqlState())
        ? PlacementCheck.notAccepted(List.of(new Violation(
            "",
            refusal.getConstraint(),
            "The order violates a rule of its venue.",
            null,
            null,
            null)))
        : failure;
  }

  /** The same numbers in another notation are the same content. */
  private static Ticket normalized(Ticket ticket) {
    return new Ticket(
        ticket.symbol(),
        ticket.side(),
        ticket.type(),
        ticket.timeInForce(),
        normalized(ticket.qty()),
        normalized(ticket.quoteQty()),
        normalized(ticket.price()),
        normalized(ticket.stopPrice()),
        ticket.selfTradePrevention());
  }

  private static BigDecimal normalized(BigDecimal value) {
    return value == null ? null : new BigDecimal(value.stripTrailingZeros().toPlainString());
  }

  private static String hash(Ticket ticket) {
    return HexFormat.of()
        .formatHex(Secret.sha256(Json.write(ticket).getBytes(StandardCharsets.UTF_8)));
  }

  private static String randomId() {
    var bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
