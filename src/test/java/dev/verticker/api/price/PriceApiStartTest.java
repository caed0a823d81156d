package dev.verticker.api.price;

import static dev.verticker.api.openapi.ApiClient.expect;
import static dev.verticker.api.price.FakePrices.quote;
import static dev.verticker.api.price.PriceFrontDoor.NOON;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.api.PriceApiVerticle;
import dev.verticker.settings.SettingsException;
import dev.verticker.testing.Await;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests a front door that starts before any price verticle. */
class PriceApiStartTest {
  private final PriceFrontDoor door = new PriceFrontDoor();

  @AfterEach
  void close() {
    door.close();
  }

  @Test
  void the_api_reports_that_no_price_is_known_and_serves_prices_when_they_arrive() {
    door.open();
    assertEquals("price-not-yet-known", expect(503, door.get("/internal/price")).code());
    assertEquals("unavailable", expect(503, door.get("/internal/price/BTCUSDT")).code());
    assertEquals(Optional.of("no quote received since start-up"), door.health.remark("quotes"));

    door.prices.configured = List.of("BTCUSDT");
    door.prices.holds(quote(1, "BTCUSDT", "68000.12", NOON));
    await(door.prices.serve());

    Await.until("filled", () -> door.get("/internal/price").status() == 200);
    assertEquals(Optional.empty(), door.health.remark("quotes"));
  }

  @Test
  void a_tick_before_the_first_response_is_not_lost() {
    door.open();
    door.prices.tick(quote(1, "BTCUSDT", "68000.12", NOON));

    Await.until("tick received", () -> door.get("/internal/price/BTCUSDT").status() == 200);
  }

  @Test
  void a_node_without_a_tick_requests_prices_before_it_reports_that_none_is_known() {
    door.prices.configured = List.of("BTCUSDT", "ETHUSDT");
    await(door.prices.serve());
    door.open();
    assertEquals("price-not-yet-known", expect(503, door.get("/internal/price")).code());

    // Another node published this before this one was subscribed.
    door.prices.holds(quote(1, "BTCUSDT", "68000.12", NOON));

    var prices = new JsonArray(expect(200, door.get("/internal/price")).body());
    assertEquals(1, prices.size(), "the other one was never quoted");
  }

  @Test
  void the_verticle_can_be_undeployed_and_deployed_again_on_the_same_node() {
    var first = await(door.deploy(0));
    await(door.vertx.undeploy(first));
    door.prices.configured = List.of("BTCUSDT");
    door.prices.holds(quote(1, "BTCUSDT", "68000.12", NOON));
    await(door.prices.serve());

    door.open();

    expect(200, door.get("/internal/price"));
  }

  @Test
  void unusable_settings_fail_the_start() {
    var start = door.vertx.deployVerticle(
        new PriceApiVerticle(null),
        new DeploymentOptions()
            .setConfig(new JsonObject()
                .put("VERTICKER_ENV", "production")
                .put("PRICE_API_HOST", "localhost")
                .put("PRICE_API_PORT", "0")));

    assertThrows(SettingsException.class, () -> await(start));
  }
}
