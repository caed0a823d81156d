package dev.verticker.api.listings;

import dev.verticker.bus.Bus;
import dev.verticker.message.Listings;
import dev.verticker.message.Listings.FindListings;
import dev.verticker.message.Listings.Listing;
import dev.verticker.message.Listings.Page;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the list of symbols of the price verticle on this node, and requests it again every minute; a list of the same
 * revision is not transferred. The last list stays while no price verticle responds. Thread-safe.
 */
public final class SymbolListCache {
  private static final Logger log = LoggerFactory.getLogger(SymbolListCache.class);
  private static final Duration REFRESH_INTERVAL = Duration.ofMinutes(1);

  /** While there is no list. */
  private static final int ATTEMPTS_PER_INTERVAL = 30;

  /** The exchange lists some thousand symbols. */
  private static final int MAX_LISTINGS = 50_000;

  private final Vertx vertx;
  private final Bus bus;
  private final Duration refreshInterval;
  private volatile SymbolList current;
  private boolean requesting;
  private int checks;

  public SymbolListCache(Vertx vertx, Bus bus) {
    this(vertx, bus, REFRESH_INTERVAL);
  }

  SymbolListCache(Vertx vertx, Bus bus, Duration refreshInterval) {
    this.vertx = vertx;
    this.bus = bus;
    this.refreshInterval = refreshInterval;
  }

  /** Requests the list now and then periodically on the calling context; completes whether or not there is a response. */
  public Future<Void> start() {
    vertx.setPeriodic(refreshInterval.dividedBy(ATTEMPTS_PER_INTERVAL).toMillis(), timer -> {
      checks++;
      if (current == null || checks % ATTEMPTS_PER_INTERVAL == 0) {
        refresh();
      }
    });
    refresh();
    return Future.succeededFuture();
  }

  /** Returns the newest list; empty until a price verticle has one. */
  public Optional<SymbolList> current() {
    return Optional.ofNullable(current);
  }

  private void refresh() {
    if (requesting) {
      return;
    }
    requesting = true;
    var known = current == null ? null : current.revision();
    request(new FindListings(known, null), null, new ArrayList<>())
        .onFailure(failure -> log.debug("list of symbols not received: {}", failure.getMessage()))
        .onComplete(done -> requesting = false);
  }

  /** @param revision of the earlier pages; null for the first one. Another node, with another list, may respond */
  private Future<Void> request(FindListings request, String revision, List<Listing> listings) {
    return bus.request(Listings.FIND, request).compose(page -> {
      if (revision != null && !page.revision().equals(revision)) {
        return Future.failedFuture("the list changed between two pages");
      }
      listings.addAll(page.listings());
      if (page.next() == null || listings.size() >= MAX_LISTINGS) {
        accept(page, listings);
        return Future.succeededFuture();
      }
      return request(new FindListings(null, page.next()), page.revision(), listings);
    });
  }

  /** Ignores an older list: nodes read it at different times. */
  private void accept(Page page, List<Listing> listings) {
    var held = current;
    if (held != null && page.readAt().isBefore(held.readAt())) {
      return;
    }
    current = held != null && held.revision().equals(page.revision())
        ? held.confirmedAt(page.readAt())
        : new SymbolList(page.venue(), page.revision(), page.readAt(), listings);
  }
}
