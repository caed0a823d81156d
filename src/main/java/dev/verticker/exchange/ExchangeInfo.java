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
 * @param head the exchange's own response without its symbols, as JSON text; null if it has another format than Binance's
 * @param objects the exchange's own object of each symbol, in its order, as JSON texts; empty without {@code head}
 */
public record ExchangeInfo(
    List<Listing> listings,
    String revision,
    int weightPerMinute,
    String head,
    List<String> objects) {
  public ExchangeInfo {
    listings = List.copyOf(listings);
    objects = List.copyOf(objects);
  }

  public static ExchangeInfo of(Collection<Listing> listings, int weightPerMinute) {
    return of(listings, weightPerMinute, null, List.of());
  }

  /** Sorts the listings and computes their revision, which takes milliseconds for thousands of them. */
  public static ExchangeInfo of(
      Collection<Listing> listings, int weightPerMinute, String head, List<String> objects) {
    var sorted = listings.stream().sorted(Comparator.comparing(Listing::symbol)).toList();
    var content = head == null ? sorted.toString() : head + objects;
    var revision = UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.UTF_8));
    return new ExchangeInfo(sorted, revision.toString(), weightPerMinute, head, objects);
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
