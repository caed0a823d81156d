package dev.verticker.api.quotes;

import static dev.verticker.api.price.FakePrices.quote;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuoteStoreTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final QuoteStore store = new QuoteStore();
  private final List<String> reported = new ArrayList<>();

  @Test
  void the_list_of_the_configured_quotes_is_created_again_only_after_a_change() {
    accept(quote(1, "BTCUSDT", "1", NOON), quote(2, "ETHUSDT", "2", NOON));
    var first = store.findConfigured();
    assertSame(first, store.findConfigured());

    store.accept(List.of(quote(3, "ETHUSDT", "3", NOON.plusSeconds(1))));

    assertNotSame(first, store.findConfigured());
    assertSame(store.findConfigured(), store.findConfigured());
    assertEquals("3", store.findConfigured().quotes().get(1).quote().price().toPlainString());
  }

  @Test
  void the_entity_tag_changes_with_the_price_and_with_stale_but_not_with_the_age() {
    accept(quote(1, "BTCUSDT", "1", NOON), quote(2, "ETHUSDT", "2", NOON.plusSeconds(9)));
    var list = store.findConfigured();
    var tag = list.tag(NOON);
    assertEquals(tag, list.tag(NOON.plusSeconds(69)));
    var oneStale = list.tag(NOON.plusSeconds(70));
    var bothStale = list.tag(NOON.plusSeconds(79));
    assertNotEquals(tag, oneStale);
    assertNotEquals(oneStale, bothStale);
    assertEquals(tag, list.tag(NOON));

    var confirmed =
        quote(1, "BTCUSDT", "1", "simulated run 1", NOON.minusMillis(150), NOON.plusSeconds(5));
    store.accept(List.of(confirmed));
    assertEquals(tag, store.findConfigured().tag(NOON));
    store.accept(List.of(quote(3, "BTCUSDT", "1.1", NOON.plusSeconds(6))));
    assertNotEquals(tag, store.findConfigured().tag(NOON));
  }

  @Test
  void a_quote_is_reported_once_when_it_becomes_stale() {
    accept(quote(1, "BTCUSDT", "1", NOON), quote(2, "ETHUSDT", "2", NOON.plusSeconds(9)));
    store.addListener(new QuoteListener() {
      @Override
      public void onQuotes(List<CachedQuote> quotes) {
        quotes.forEach(quote -> reported.add(quote.quote().symbol()));
      }

      @Override
      public void onNewLeader() {
        reported.add("new leader");
      }
    });
    store.reportStale(NOON.plusSeconds(69), NOON.plusMillis(69_500));
    assertEquals(List.of(), reported);
    store.reportStale(NOON.plusMillis(69_500), NOON.plusSeconds(70));
    store.reportStale(NOON.plusSeconds(70), NOON.plusMillis(70_500));
    assertEquals(List.of("BTCUSDT"), reported);
  }

  @Test
  void a_quote_that_the_leader_declares_stale_replaces_the_same_fresh_one() {
    var fresh = quote(1, "BTCUSDT", "1", NOON);
    var stale = fresh.withStaleAt(NOON.plusSeconds(3));
    accept(fresh);
    store.accept(List.of(stale));
    assertSame(stale, store.find("BTCUSDT").quote());

    store.accept(List.of(fresh));
    assertSame(stale, store.find("BTCUSDT").quote());
  }

  private void accept(Quote... quotes) {
    store.accept(new Snapshot(List.of("BTCUSDT", "ETHUSDT"), List.of(quotes)));
  }
}
