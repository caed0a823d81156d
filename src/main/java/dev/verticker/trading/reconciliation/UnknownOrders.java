package dev.verticker.trading.reconciliation;

import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.trading.order.OrderReport;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.order.OrderStore.Conclusion;
import dev.verticker.trading.order.StoredOrder;
import dev.verticker.trading.reconciliation.UnknownOrderEvidence.Verdict;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles orders whose outcome is unknown, among them those whose node failed before it stored the outcome. Only evidence from
 * the venue settles an order; a failed lookup changes nothing. Runs on the leader, on one event loop.
 */
final class UnknownOrders {
  private static final Logger log = LoggerFactory.getLogger(UnknownOrders.class);

  /** The node that sent an order stores its outcome within this time after it was signed, unless it fails. */
  static final Duration MAX_OUTCOME_DELAY = Duration.ofSeconds(15);

  /** Interval of lookups of an order that its venue may not show yet. */
  private static final Duration EARLY_INTERVAL = Duration.ofSeconds(2);

  private static final Duration LATE_INTERVAL = UnknownOrderEvidence.LOOKUP_INTERVAL;

  /** Interval of lookups of an order about which an operator must decide. */
  private static final Duration CONTRADICTED_INTERVAL = Duration.ofMinutes(5);

  /** Max number of lookups in one pass, which bounds the weight: four for each lookup. */
  private static final int MAX_LOOKUPS = 20;

  private final OrderReports reports;
  private final Gateways gateways;
  private final Clock clock;
  private final Map<Long, Search> searches = new HashMap<>();

  /** Returns the gateway of an account; fails if its key is not available. */
  @FunctionalInterface
  interface Gateways {
    Future<OrderGateway> of(StoredOrder order);
  }

  /** The search for one order. */
  private static final class Search {
    private final UnknownOrderEvidence evidence;
    private Instant nextLookup = Instant.MIN;
    private boolean running;

    private Search(StoredOrder order) {
      this.evidence = new UnknownOrderEvidence(order.order());
    }

    private boolean isDue(Instant now) {
      return !running && !now.isBefore(nextLookup);
    }
  }

  UnknownOrders(OrderReports reports, Gateways gateways, Clock clock) {
    this.reports = reports;
    this.gateways = gateways;
    this.clock = clock;
  }

  /**
   * Looks up those orders whose next lookup is due.
   *
   * @param orders all orders to settle; evidence about others is discarded
   */
  Future<Void> settle(List<StoredOrder> orders) {
    var now = clock.instant();
    Set<Long> ids = new HashSet<>();
    orders.forEach(order -> ids.add(order.id()));
    searches.keySet().retainAll(ids);
    var lookups = orders.stream()
        .filter(order ->
            searches.computeIfAbsent(order.id(), id -> new Search(order)).isDue(now))
        // Orders that cannot be looked up are due again soon and must not keep others waiting.
        .sorted(Comparator.comparing(order -> searches.get(order.id()).nextLookup))
        .limit(MAX_LOOKUPS)
        .map(order -> settle(order, searches.get(order.id())))
        .toList();
    return Future.join(lookups).otherwiseEmpty().mapEmpty();
  }

  private Future<Void> settle(StoredOrder order, Search search) {
    search.running = true;
    search.nextLookup = clock.instant().plus(EARLY_INTERVAL);
    return gateways
        .of(order)
        .compose(gateway -> lookUp(gateway, order, search))
        .onFailure(failure -> log.warn(
            "order {} of account {} cannot be looked up, its outcome stays unknown: {}",
            order.id(),
            order.order().accountId(),
            failure.getMessage()))
        .onComplete(done -> search.running = false);
  }

  private Future<Void> lookUp(OrderGateway gateway, StoredOrder order, Search search) {
    var at = gateway.time();
    search.nextLookup =
        clock.instant().plus(search.evidence.counts(at) ? LATE_INTERVAL : EARLY_INTERVAL);
    return gateway.find(order.reference()).compose(found -> {
      var verdict = found.isPresent()
          ? search.evidence.onFound(found.get(), at)
          : search.evidence.onNotFound(at);
      if (verdict == Verdict.CONTRADICTED) {
        search.nextLookup = clock.instant().plus(CONTRADICTED_INTERVAL);
      }
      return verdict == Verdict.LIST
          ? list(gateway, order, search)
          : conclude(gateway, order, verdict, found.orElse(null));
    });
  }

  private Future<Void> list(OrderGateway gateway, StoredOrder order, Search search) {
    return gateway
        .orders(order.ticket().symbol(), search.evidence.listFrom())
        .compose(orders -> conclude(
            gateway, order, search.evidence.onList(orders), search.evidence.listed(orders)));
  }

  private Future<Void> conclude(
      OrderGateway gateway, StoredOrder order, Verdict verdict, VenueOrder found) {
    return switch (verdict) {
      case FOUND -> {
        log.info("order {} was found at its venue as {}", order.id(), found.status());
        yield reports
            .apply(
                gateway, order.order().accountId(), order.id(), new OrderReport(found, List.of()))
            .mapEmpty();
      }
      case ABSENT -> {
        log.info("order {} never reached its venue", order.id());
        yield conclude(
            order,
            new Conclusion(Status.REJECTED, "The order did not reach the venue."),
            StoredOrder::isUnacknowledged);
      }
      case VENUE_RESET -> {
        log.warn("the venue of order {} does not have it any more: it was reset", order.id());
        yield conclude(
            order,
            new Conclusion(Status.VENUE_RESET, "The venue does not have the order any more."),
            stored -> true);
      }
      case CONTRADICTED -> {
        log.error(
            "the client order id of order {} belongs to another order at its venue: {}; an operator must compare both",
            order.id(),
            found);
        yield Future.succeededFuture();
      }
      case LOOK_UP, LIST ->
        isOverdue(gateway, order)
            ? conclude(
                order,
                new Conclusion(
                    Status.OUTCOME_UNKNOWN, "The node that sent the order stored no outcome."),
                stored -> stored.order().status() == Status.PENDING)
            : Future.succeededFuture();
    };
  }

  private static boolean isOverdue(OrderGateway gateway, StoredOrder order) {
    return order.order().status() == Status.PENDING
        && order.order().sentAt().plus(MAX_OUTCOME_DELAY).isBefore(gateway.time());
  }

  private Future<Void> conclude(
      StoredOrder order, Conclusion conclusion, Predicate<StoredOrder> expected) {
    return reports
        .conclude(
            order.order().accountId(),
            order.id(),
            stored -> !stored.order().status().isFinal() && expected.test(stored),
            conclusion)
        .mapEmpty();
  }
}
