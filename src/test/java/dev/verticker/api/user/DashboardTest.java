package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.message.Timestamps;
import dev.verticker.testing.Await;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Tests the dashboard and the latest prices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardTest {
  private final UserFrontDoor door =
      UserFrontDoor.open(Map.of("INTERNAL_API_KEY", "an-internal-key-that-stays-inside-0123"));
  private Person ada;

  @BeforeAll
  void signIn() {
    ada = door.person();
  }

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void user_and_prices_come_in_one_response_with_its_age() {
    quoted(quote(1, "BTCUSDT", "68000.12", door.clock.instant()));

    var reply = expect(200, door.get(ada, "/dashboard?symbols=BTCUSDT"));
    var dashboard = reply.object();

    assertEquals(
        List.of("user", "prices", "unread", "as_of", "parts"), List.copyOf(dashboard.fieldNames()));
    var user = expect(200, door.get(ada, "/users/me")).object();
    user.remove("permissions");
    assertEquals(user, dashboard.getJsonObject("user"));
    assertEquals(
        new JsonObject().put("user", "ok").put("prices", "ok").put("notifications", "ok"),
        dashboard.getJsonObject("parts"));
    var price = dashboard.getJsonArray("prices").getJsonObject(0);
    assertTrue(price.getLong("age_ms") >= 0);
    price.remove("age_ms");
    price.remove("event_time");
    price.remove("received_at");
    price.remove("fresh_until");
    assertEquals(
        new JsonObject()
            .put("symbol", "BTCUSDT")
            .put("price", "68000.12")
            .put("bid", "68000.11")
            .put("ask", "68000.13")
            .putNull("change")
            .put("change_percent", "-1.25")
            .putNull("open_24h")
            .putNull("high_24h")
            .putNull("low_24h")
            .putNull("volume")
            .putNull("quote_volume")
            .put("venue", "simulated")
            .put("source", "poll")
            .put("stale", false),
        price);
    assertFalse(reply.body().toString().contains("internal-key"));
  }

  @Test
  void unavailable_prices_do_not_affect_the_user_part() {
    door.prices.tick(quote(7, "HEREUSDT", "1.5", door.clock.instant()));
    door.prices.hold();
    var began = System.nanoTime();
    var dashboard =
        expect(200, door.get(ada, "/dashboard?symbols=HEREUSDT,AWAYUSDT")).object();
    door.prices.release();

    assertEquals(ada.username(), dashboard.getJsonObject("user").getString("username"));
    assertEquals("unavailable", dashboard.getJsonObject("parts").getString("prices"));
    assertEquals(1, dashboard.getJsonArray("prices").size());
    assertTrue(System.nanoTime() - began < Duration.ofSeconds(4).toNanos());
  }

  @Test
  void an_overdue_price_makes_its_part_stale() {
    quoted(quote(8, "OLDUSDT", "68000.12", door.clock.instant().minusSeconds(100)));

    var dashboard = expect(200, door.get(ada, "/dashboard?symbols=OLDUSDT")).object();

    assertEquals("stale", dashboard.getJsonObject("parts").getString("prices"));
    assertTrue(dashboard.getJsonArray("prices").getJsonObject(0).getBoolean("stale"));
  }

  @Test
  void an_unchanged_dashboard_is_304_with_its_age() {
    quoted(quote(9, "AGEDUSDT", "68000.12", door.clock.instant().minusSeconds(3)));
    var first = expect(200, door.get(ada, "/dashboard?symbols=AGEDUSDT"));
    var tag = first.headers().get("ETag");
    assertTrue(tag.startsWith("W/\""), tag);

    var again = expect(304, door.get(ada, "/dashboard?symbols=AGEDUSDT", "If-None-Match", tag));
    assertEquals(tag, again.headers().get("ETag"));
    assertTrue(Long.parseLong(again.headers().get("Age")) >= 3);

    expect(
        200, door.as(ada, HttpMethod.PATCH, "/users/me", new JsonObject().put("full_name", "Ada")));
    var changed = expect(200, door.get(ada, "/dashboard?symbols=AGEDUSDT", "If-None-Match", tag));
    assertNotEquals(tag, changed.headers().get("ETag"));
  }

  @Test
  void an_administrator_reads_the_dashboard_of_a_user_and_an_unknown_symbol_is_reported() {
    quoted(quote(1, "BTCUSDT", "68000.12", door.clock.instant()));

    assertEquals(
        ada.username(),
        expect(200, door.get(door.admin(), "/users/" + ada.id() + "/dashboard"))
            .object()
            .getJsonObject("user")
            .getString("username"));
    var unknown = expect(404, door.get(ada, "/dashboard?symbols=BTCUSDT,NOPE"));
    assertEquals("symbol-unknown", unknown.code());
    assertEquals(
        "query/symbols",
        unknown.object().getJsonArray("errors").getJsonObject(0).getString("pointer"));
  }

  @Test
  void prices_are_read_from_memory_and_need_no_user_verticle() {
    quoted(
        quote(1, "BTCUSDT", "68000.12", door.clock.instant()),
        quote(2, "ETHUSDT", "4200.5", door.clock.instant()));
    var requests = door.prices.requests.size();

    var reply = expect(200, door.get(ada, "/prices?symbols=ETHUSDT,BTCUSDT"));
    assertEquals("ETHUSDT", reply.array().getJsonObject(0).getString("symbol"));
    assertEquals(
        "4200.5", expect(200, door.get(ada, "/prices/ETHUSDT")).object().getString("price"));
    var tag = expect(200, door.get(ada, "/prices")).headers().get("ETag");
    expect(304, door.get(ada, "/prices", "If-None-Match", tag));
    assertEquals(
        "price-too-old", expect(503, door.get(ada, "/prices?max_age=0")).code());
    assertEquals(requests, door.prices.requests.size());

    door.stopUsers();
    door.clock.step(Duration.ofSeconds(11));
    assertEquals("unavailable", expect(503, door.get(ada, "/auth/sessions")).code());
    assertTrue(door.health.notReady("revoked tokens").isPresent());
    expect(200, door.get(ada, "/prices"));
    expect(503, door.get(ada, "/users/me"));
    door.startUsers();
    Await.until("available again", () -> door.get(ada, "/users/me").status() == 200);
  }

  private void quoted(Quote... quotes) {
    door.prices.tick(quotes);
    for (var quote : quotes) {
      Await.until("tick received", () -> door.get(ada, "/prices/" + quote.symbol())
          .object()
          .getString("received_at")
          .equals(Timestamps.write(quote.receivedAt())));
    }
  }

  private static Quote quote(long id, String symbol, String price, Instant at) {
    var plain = FakePrices.quote(id, symbol, price, at);
    return new Quote(
        id,
        symbol,
        plain.price(),
        plain.price().subtract(new BigDecimal("0.01")),
        plain.price().add(new BigDecimal("0.01")),
        new BigDecimal("-1.25"),
        null,
        null,
        plain.exchangeInfo(),
        plain.feed(),
        0,
        0,
        plain.venue(),
        Source.POLL,
        plain.eventTime(),
        plain.receivedAt(),
        plain.staleAt());
  }
}
