package dev.verticker.api.price;

import dev.verticker.bus.Bus;
import dev.verticker.message.Listings;
import io.vertx.core.Future;
import java.util.List;

/** A price verticle for front door tests that serves the exchange's objects of three symbols. */
final class FakeExchangeSymbols {
  static final String HEAD =
      "{\"timezone\":\"UTC\",\"serverTime\":0,\"rateLimits\":[{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\","
          + "\"intervalNum\":1,\"limit\":1200}],\"exchangeFilters\":[]}";

  static final List<String> OBJECTS = List.of(
      "{\"symbol\":\"ETHBTC\",\"status\":\"TRADING\",\"permissionSets\":[[\"SPOT\"]]}",
      "{\"symbol\":\"BTCUSDT\",\"status\":\"TRADING\",\"permissionSets\":[[\"SPOT\"]]}",
      "{\"symbol\":\"ETHUSDT\",\"status\":\"BREAK\",\"permissionSets\":[[\"SPOT\"]]}");

  private FakeExchangeSymbols() {}

  /** Serves pages of two objects. */
  static Future<?> serve(Bus bus) {
    return bus.serve(Listings.OBJECTS, request -> {
      var known = "1".equals(request.known());
      var end = Math.min(OBJECTS.size(), request.first() + 2);
      return Future.succeededFuture(new Listings.Objects(
          "1",
          HEAD,
          known ? List.of() : OBJECTS.subList(request.first(), end),
          known || end == OBJECTS.size() ? null : end));
    });
  }
}
