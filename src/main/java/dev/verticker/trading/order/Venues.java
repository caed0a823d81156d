package dev.verticker.trading.order;

import dev.verticker.exchange.OrderGateway;
import dev.verticker.trading.account.VenueAccount;
import io.vertx.core.Future;

/** The gateways to venues. */
@FunctionalInterface
public interface Venues {
  /**
   * Returns the gateway of an account, chosen by the venue of its row. Fails with
   * {@link dev.verticker.bus.Failure.Conflict} if this installation does not enable the venue, or the account has no keys.
   */
  Future<OrderGateway> gateway(VenueAccount account);
}
