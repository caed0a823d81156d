package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the price topics. */
class SocketPricesTest extends SocketTestCase {
  @Test
  void the_first_frame_has_the_current_price_and_later_ones_changes_with_extremes() {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "BTCUSDT", "100", now));
    var socket = plain(door.person()).send(subscribe("prices.BTCUSDT", 400));
    assertFalse(socket.next("subscribed").containsKey("seq"));
    var current = socket.next("prices").getJsonArray("data").getJsonObject(0);
    assertEquals("100", current.getString("price"));
    assertEquals("simulated", current.getString("venue"));

    var later = now.plusMillis(1);
    for (var price : List.of("101", "107", "93", "99")) {
      later = later.plusMillis(1);
      door.prices.tick(FakePrices.quote(2, "BTCUSDT", price, later));
    }
    var high = 0;
    var low = Integer.MAX_VALUE;
    JsonObject quote;
    do {
      quote = socket.next("prices").getJsonArray("data").getJsonObject(0);
      high = Math.max(high, Integer.parseInt(quote.getString("high")));
      low = Math.min(low, Integer.parseInt(quote.getString("low")));
    } while (!quote.getString("price").equals("99"));
    assertEquals("107 93", high + " " + low);
  }

  @Test
  void all_prices_of_a_tick_arrive_in_one_frame_at_any_interval() {
    var socket = plain(door.person()).send(subscribe("prices", 3_600_000));
    assertTrue(socket.next("prices").getBoolean("snapshot"));

    var now = door.clock.instant();
    door.prices.tick(
        FakePrices.quote(1, "BTCUSDT", "100.25", now), FakePrices.quote(2, "ETHUSDT", "10.5", now));

    // A quote of another test may become stale in between.
    var changes = socket.next(frame -> frame.encode().contains("\"100.25\""));
    assertEquals(List.of("BTCUSDT 100.25", "ETHUSDT 10.5"), quotes(changes));
    assertFalse(changes.getBoolean("snapshot"));
  }

  @Test
  void a_price_that_becomes_stale_or_fresh_is_sent_at_any_interval() {
    var symbol = "LATEUSDT";
    var socket = plain(door.person());
    socket.next("hello");
    // Stale after 70 seconds.
    var receivedAt = door.clock.instant().minusSeconds(65);
    door.prices.holds(FakePrices.quote(1, symbol, "100", receivedAt));
    socket.send(subscribe("prices." + symbol, 3_600_000));
    var current = socket.next("prices").getJsonArray("data").getJsonObject(0);
    assertFalse(current.getBoolean("stale"));

    var frame = socket.next("prices");
    var stale = frame.getJsonArray("data").getJsonObject(0);
    assertTrue(stale.getBoolean("stale"));
    var late = Duration.between(time(stale, "fresh_until"), time(frame, "at"));
    assertTrue(late.compareTo(Duration.ofSeconds(2)) < 0, "sent after " + late);

    door.prices.tick(FakePrices.quote(2, symbol, "101", door.clock.instant()));
    assertFalse(socket.next("prices").getJsonArray("data").getJsonObject(0).getBoolean("stale"));
  }

  @Test
  void a_quote_has_the_figures_of_the_last_24_hours() {
    door.prices.holds(FakePrices.quote(1, "DAYUSDT", "100", door.clock.instant()));
    var socket = plain(door.person()).send(subscribe("prices.DAYUSDT", 250));
    var quote = socket.next("prices").getJsonArray("data").getJsonObject(0);
    assertEquals(
        "95 105 90 5 1000.5",
        String.join(
            " ",
            quote.getString("open_24h"),
            quote.getString("high_24h"),
            quote.getString("low_24h"),
            quote.getString("change"),
            quote.getString("quote_volume")));
    assertEquals(
        Duration.ofSeconds(70),
        Duration.between(time(quote, "received_at"), time(quote, "fresh_until")));
    assertEquals(quote.getString("high"), quote.getString("frame_high"));
    assertEquals(quote.getString("low"), quote.getString("frame_low"));
  }

  @Test
  void an_unknown_symbol_is_rejected() {
    assertEquals("symbol-unknown", errorCode(plain(door.person()).subscribe("prices.NONSENSE")));
  }

  @Test
  void a_client_chooses_the_interval_between_price_frames() {
    var now = door.clock.instant();
    door.prices.tick(FakePrices.quote(1, "ETHUSDT", "100", now));
    var often = plain(door.admin()).subscribe("prices.ETHUSDT");
    var hourly = plain(door.admin()).send(subscribe("prices.ETHUSDT", 3_600_000));
    var bridgedHourly = bridged(door.admin(), "prices.ETHUSDT", "every_ms", "3600000");
    for (var socket : List.of(often, hourly, bridgedHourly)) {
      Await.until("the current price", () -> prices(socket).equals(List.of("100")));
    }
    for (var price : List.of("101", "102", "103")) {
      now = now.plusMillis(1);
      door.prices.tick(FakePrices.quote(2, "ETHUSDT", price, now));
      Await.until("the next price", () -> prices(often).contains(price));
    }
    for (var socket : List.of(hourly, bridgedHourly)) {
      Await.until("one frame with the changes", () -> prices(socket).size() == 2);
    }
    door.prices.tick(FakePrices.quote(3, "ETHUSDT", "104", now.plusMillis(1)));
    Await.until("the next price", () -> prices(often).contains("104"));
    hourly.send("{\"op\":\"ping\"}").next("pong");
    assertEquals(2, prices(hourly).size(), "the next one in an hour");
    assertEquals(2, prices(bridgedHourly).size());
  }

  @Test
  void an_invalid_interval_is_rejected() {
    var socket = plain(door.admin());
    for (var everyMs : List.of(99, 3_600_001, "soon", 0.5)) {
      assertEquals("invalid-request", errorCode(socket.send(subscribe("prices", everyMs))));
    }
  }

  private static JsonObject subscribe(String topic, Object everyMs) {
    return new JsonObject().put("op", "subscribe").put("topic", topic).put("every_ms", everyMs);
  }

  private static List<String> quotes(JsonObject frame) {
    return frame.getJsonArray("data").stream()
        .map(JsonObject.class::cast)
        .map(quote -> quote.getString("symbol") + " " + quote.getString("price"))
        .toList();
  }

  private static Instant time(JsonObject object, String field) {
    return OffsetDateTime.parse(object.getString(field)).toInstant();
  }
}
