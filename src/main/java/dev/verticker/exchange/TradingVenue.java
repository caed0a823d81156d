package dev.verticker.exchange;

import io.vertx.core.Future;
import java.util.Optional;

/** A venue on which the accounts of users trade with their own API keys. Requests fail only with an {@link ExchangeException}. */
public interface TradingVenue {
  /** Returns the gateway of an account; throws {@link IllegalArgumentException} if the key cannot sign. */
  OrderGateway gateway(ApiKey key);

  /**
   * Asks the venue what the key permits. Fails with an {@link ExchangeException}: with a rejection if the venue does not
   * accept the key.
   */
  Future<KeyPermissions> check(ApiKey key);

  UserStream userStream();

  /** The venue's own object of a symbol, as JSON text; empty if the venue does not list it. */
  Future<Optional<String>> symbol(String symbol);

  /** The newest ticker of a symbol; empty if the venue does not list it. */
  Future<Optional<Ticker>> ticker(String symbol);

  /** @param withdraw null if the venue does not report it */
  record KeyPermissions(boolean trade, Boolean withdraw) {}
}
