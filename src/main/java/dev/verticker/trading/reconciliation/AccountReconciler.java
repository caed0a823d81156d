package dev.verticker.trading.reconciliation;

import dev.verticker.exchange.OrderGateway;
import dev.verticker.exchange.OrderGateway.ExecutionReport;
import dev.verticker.exchange.OrderGateway.VenueOrder;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.order.OrderReport;
import dev.verticker.trading.order.OrderReports;
import dev.verticker.trading.order.StoredOrder;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Compares the orders and balances of one account with its venue and applies the differences. Orders at the venue that were not
 * placed here are stored as external and never changed.
 */
final class AccountReconciler {
  /** Request weight of a lookup of one order; the list of all open orders has 80. */
  private static final int LOOKUP_WEIGHT = 4;

  private static final int OPEN_ORDERS_WEIGHT = 80;
  private static final int BALANCES_WEIGHT = 20;
  private static final int ORDERS_WEIGHT = 20;

  /** Orders that changed within this time may have changed again without a report. */
  private static final Duration RECENT = Duration.ofHours(1);

  private static final int MAX_SYMBOLS = 10;

  private final VenueState state;
  private final OrderReports reports;
  private final Clock clock;

  AccountReconciler(VenueState state, OrderReports reports, Clock clock) {
    this.state = state;
    this.reports = reports;
    this.clock = clock;
  }

  /**
   * The result of a comparison.
   *
   * @param weight request weight at the venue
   * @param missing orders that are open here and that the venue does not have
   */
  record Result(int weight, List<StoredOrder> missing) {
    Result {
      missing = List.copyOf(missing);
    }
  }

  /** Compares open orders, recent orders and balances. */
  Future<Result> compareAll(VenueAccount account, OrderGateway gateway) {
    return gateway.openOrders().compose(venueOrders -> each(
            venueOrders, order -> apply(account, gateway, new ExecutionReport(order, null, null)))
        .compose(applied -> state.open(account.id()))
        .compose(open -> lookUp(gateway, missingIn(venueOrders, open)))
        .compose(result -> compareRecent(account, gateway).compose(weight -> gateway
            .balances()
            .compose(balances -> state.storeBalances(account, balances, true))
            .map(stored -> new Result(
                result.weight() + weight + OPEN_ORDERS_WEIGHT + BALANCES_WEIGHT,
                result.missing())))));
  }

  /** Compares the orders that are open here. */
  Future<Result> compareOpen(VenueAccount account, OrderGateway gateway) {
    return state
        .open(account.id())
        .compose(open -> open.size() * LOOKUP_WEIGHT < OPEN_ORDERS_WEIGHT
            ? lookUp(gateway, open)
            : gateway.openOrders().compose(venueOrders -> each(
                    venueOrders,
                    order -> apply(account, gateway, new ExecutionReport(order, null, null)))
                .compose(applied -> lookUp(gateway, missingIn(venueOrders, open)))
                .map(
                    result -> new Result(result.weight() + OPEN_ORDERS_WEIGHT, result.missing()))));
  }

  /** Applies a report; stores the order first if it was not placed here. */
  Future<Void> apply(VenueAccount account, OrderGateway gateway, ExecutionReport report) {
    return reports.apply(gateway, account.id(), report).compose(applied -> {
      if (applied.isPresent() || report.order().ticket().side() == Side.UNKNOWN) {
        return Future.succeededFuture();
      }
      return state
          .storeExternal(account, report.order())
          .compose(stored -> reports.apply(gateway, account.id(), report))
          .mapEmpty();
    });
  }

  /** Finds orders that were placed or filled without a report, and late fills of closed orders. */
  private Future<Integer> compareRecent(VenueAccount account, OrderGateway gateway) {
    var since = clock.instant().minus(RECENT);
    return state.recentSymbols(account.id(), since, MAX_SYMBOLS).compose(symbols -> each(
            symbols, symbol -> gateway
                .orders(symbol, since)
                .compose(orders -> each(
                    orders,
                    order -> apply(account, gateway, new ExecutionReport(order, null, null)))))
        .map(symbols.size() * ORDERS_WEIGHT));
  }

  private Future<Result> lookUp(OrderGateway gateway, List<StoredOrder> orders) {
    var missing = new ArrayList<StoredOrder>();
    return each(orders, order -> gateway.find(order.reference()).compose(found -> {
          if (found.isEmpty()) {
            missing.add(order);
            return Future.succeededFuture();
          }
          return reports
              .apply(
                  gateway,
                  order.order().accountId(),
                  order.id(),
                  new OrderReport(found.get(), List.of()))
              .mapEmpty();
        }))
        .map(done -> new Result(orders.size() * LOOKUP_WEIGHT, missing));
  }

  private static List<StoredOrder> missingIn(List<VenueOrder> listed, List<StoredOrder> open) {
    Set<String> ids = new HashSet<>();
    listed.forEach(order -> ids.add(order.exchangeOrderId()));
    return open.stream()
        .filter(order -> !ids.contains(order.order().exchangeOrderId()))
        .toList();
  }

  /** Processes the items one after the other, which bounds the requests in flight. */
  private static <T> Future<Void> each(List<T> items, Function<T, Future<Void>> work) {
    var done = Future.<Void>succeededFuture();
    for (var item : items) {
      done = done.compose(before -> work.apply(item));
    }
    return done;
  }
}
