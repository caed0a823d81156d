package dev.verticker.price.feed;

import static dev.verticker.price.feed.FakeMarket.ticker;
import static dev.verticker.price.feed.FakeMarket.trade;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class NewestTickersTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final NewestTickers newest = new NewestTickers();

  @Test
  void the_price_is_that_of_the_highest_trade_id_in_any_order_of_arrival() {
    newest.accept(ticker("BTCUSDT", "100", 10, NOON));
    assertTrue(newest.accept(trade("BTCUSDT", "101.50", 12)));
    assertFalse(newest.accept(trade("BTCUSDT", "99", 11)));
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
    assertFalse(newest.accept(trade("BTCUSDT", "101", 12)));
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
  void a_ticker_without_a_time_is_returned_and_not_kept() {
    var ticker = ticker("BTCUSDT", "100", 0, null);
    assertSame(ticker, newest.accept(ticker));
    assertNull(newest.find("BTCUSDT"));
  }
}
