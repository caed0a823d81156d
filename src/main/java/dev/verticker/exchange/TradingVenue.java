package dev.verticker.exchange;

import io.vertx.core.Future;

/** A venue on which the accounts of users trade with their own API keys. */
public interface TradingVenue {
  /** Returns the gateway of an account; throws {@link IllegalArgumentException} if the key cannot sign. */
  OrderGateway gateway(ApiKey key);

  /**
   * Asks the venue what the key permits. Fails with an {@link ExchangeException}: with a rejection if the venue does not
   * accept the key.
   */
  Future<KeyPermissions> check(ApiKey key);

  UserStream userStream();

  /** @param withdraw null if the venue does not report it */
  record KeyPermissions(boolean trade, Boolean withdraw) {}
}
