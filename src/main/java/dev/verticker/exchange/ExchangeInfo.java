package dev.verticker.exchange;

import java.util.Set;

/**
 * @param symbols every symbol the exchange knows, whatever its status: an unknown status is no reason to lose a price
 * @param weightPerMinute the exchange's REQUEST_WEIGHT limit for one address; 0 when not said
 */
public record ExchangeInfo(Set<String> symbols, int weightPerMinute) {
  public ExchangeInfo {
    symbols = Set.copyOf(symbols);
  }
}
