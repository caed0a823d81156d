package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.verticker.api.price.FakePrices;
import dev.verticker.testing.Await;
import io.vertx.core.json.JsonObject;
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
    JsonObject quote;
    do {
      quote = socket.next("prices").getJsonArray("data").getJsonObject(0);
      high = Math.max(high, Integer.parseInt(quote.getString("high")));
    } while (!quote.getString("price").equals("99"));
    assertEquals("107 93", high + " " + quote.getString("low"));
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
    hourly.send("{\"op\":\"ping\"}").next("pong");
    assertEquals(List.of("100", "101"), prices(hourly), "the next one in an hour");
    assertEquals(List.of("100", "101"), prices(bridgedHourly));
  }

  @Test
  void an_invalid_interval_is_rejected() {
    var socket = plain(door.admin());
    for (var everyMs : List.of(249, 3_600_001, "soon", 0.5)) {
      assertEquals("invalid-request", errorCode(socket.send(subscribe("prices", everyMs))));
    }
  }

  private static JsonObject subscribe(String topic, Object everyMs) {
    return new JsonObject().put("op", "subscribe").put("topic", topic).put("every_ms", everyMs);
  }
}
