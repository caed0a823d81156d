package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway.OrderReference;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Source;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.TradingAccounts;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * A row of {@code trading.orders}.
 *
 * @param contentHash of the client's request; null for an external order
 * @param base asset that is bought or sold; null until the venue lists the symbol, like {@code quote}
 * @param reportedQty executed quantity that the venue reported; may exceed the sum of the known trades
 * @param locked amount that the order locks in the wallet of {@link #payAsset}; 0 at a real venue
 * @param lastExecutionId null if no report had one
 * @param triggeredAt when the limit order of a stop-limit order entered the book; null before, and for other types
 * @param oddities reports that contradict the order
 */
public record StoredOrder(
    Order order,
    String contentHash,
    String base,
    String quote,
    BigDecimal reportedQty,
    BigDecimal locked,
    String lastExecutionId,
    Instant triggeredAt,
    List<String> oddities) {
  public StoredOrder {
    oddities = List.copyOf(oddities);
  }

  public long id() {
    return order.id();
  }

  public Ticket ticket() {
    return order.ticket();
  }

  public boolean isPaper() {
    return TradingAccounts.PAPER.equals(order.venue());
  }

  public boolean isOwn() {
    return order.source() == Source.OWN;
  }

  /** The asset that the order pays with. */
  public String payAsset() {
    return ticket().side() == Side.BUY ? quote : base;
  }

  /** Returns whether its venue has never reported it. */
  public boolean isUnacknowledged() {
    return order.exchangeOrderId() == null
        && reportedQty.signum() == 0
        && order.executedQty().signum() == 0;
  }

  public OrderReference reference() {
    return new OrderReference(ticket().symbol(), order.exchangeOrderId(), order.clientOrderId());
  }
}
