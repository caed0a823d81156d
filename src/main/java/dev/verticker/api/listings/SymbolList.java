package dev.verticker.api.listings;

import dev.verticker.bus.Failure;
import dev.verticker.message.Listings.Listing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An immutable list of listings, with search. Matches are ordered by how well they match, then configured symbols before
 * others, then tradable ones, then by symbol; without a search text by symbol.
 */
public final class SymbolList {
  private static final Comparator<Match> ORDER = Comparator.comparingInt(Match::rank)
      .thenComparing(match -> match.listing().symbol());

  /** Kinds of a match, times two for configured, times two for tradable symbols. */
  private static final int RANKS_PER_KIND = 4;

  private final String venue;
  private final String revision;
  private final Instant readAt;
  private final List<Entry> entries;
  private final Map<String, Listing> bySymbol;

  /** A listing with its texts in lower case. */
  private record Entry(Listing listing, String symbol, String base, String quote, String pair) {
    static Entry of(Listing listing) {
      var base = fold(listing.base());
      var quote = fold(listing.quote());
      return new Entry(listing, fold(listing.symbol()), base, quote, base + "/" + quote);
    }

    /** Returns how well the listing matches, 0 = exactly; -1 if it does not. */
    int match(String text) {
      if (symbol.equals(text) || pair.equals(text)) {
        return 0;
      }
      if (base.equals(text)) {
        return 1;
      }
      if (symbol.startsWith(text) || pair.startsWith(text)) {
        return 2;
      }
      if (quote.equals(text)) {
        return 3;
      }
      if (quote.startsWith(text)) {
        return 4;
      }
      return symbol.contains(text) || pair.contains(text) ? 5 : -1;
    }
  }

  private record Match(int rank, Listing listing) {}

  /**
   * What to find.
   *
   * @param text part of symbol, base or quote asset, or of {@code BASE/QUOTE}, in any case; empty = all
   * @param status the exchange's word, in any case; empty = any
   * @param configured whether symbols must be configured, or must not; empty = any
   * @param limit max number of listings
   * @param cursor from the page before; empty = the first page
   */
  public record Query(
      Optional<String> text,
      Optional<String> status,
      Optional<Boolean> configured,
      int limit,
      Optional<String> cursor) {}

  /** @param next cursor of the next page; null on the last one */
  public record Found(List<Listing> listings, String next) {}

  SymbolList(String venue, String revision, Instant readAt, List<Listing> listings) {
    this.venue = venue;
    this.revision = revision;
    this.readAt = readAt;
    this.entries = listings.stream().map(Entry::of).toList();
    this.bySymbol = new HashMap<>();
    listings.forEach(listing -> bySymbol.put(listing.symbol(), listing));
  }

  private SymbolList(SymbolList other, Instant readAt) {
    this.venue = other.venue;
    this.revision = other.revision;
    this.readAt = readAt;
    this.entries = other.entries;
    this.bySymbol = other.bySymbol;
  }

  /** Returns this list as read again later. */
  SymbolList confirmedAt(Instant time) {
    return new SymbolList(this, time);
  }

  public String venue() {
    return venue;
  }

  /** Identifies the content. */
  public String revision() {
    return revision;
  }

  /** When the exchange last sent the list. */
  public Instant readAt() {
    return readAt;
  }

  public Optional<Listing> find(String symbol) {
    return Optional.ofNullable(bySymbol.get(symbol));
  }

  /**
   * Throws {@link Failure.Invalid} for a cursor that no page contained.
   *
   * @param configured accepts the configured symbols
   */
  public Found search(Query query, Predicate<String> configured) {
    var text = query.text().map(SymbolList::fold);
    var status = query.status().map(SymbolList::fold);
    var after = query.cursor().map(SymbolList::decode);
    var matches = entries.stream()
        .filter(entry -> query.configured().isEmpty()
            || configured.test(entry.listing().symbol()) == query.configured().get())
        .filter(entry -> status.isEmpty() || fold(entry.listing().status()).equals(status.get()))
        .map(entry -> new Match(rank(entry, text, configured), entry.listing()))
        .filter(match -> match.rank() >= 0)
        .sorted(ORDER)
        .filter(match -> after.isEmpty() || after.get().precedes(match))
        .limit(query.limit() + 1L)
        .toList();
    var page = matches.subList(0, Math.min(query.limit(), matches.size()));
    return new Found(
        page.stream().map(Match::listing).toList(),
        matches.size() > page.size() ? encode(page.get(page.size() - 1)) : null);
  }

  private static int rank(Entry entry, Optional<String> text, Predicate<String> configured) {
    if (text.isEmpty()) {
      return 0;
    }
    var match = entry.match(text.get());
    var listing = entry.listing();
    return match < 0
        ? -1
        : match * RANKS_PER_KIND
            + (configured.test(listing.symbol()) ? 0 : 2)
            + (listing.tradable() ? 0 : 1);
  }

  /** The position after a match; the symbol may be delisted in between. */
  private record Position(int rank, String symbol) {
    boolean precedes(Match match) {
      return rank < match.rank()
          || rank == match.rank() && symbol.compareTo(match.listing().symbol()) < 0;
    }
  }

  private static String encode(Match match) {
    var text = match.rank() + ":" + match.listing().symbol();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Position decode(String cursor) {
    try {
      var text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      var colon = text.indexOf(':');
      return new Position(Integer.parseInt(text, 0, colon, 10), text.substring(colon + 1));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw Failure.Invalid.of("query/cursor", "cursor", "Must be \"next\" of an earlier page.");
    }
  }

  /** Lower case by way of upper case, which makes equal what differs in case only. */
  private static String fold(String text) {
    return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }
}
