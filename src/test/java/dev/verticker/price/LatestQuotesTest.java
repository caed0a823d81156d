package dev.verticker.price;

import static dev.verticker.price.QuoteFixture.NOON;
import static dev.verticker.price.QuoteFixture.quote;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Prices.Quote;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LatestQuotesTest {
  private final LatestQuotes latest = new LatestQuotes(List.of("BTCUSDT", "ETHUSDT"));

  @Test
  void the_quote_with_the_later_event_replaces_a_quote_of_its_feed_in_any_order_of_arrival() {
    var newer = quote("BTCUSDT", "f", NOON.plusSeconds(60), NOON.plusSeconds(61));
    latest.accept(newer);
    latest.accept(quote("BTCUSDT", "f", NOON, NOON.plusSeconds(62)));
    assertSame(newer, latest.find("BTCUSDT"));
  }

  @Test
  void a_repeated_event_renews_the_time_of_receipt() {
    latest.accept(quote("BTCUSDT", "f", NOON, NOON));
    var confirmed = quote("BTCUSDT", "f", NOON, NOON.plusSeconds(60));
    latest.accept(confirmed);
    assertSame(confirmed, latest.find("BTCUSDT"));
  }

  @Test
  void the_quote_received_later_replaces_a_quote_of_another_feed() {
    latest.accept(quote("BTCUSDT", "simulated:1", NOON.plusSeconds(86400), NOON));
    var other = quote("BTCUSDT", "binance:2", NOON.plusSeconds(1), NOON.plusSeconds(1));
    latest.accept(other);
    assertSame(other, latest.find("BTCUSDT"));
  }

  @Test
  void configured_symbols_come_first_in_their_order() {
    List.of("LTCUSDT", "ETHUSDT", "BTCUSDT").forEach(symbol -> latest.accept(quote(symbol)));
    assertEquals(
        List.of("BTCUSDT", "ETHUSDT", "LTCUSDT"),
        latest.all().stream().map(Quote::symbol).toList());
  }

  @Test
  void of_more_than_a_thousand_other_symbols_the_least_recently_read_is_removed() {
    IntStream.range(0, 1000).forEach(i -> latest.accept(quote("S" + i)));
    latest.find("S0");
    latest.accept(quote("ONE_MORE"));
    assertNotNull(latest.find("S0"));
    assertNull(latest.find("S1"));
    assertEquals(1000, latest.all().size());
  }

  @Test
  void a_waiting_caller_gets_the_next_quote_or_the_failure() {
    var first = latest.next("BTCUSDT");
    var second = latest.next("BTCUSDT");
    latest.accept(quote("BTCUSDT"));
    assertEquals("BTCUSDT", first.result().symbol());
    assertEquals("BTCUSDT", second.result().symbol());
    var third = latest.next("NOSUCHPAIR");
    latest.fail("NOSUCHPAIR", new IllegalStateException("none"));
    assertTrue(third.failed());
  }

  @Test
  void the_oldest_age_is_that_of_the_oldest_configured_symbol_and_empty_without_quotes() {
    assertEquals(Optional.empty(), latest.oldestAge(NOON, symbol -> true));
    latest.accept(quote("LTCUSDT"));
    assertEquals(Optional.empty(), latest.oldestAge(NOON, symbol -> true), "it is not configured");
    latest.accept(quote("BTCUSDT"));
    latest.accept(quote("ETHUSDT", "f", NOON, NOON.plusSeconds(30)));
    assertEquals(
        Optional.of(Duration.ofSeconds(40)),
        latest.oldestAge(NOON.plusSeconds(40), symbol -> true));
    assertEquals(
        Optional.empty(), latest.oldestAge(NOON, symbol -> false), "it is no longer listed");
  }

  @Test
  void a_quote_is_stale_from_stale_at_on_and_its_age_is_never_negative() {
    var quote = quote("BTCUSDT");
    assertTrue(quote.stale(NOON.plusSeconds(70)));
    assertEquals(Duration.ofSeconds(69), quote.age(NOON.plusSeconds(69)));
    assertEquals(Duration.ZERO, quote.age(NOON.minusSeconds(5)));
    assertThrows(IllegalArgumentException.class, () -> withPrice(quote, "0"));
    assertThrows(IllegalArgumentException.class, () -> withPrice(quote, "-1"));
  }

  private static Quote withPrice(Quote q, String price) {
    return new Quote(
        q.id(),
        q.symbol(),
        new BigDecimal(price),
        null,
        null,
        null,
        null,
        null,
        q.exchangeInfo(),
        q.feed(),
        q.epoch(),
        q.tradeId(),
        q.venue(),
        q.source(),
        q.eventTime(),
        q.receivedAt(),
        q.staleAt());
  }
}
