package dev.verticker.trading.order;

import dev.verticker.bus.Failure;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.Cancel;
import dev.verticker.message.trading.Orders.CancelAll;
import dev.verticker.message.trading.Orders.FindOrder;
import dev.verticker.message.trading.Orders.ListOrders;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.OrderPage;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.trading.account.AccountRepository;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests cancellations; an order is canceled when its venue confirms it. */
public final class CancelService {
  private static final Logger log = LoggerFactory.getLogger(CancelService.class);

  private final Vertx vertx;
  private final AccountRepository accounts;
  private final OrderRepository orders;
  private final OrderStore store;
  private final OrderSender sender;
  private final Venues venues;

  public CancelService(
      Vertx vertx,
      AccountRepository accounts,
      OrderRepository orders,
      OrderStore store,
      OrderSender sender,
      Venues venues) {
    this.vertx = vertx;
    this.accounts = accounts;
    this.orders = orders;
    this.store = store;
    this.sender = sender;
    this.venues = venues;
  }

  /** Serves {@link Orders#CANCEL}. */
  public Future<Order> cancel(Cancel cancel) {
    return orders
        .find(new FindOrder(cancel.actor().id(), cancel.id(), null, null))
        .compose(found -> {
          var order = found.orElseThrow(OrderService::notFound);
          if (!order.isOwn()) {
            return Future.failedFuture(new Failure.Conflict(
                "order-external", "The order was not placed here: cancel it at its venue."));
          }
          return order.order().status().isFinal()
              ? Future.failedFuture(closed(order))
              : store.requestCancel(cancel.actor(), order.order().accountId(), order.id());
        })
        .compose(requested ->
            PlacementService.within(vertx, Orders.MAX_WAIT, send(requested), requested))
        .map(StoredOrder::order);
  }

  /** Serves {@link Orders#CANCEL_ALL}; cancellations may continue after the reply. */
  public Future<OrderPage> cancelAll(CancelAll cancel) {
    return listOpen(cancel, null, List.of())
        .compose(own -> request(cancel, own))
        .compose(requested -> {
          var results = new ArrayList<>(requested);
          var sent = sendEach(results, 0);
          return PlacementService.within(vertx, Orders.MAX_WAIT, sent, null)
              .map(
                  done -> new OrderPage(results.stream().map(StoredOrder::order).toList(), null));
        });
  }

  /** Own open orders of all pages; several accounts, and external orders, may have more than one page together. */
  private Future<List<StoredOrder>> listOpen(
      CancelAll cancel, Long before, List<StoredOrder> newer) {
    var page = new ListOrders(
        cancel.actor().id(),
        cancel.accountId(),
        cancel.symbol(),
        true,
        before,
        PlacementRules.MAX_OPEN_ORDERS);
    return orders.list(page).compose(found -> {
      var own = new ArrayList<>(newer);
      found.stream().filter(StoredOrder::isOwn).forEach(own::add);
      return found.size() <= page.limit()
          ? Future.succeededFuture(own)
          : listOpen(cancel, found.get(found.size() - 1).id(), own);
    });
  }

  /** Sends a requested cancellation; an order that its venue has not acknowledged is canceled after the acknowledgement. */
  public Future<StoredOrder> send(StoredOrder requested) {
    var order = requested.order();
    if (order.status().isFinal() || order.status() == Status.PENDING) {
      return Future.succeededFuture(requested);
    }
    return accounts
        .find(order.userId(), order.accountId())
        .compose(venues::gateway)
        .compose(gateway -> sender.cancel(gateway, requested))
        .otherwise(failure -> {
          log.warn("order {} is not canceled yet: {}", requested.id(), failure.getMessage());
          return requested;
        });
  }

  private Future<List<StoredOrder>> request(CancelAll cancel, List<StoredOrder> open) {
    var requested = Future.<List<StoredOrder>>succeededFuture(new ArrayList<>());
    for (var order : open) {
      requested = requested.compose(before -> store
          .requestCancel(cancel.actor(), order.order().accountId(), order.id())
          .map(marked -> {
            before.add(marked);
            return before;
          }));
    }
    return requested;
  }

  private Future<Void> sendEach(List<StoredOrder> orders, int index) {
    return index == orders.size()
        ? Future.succeededFuture()
        : send(orders.get(index)).compose(sent -> {
          orders.set(index, sent);
          return sendEach(orders, index + 1);
        });
  }

  private static Failure closed(StoredOrder order) {
    return new Failure.Conflict(
        "order-closed",
        "The order is "
            + dev.verticker.message.trading.OrderJson.status(order.order().status())
            + " and cannot be canceled.");
  }
}
