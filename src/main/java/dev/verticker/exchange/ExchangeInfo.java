package dev.verticker.exchange;

import dev.verticker.message.Listings.Limits;
import dev.verticker.message.Listings.Listing;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The symbols and limits of an exchange.
 *
 * @param listings all listed symbols of any status, in their order: an unknown status must not remove a price
 * @param revision identifies the content of the listings
 * @param weightPerMinute the exchange's REQUEST_WEIGHT limit for one address; 0 if missing
 */
public record ExchangeInfo(List<Listing> listings, String revision, int weightPerMinute) {
  public ExchangeInfo {
    listings = List.copyOf(listings);
  }

  /** Sorts the listings and computes their revision, which takes milliseconds for thousands of them. */
  public static ExchangeInfo of(Collection<Listing> listings, int weightPerMinute) {
    var sorted =
        listings.stream().sorted(Comparator.comparing(Listing::symbol)).toList();
    var content = sorted.toString().getBytes(StandardCharsets.UTF_8);
    return new ExchangeInfo(
        sorted, UUID.nameUUIDFromBytes(content).toString(), weightPerMinute);
  }

  /** Returns a listing of which only the symbol is known. */
  public static Listing named(String symbol) {
    return new Listing(
        symbol, "TRADING", "", "", null, null, true, Limits.NONE, Limits.NONE, Limits.NONE);
  }

  public Set<String> symbols() {
    return listings.stream().map(Listing::symbol).collect(Collectors.toUnmodifiableSet());
  }
}
