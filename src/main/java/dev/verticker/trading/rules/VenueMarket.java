package dev.verticker.trading.rules;

import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.Optional;

/** The symbols and prices of one venue. Those of another venue are never used instead. */
public interface VenueMarket {
  /**
   * Returns the venue's own object of a symbol, as JSON text; empty if the venue does not list it. Fails with
   * {@link dev.verticker.bus.Failure.Unavailable} while the symbols are not known.
   */
  Future<Optional<String>> symbol(String symbol);

  /** Returns the newest price; empty if there is none. Never fails. */
  Future<Optional<MarketPrice>> price(String symbol);

  /** The fee of a trade as a fraction of what is received; null if only the venue knows it. */
  BigDecimal feeRate();
}
