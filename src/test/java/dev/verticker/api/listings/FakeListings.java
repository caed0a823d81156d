package dev.verticker.api.listings;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Listings;
import dev.verticker.message.Listings.FindListings;
import dev.verticker.message.Listings.Limits;
import dev.verticker.message.Listings.Listing;
import dev.verticker.message.Listings.Page;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A price verticle for front door tests that serves the listings that a test sets, two on a page. */
public final class FakeListings {
  private static final int PAGE = 2;

  private final Bus bus;
  public final List<FindListings> requests = new CopyOnWriteArrayList<>();
  private volatile List<Listing> listings = List.of();
  private volatile String revision;
  private volatile Instant readAt;

  public FakeListings(Bus bus) {
    this.bus = bus;
  }

  public Future<?> serve() {
    return bus.serve(Listings.FIND, this::find);
  }

  public void holds(String revision, Instant readAt, Listing... listed) {
    this.listings =
        Stream.of(listed).sorted(Comparator.comparing(Listing::symbol)).toList();
    this.revision = revision;
    this.readAt = readAt;
  }

  public static Listing listing(String base, String quote, String status) {
    return new Listing(
        base + quote,
        status,
        base,
        quote,
        8,
        6,
        true,
        new Limits(decimal("0.01000000"), decimal("1000000.00000000"), decimal("0.01000000")),
        new Limits(decimal("0.00001000"), decimal("9000.00000000"), decimal("0.00001000")),
        new Limits(decimal("5.00000000"), null, null));
  }

  private static BigDecimal decimal(String text) {
    return new BigDecimal(text);
  }

  private Future<Page> find(FindListings request) {
    requests.add(request);
    var current = listings;
    if (revision == null) {
      return Future.failedFuture(new Failure.Unavailable("symbols-not-yet-known", "Not yet."));
    }
    if (revision.equals(request.known())) {
      return Future.succeededFuture(new Page("simulated", revision, readAt, List.of(), null));
    }
    var rest = current.stream()
        .filter(each -> request.after() == null || each.symbol().compareTo(request.after()) > 0)
        .toList();
    var page = rest.subList(0, Math.min(PAGE, rest.size()));
    return Future.succeededFuture(new Page(
        "simulated",
        revision,
        readAt,
        page,
        page.size() < rest.size() ? page.get(page.size() - 1).symbol() : null));
  }
}
