package dev.verticker.trading.order;

import dev.verticker.bus.Failure;
import dev.verticker.data.Rows;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.Fill;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.ListTrades;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.OrderPage;
import dev.verticker.message.trading.Orders.TradePage;
import dev.verticker.trading.account.AccountRepository;
import io.vertx.core.Future;

/** Reads orders and trades of a user. */
public final class OrderService {
  private final OrderRepository orders;
  private final AccountRepository accounts;

  public OrderService(OrderRepository orders, AccountRepository accounts) {
    this.orders = orders;
    this.accounts = accounts;
  }

  public Future<Order> find(FindOrder find) {
    return withAccount(find)
        .compose(orders::find)
        .map(found -> found.orElseThrow(OrderService::notFound).order());
  }

  public Future<OrderPage> list(ListOrders list) {
    return checked(list.limit())
        .compose(checked -> orders.list(list))
        .map(found -> Rows.page(
            found.stream().map(StoredOrder::order).toList(),
            list.limit(),
            Order::id,
            OrderPage::new));
  }

  public Future<TradePage> trades(ListTrades list) {
    return checked(list.limit())
        .compose(checked -> orders.trades(list))
        .map(found -> Rows.page(found, list.limit(), Fill::id, TradePage::new));
  }

  static Failure.NotFound notFound() {
    return new Failure.NotFound(
        "order-not-found", "You have no such order: list yours with GET /orders.");
  }

  /** A client order id is unique in one account. */
  private Future<FindOrder> withAccount(FindOrder find) {
    return find.id() != null || find.accountId() != null
        ? Future.succeededFuture(find)
        : accounts
            .find(find.userId(), null)
            .map(paper -> new FindOrder(find.userId(), null, paper.id(), find.clientOrderId()));
  }

  private static Future<Void> checked(int limit) {
    return limit >= 1 && limit <= Orders.MAX_PAGE
        ? Future.succeededFuture()
        : Future.failedFuture(Failure.Invalid.of(
            "query/limit",
            "out-of-range",
            "The limit must be between 1 and " + Orders.MAX_PAGE + "."));
  }
}
