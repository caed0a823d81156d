package dev.verticker.price;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.exchange.ExchangeException.ExchangeUnavailableException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.message.Listings;
import dev.verticker.message.Listings.FindListings;
import dev.verticker.message.Listings.Listing;
import dev.verticker.testing.SteppedClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListedSymbolsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration SOON = Duration.ofMillis(1);

  private final Vertx vertx = Vertx.vertx();
  private final SteppedClock clock = new SteppedClock(NOON);
  private final AtomicInteger reads = new AtomicInteger();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void the_last_list_stays_when_a_read_fails_and_keeps_the_time_it_was_read() {
    var symbols = symbols(
        new ListedSymbols.Intervals(SOON, SOON, NEVER),
        read -> read == 1
            ? Future.succeededFuture(info(1000))
            : Future.failedFuture(new ExchangeUnavailableException("gone")));
    symbols.start();
    until("two reads have failed", () -> reads.get() > 3);

    var page = await(symbols.find(new FindListings(null, null)));

    assertEquals(NOON, page.readAt());
    assertEquals(Listings.MAX_PAGE, page.listings().size());
    assertTrue(symbols.mayExist("S0999"));
    assertFalse(symbols.mayExist("S1000"));
  }

  @Test
  void pages_cover_the_list_and_a_caller_with_the_current_revision_receives_none() {
    var symbols = symbols(
        new ListedSymbols.Intervals(NEVER, NEVER, NEVER),
        read -> Future.succeededFuture(info(1001)));
    assertInstanceOf(
        Failure.Unavailable.class, symbols.find(new FindListings(null, null)).cause());
    symbols.start();

    var received = new ArrayList<String>();
    var after = (String) null;
    String revision;
    do {
      var page = await(symbols.find(new FindListings(null, after)));
      page.listings().stream().map(Listing::symbol).forEach(received::add);
      revision = page.revision();
      after = page.next();
    } while (after != null);
    assertEquals(info(1001).listings().stream().map(Listing::symbol).toList(), received);

    var unchanged = await(symbols.find(new FindListings(revision, null)));
    assertEquals(List.of(), unchanged.listings());
    assertNull(unchanged.next());
    assertEquals(revision, unchanged.revision());
    // A symbol that was delisted after the page before.
    var next = await(symbols.find(new FindListings(null, "S0499x")));
    assertEquals("S0500", next.listings().get(0).symbol());
  }

  @Test
  void a_much_shorter_list_replaces_the_current_one_only_after_a_second_read_confirms_it() {
    var counts = List.of(1000, 500, 1000, 800, 300, 290);
    var symbols = symbols(
        new ListedSymbols.Intervals(SOON, SOON, SOON),
        read -> Future.succeededFuture(info(counts.get(Math.min(read, counts.size()) - 1))));
    var known = new ArrayList<Integer>();
    symbols.start();
    until("the short list is accepted", () -> {
      var page = symbols.find(new FindListings(null, null)).result();
      var count = page.listings().size();
      if (known.isEmpty() || known.get(known.size() - 1) != count) {
        known.add(count);
      }
      return count == 290;
    });

    // One page has 500 of the 1,000; neither 500, 800 nor 300 alone were accepted.
    assertEquals(List.of(500, 290), known);
    assertTrue(reads.get() >= counts.size());
    assertFalse(symbols.mayExist("S0999"));
  }

  @Test
  void a_slightly_shorter_list_replaces_the_current_one_at_once() {
    var symbols = symbols(
        new ListedSymbols.Intervals(SOON, NEVER, NEVER),
        read -> Future.succeededFuture(info(read == 1 ? 100 : 95)));
    symbols.start();

    until("the list is shorter", () -> !symbols.mayExist("S0099"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"A B", "A\n", "\u0000", "\u2003", "\u0085A"})
  void a_symbol_with_blanks_or_control_characters_cannot_exist(String symbol) {
    var symbols = symbols(
        new ListedSymbols.Intervals(NEVER, NEVER, NEVER), read -> Future.succeededFuture(info(1)));

    assertFalse(symbols.mayExist(symbol));
    assertTrue(symbols.mayExist("币安人生USDT"));
    symbols.exclude(Set.of("币安人生USDT"));
    assertFalse(symbols.mayExist("币安人生USDT"));
  }

  private ListedSymbols symbols(
      ListedSymbols.Intervals intervals, IntFunction<Future<ExchangeInfo>> exchange) {
    return new ListedSymbols(
        vertx,
        new MarketData() {
          @Override
          public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
            return Future.failedFuture("not used");
          }

          @Override
          public Future<ExchangeInfo> exchangeInfo() {
            return exchange.apply(reads.incrementAndGet());
          }
        },
        "simulated",
        clock,
        intervals);
  }

  private static ExchangeInfo info(int count) {
    return ExchangeInfo.of(
        IntStream.range(0, count)
            .mapToObj(i -> ExchangeInfo.named("S%04d".formatted(i)))
            .toList(),
        6000);
  }
}
