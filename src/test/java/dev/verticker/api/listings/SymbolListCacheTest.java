package dev.verticker.api.listings;

import static dev.verticker.api.listings.FakeListings.listing;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.message.Listings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SymbolListCacheTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  private final FakeListings exchange = new FakeListings(bus);
  private final SymbolListCache cache = new SymbolListCache(vertx, bus, Duration.ofMillis(300));

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void the_cache_assembles_pages_and_transfers_an_unchanged_list_once() {
    exchange.holds(
        "1",
        NOON,
        listing("BTC", "USDT", "TRADING"),
        listing("ETH", "USDT", "TRADING"),
        listing("LTC", "USDT", "TRADING"));
    await(cache.start());
    assertTrue(cache.current().isEmpty());
    await(exchange.serve());

    until("the list is known", () -> cache.current().isPresent());
    assertTrue(cache.current().get().find("LTCUSDT").isPresent());

    exchange.holds("1", NOON.plusSeconds(3600));
    until("the list is confirmed", () -> readAt().equals(NOON.plusSeconds(3600)));
    assertTrue(cache.current().get().find("LTCUSDT").isPresent());
    var last = exchange.requests.get(exchange.requests.size() - 1);
    assertEquals("1", last.known());
    assertNull(last.after());

    exchange.holds("2", NOON.plusSeconds(7200), listing("ETH", "USDT", "BREAK"));
    until("the next list is known", () -> cache.current().get().revision().equals("2"));
    assertTrue(cache.current().get().find("LTCUSDT").isEmpty());
  }

  @Test
  void an_older_list_of_another_node_does_not_replace_a_newer_one() {
    exchange.holds("2", NOON, listing("BTC", "USDT", "TRADING"));
    await(exchange.serve());
    await(cache.start());
    until("the list is known", () -> cache.current().isPresent());
    exchange.holds("1", NOON.minusSeconds(1800), listing("ETH", "USDT", "TRADING"));
    var requests = exchange.requests.size();

    until("the older list is offered", () -> exchange.requests.size() > requests + 1);

    assertEquals("2", cache.current().get().revision());
    assertEquals(NOON, readAt());
  }

  private Instant readAt() {
    return cache.current().get().readAt();
  }

  @Test
  void pages_of_different_lists_are_not_joined() {
    exchange.holds(
        "1",
        NOON,
        listing("BTC", "USDT", "TRADING"),
        listing("ETH", "USDT", "TRADING"),
        listing("LTC", "USDT", "TRADING"));
    await(bus.serve(Listings.FIND, request -> {
      var page = new Listings.Page(
          "simulated",
          request.after() == null ? "1" : "2",
          NOON,
          List.of(listing("BTC", "USDT", "TRADING")),
          request.after() == null ? "BTCUSDT" : null);
      exchange.requests.add(request);
      return Future.succeededFuture(page);
    }));
    await(cache.start());

    until("both pages are requested twice", () -> exchange.requests.size() >= 4);

    assertTrue(cache.current().isEmpty());
  }
}
