package dev.verticker.price;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.MarketData;
import dev.verticker.message.Listings;
import dev.verticker.message.Listings.Listing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The symbols that the exchange lists, refreshed once an hour, and every ten seconds until the first response. Until
 * then every symbol may exist, except those that the exchange rejected. The last list stays when a read fails.
 *
 * <p>A list with far fewer symbols replaces the current one only after a second read a minute later confirms it: a truncated
 * response must not stop the prices of the symbols that it lacks.
 */
final class ListedSymbols {
  private static final Logger log = LoggerFactory.getLogger(ListedSymbols.class);
  private static final Comparator<Listing> BY_SYMBOL = Comparator.comparing(Listing::symbol);

  /** An exchange rarely delists more than a tenth of its symbols within an hour. */
  private static final double MIN_PART = 0.9;

  /** Times between two reads of the list. */
  record Intervals(Duration refresh, Duration retry, Duration confirm) {
    static final Intervals DEFAULT =
        new Intervals(Duration.ofHours(1), Duration.ofSeconds(10), Duration.ofMinutes(1));
  }

  private record Known(ExchangeInfo info, Set<String> symbols, Instant readAt) {
    static final Known NOTHING = new Known(null, Set.of(), Instant.EPOCH);
  }

  private final Vertx vertx;
  private final MarketData exchange;
  private final String venue;
  private final Clock clock;
  private final Intervals intervals;

  /** The health check reads it on another thread. */
  private volatile Known known = Known.NOTHING;

  /** Number of symbols of a read that must be confirmed; 0 = none. */
  private int unconfirmed;

  /** Symbols that the exchange rejected since the list was refreshed. */
  private volatile Set<String> rejected = Set.of();

  ListedSymbols(Vertx vertx, MarketData exchange, String venue, Clock clock) {
    this(vertx, exchange, venue, clock, Intervals.DEFAULT);
  }

  ListedSymbols(Vertx vertx, MarketData exchange, String venue, Clock clock, Intervals intervals) {
    this.vertx = vertx;
    this.exchange = exchange;
    this.venue = venue;
    this.clock = clock;
    this.intervals = intervals;
  }

  void start() {
    exchange
        .exchangeInfo()
        .map(this::accept)
        .onFailure(failure -> log.warn("list of symbols not refreshed: {}", failure.getMessage()))
        .otherwise(intervals.retry())
        .onSuccess(pause -> vertx.setTimer(pause.toMillis(), timer -> start()));
  }

  /** Returns the time until the next read. */
  private Duration accept(ExchangeInfo info) {
    var count = info.listings().size();
    var current = known.symbols().size();
    var confirmed = unconfirmed > 0 && count >= unconfirmed * MIN_PART;
    if (count < current * MIN_PART && !confirmed) {
      unconfirmed = count;
      log.warn(
          "the exchange lists {} symbols instead of {}: reading the list again in {} s",
          count,
          current,
          intervals.confirm().toSeconds());
      return intervals.confirm();
    }
    unconfirmed = 0;
    known = new Known(info, info.symbols(), clock.instant());
    rejected = Set.of();
    return intervals.refresh();
  }

  /** Handles {@link Listings#FIND}. */
  Future<Listings.Page> find(Listings.FindListings request) {
    var current = known;
    if (current.info() == null) {
      return Future.failedFuture(notYetKnown());
    }
    var revision = current.info().revision();
    var all = current.info().listings();
    var unchanged = revision.equals(request.known());
    var first = request.after() == null ? 0 : after(all, request.after());
    var end = Math.min(all.size(), first + Listings.MAX_PAGE);
    return Future.succeededFuture(new Listings.Page(
        venue,
        revision,
        current.readAt(),
        unchanged ? List.of() : all.subList(first, end),
        unchanged || end == all.size() ? null : all.get(end - 1).symbol()));
  }

  /** Handles {@link Listings#OBJECTS}. */
  Future<Listings.Objects> objects(Listings.FindObjects request) {
    var info = known.info();
    if (info == null) {
      return Future.failedFuture(notYetKnown());
    }
    var unchanged = info.revision().equals(request.known());
    var first = Math.max(0, Math.min(request.first(), info.objects().size()));
    var end = Math.min(info.objects().size(), first + Listings.MAX_OBJECTS);
    return Future.succeededFuture(new Listings.Objects(
        info.revision(),
        info.head(),
        unchanged ? List.of() : info.objects().subList(first, end),
        unchanged || end == info.objects().size() ? null : end));
  }

  private static Failure notYetKnown() {
    return new Failure.Unavailable(
        "symbols-not-yet-known", "The symbols of the exchange are not known yet.");
  }

  /** Returns the index of the first listing after the symbol. */
  private static int after(List<Listing> listings, String symbol) {
    var found = Collections.binarySearch(listings, ExchangeInfo.named(symbol), BY_SYMBOL);
    return found < 0 ? -found - 1 : found + 1;
  }

  /** Leaves out symbols that the exchange rejected, until the list is refreshed. */
  void exclude(Set<String> symbols) {
    if (!symbols.isEmpty()) {
      log.warn("the exchange does not list {}: left out of the refresh", symbols);
      var all = new HashSet<>(rejected);
      all.addAll(symbols);
      rejected = Set.copyOf(all);
    }
  }

  /** Returns false only if the exchange does not list the symbol, or rejected it, or no exchange could have it. */
  boolean mayExist(String symbol) {
    var listed = known.symbols();
    return !rejected.contains(symbol)
        && (listed.isEmpty() ? isPlausible(symbol) : listed.contains(symbol));
  }

  private static boolean isPlausible(String symbol) {
    return symbol
        .codePoints()
        .noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
  }

  /** Returns whether the exchange lists the symbol; false until the first response. */
  boolean isListed(String symbol) {
    return !rejected.contains(symbol) && known.symbols().contains(symbol);
  }

  List<String> missing(List<String> symbols) {
    return symbols.stream().filter(symbol -> !mayExist(symbol)).toList();
  }
}
