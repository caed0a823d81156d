package dev.verticker.exchange;

import java.util.Set;

/**
 * The symbols and limits of an exchange.
 *
 * @param symbols all listed symbols of any status: an unknown status must not remove a price
 * @param weightPerMinute the exchange's REQUEST_WEIGHT limit for one address; 0 if missing
 */
public record ExchangeInfo(Set<String> symbols, int weightPerMinute) {
  public ExchangeInfo {
    symbols = Set.copyOf(symbols);
  }
}
