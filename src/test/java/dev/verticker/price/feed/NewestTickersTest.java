package dev.verticker.price.feed;

import static dev.verticker.price.feed.FakeMarket.book;
import static dev.verticker.price.feed.FakeMarket.ticker;
import static dev.verticker.price.feed.FakeMarket.trade;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.exchange.OrderBook;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NewestTickersTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final AtomicLong nanos = new AtomicLong(-5);
  private final NewestTickers newest = new NewestTickers(nanos::get);

  @Test
  void the_price_is_that_of_the_highest_trade_id_in_any_order_of_arrival() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    assertTrue(newest.accept("BTCUSDT", trade("101.50", 12)));
    assertFalse(newest.accept("BTCUSDT", trade("99", 11)));
    newest.accept(ticker("BTCUSDT", "98", 9, NOON.plusSeconds(1)));

    var ticker = newest.find("BTCUSDT");

    assertEquals(new BigDecimal("101.50"), ticker.price());
    assertEquals(12, ticker.tradeId());
    assertEquals(NOON.plusSeconds(1), ticker.eventTime());
    assertEquals(
        new JsonObject()
            .put("symbol", "BTCUSDT")
            .put("lastPrice", "101.50")
            .put("lastQty", "10")
            .put("lastId", 12)
            .put("price", "101.50"),
        new JsonObject(ticker.json()));
  }

  @Test
  void the_figures_of_the_day_are_those_of_the_latest_window() {
    var later = ticker("BTCUSDT", "100", 10, NOON.plusSeconds(1));
    newest.accept(later);
    assertSame(later, newest.accept(ticker("BTCUSDT", "90", 8, NOON)));
  }

  @Test
  void a_trade_before_the_first_ticker_is_merged_into_it() {
    assertFalse(newest.accept("BTCUSDT", trade("101", 12)));
    assertNull(newest.find("BTCUSDT"));
    assertEquals(
        new BigDecimal("101"), newest.accept(ticker("BTCUSDT", "100", 11, NOON)).price());
  }

  @Test
  void ids_that_the_exchange_restarted_replace_higher_ones() {
    newest.accept(ticker("BTCUSDT", "100", 5000, NOON));
    assertEquals(
        new BigDecimal("70"),
        newest.accept(ticker("BTCUSDT", "70", 3, NOON.plusSeconds(11))).price());
  }

  @Test
  void bid_and_ask_are_those_of_the_highest_update_id_of_both_streams_of_books() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    assertTrue(newest.accept(book("BTCUSDT", 7, "99.50", "100.50")));
    assertFalse(newest.accept(book("BTCUSDT", 6, "98", "101")));
    assertTrue(newest.accept(book("BTCUSDT", 9, "99.60", "100.50")));

    var ticker = newest.find("BTCUSDT");

    assertEquals(new BigDecimal("99.60"), ticker.bid());
    assertEquals(new BigDecimal("100.50"), ticker.ask());
    assertEquals(new BigDecimal("100"), ticker.price());
    var json = new JsonObject(ticker.json());
    assertEquals("99.60", json.getString("bidPrice"));
    assertEquals("1", json.getString("bidQty"));
    assertEquals("100.50", json.getString("askPrice"));
    assertEquals("10", json.getString("askQty"));
    assertEquals("100", json.getString("lastPrice"));
  }

  @Test
  void a_trade_and_a_book_change_the_same_ticker() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    newest.accept("BTCUSDT", trade("101", 12));
    newest.accept(book("BTCUSDT", 7, "100.50", "101.50"));
    var ticker = newest.find("BTCUSDT");
    assertEquals(new BigDecimal("101"), ticker.price());
    assertEquals(new BigDecimal("100.50"), ticker.bid());
  }

  @Test
  void a_side_without_orders_has_zeros_as_in_tickers_of_the_exchange() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    newest.accept(new OrderBook("BTCUSDT", 7, List.of(), List.of(), NOON));
    assertEquals(BigDecimal.ZERO, newest.find("BTCUSDT").bid());
    assertEquals("0", new JsonObject(newest.find("BTCUSDT").json()).getString("askPrice"));
  }

  @Test
  void tickers_that_arrive_two_seconds_after_a_book_have_the_newer_bid_and_ask() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    newest.accept(book("BTCUSDT", 7, "99.50", "100.50"));
    pass(Duration.ofMillis(1900));
    newest.accept(ticker("BTCUSDT", "100", 10, NOON.plusSeconds(1)));
    assertEquals(new BigDecimal("99.50"), newest.find("BTCUSDT").bid());

    pass(Duration.ofMillis(200));
    newest.accept(ticker("BTCUSDT", "100", 10, NOON.plusSeconds(2)));
    assertNull(newest.find("BTCUSDT").bid());
  }

  @Test
  void a_book_is_published_only_while_its_best_levels_change_and_the_price_is_current() {
    assertFalse(newest.accept(book("BTCUSDT", 1, "98", "101")));
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    assertTrue(newest.accept(book("BTCUSDT", 2, "99", "101")));
    assertFalse(newest.accept(book("BTCUSDT", 3, "99", "101")));
    pass(Duration.ofSeconds(4));
    assertFalse(newest.accept(book("BTCUSDT", 4, "97", "101")));
  }

  @Test
  void update_ids_that_the_exchange_restarted_replace_higher_ones() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    newest.accept(book("BTCUSDT", 5000, "99", "101"));
    pass(Duration.ofSeconds(11));
    newest.accept(ticker("BTCUSDT", "100", 10, NOON.plusSeconds(11)));
    assertTrue(newest.accept(book("BTCUSDT", 3, "70", "71")));
    assertEquals(new BigDecimal("70"), newest.find("BTCUSDT").bid());
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void a_ticker_without_a_time_is_returned_and_not_kept() {
    var ticker = ticker("BTCUSDT", "100", 0, null);
    assertSame(ticker, newest.accept(ticker));
    assertNull(newest.find("BTCUSDT"));
  }
}
