package dev.verticker.message;

import dev.verticker.bus.Address;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Requests about the symbols that an exchange lists, served by the price verticle. */
public final class Listings {
  /** Max number of listings in one page, which keeps a message below half a megabyte. */
  public static final int MAX_PAGE = 500;

  /** A page of the list, in the order of the symbols. Fails with {@code symbols-not-yet-known} (503). */
  public static final Address<FindListings, Page> FIND =
      new Address<>("listings.find", FindListings.class, Page.class).asRepeatable();

  /** Max number of objects in one page, for the same reason: each has up to four kilobytes. */
  public static final int MAX_OBJECTS = 100;

  /** A page of the exchange's own objects of its symbols. Fails with {@code symbols-not-yet-known} (503). */
  public static final Address<FindObjects, Objects> OBJECTS =
      new Address<>("listings.objects", FindObjects.class, Objects.class).asRepeatable();

  /** The only status in which the exchange accepts orders. */
  private static final String TRADING = "TRADING";

  private Listings() {}

  /** Bounds and step of a value; each is null if the exchange does not limit it. */
  public record Limits(BigDecimal min, BigDecimal max, BigDecimal step) {
    public static final Limits NONE = new Limits(null, null, null);
  }

  /**
   * A symbol of the exchange and the limits of its orders.
   *
   * @param status the exchange's own word, such as {@code TRADING} or {@code BREAK}; an exchange adds further ones
   * @param base asset that is bought and sold; empty if the exchange did not send it, like {@code quote}
   * @param quote asset of the price
   * @param baseDecimals decimals of amounts of the base asset; null if unknown, like {@code quoteDecimals}
   * @param spotAllowed whether spot orders are accepted while the status is {@code TRADING}
   * @param price in units of the quote asset; {@code step} is the tick size
   * @param quantity in units of the base asset
   * @param notional price times quantity; without a step
   */
  public record Listing(
      String symbol,
      String status,
      String base,
      String quote,
      Integer baseDecimals,
      Integer quoteDecimals,
      boolean spotAllowed,
      Limits price,
      Limits quantity,
      Limits notional) {
    /** Returns whether the exchange accepts orders; false for every status that this version does not know. */
    public boolean tradable() {
      return spotAllowed && TRADING.equals(status);
    }
  }

  /**
   * @param known revision that the caller has, or null; the reply has no listings if it is the current one
   * @param after the last symbol of the page before; null = the first page
   */
  public record FindListings(String known, String after) {}

  /**
   * @param known revision that the caller has, or null; the reply has no objects if it is the current one
   * @param first index of the first object
   */
  public record FindObjects(String known, int first) {}

  /**
   * A page of the exchange's own objects, as JSON texts.
   *
   * @param revision as in {@link Page}
   * @param head the exchange's response without its symbols; null for an exchange without such a response
   * @param objects one for each symbol, in the exchange's order
   * @param next the {@code first} of the next page; null on the last one
   */
  public record Objects(String revision, String head, List<String> objects, Integer next) {
    public Objects {
      objects = List.copyOf(objects);
    }
  }

  /**
   * A page of the list.
   *
   * @param revision identifies the content of the whole list; pages of different revisions do not belong together
   * @param readAt when the exchange last sent the list
   * @param next the {@code after} of the next page; null on the last one
   */
  public record Page(
      String venue, String revision, Instant readAt, List<Listing> listings, String next) {
    public Page {
      listings = List.copyOf(listings);
    }
  }
}
