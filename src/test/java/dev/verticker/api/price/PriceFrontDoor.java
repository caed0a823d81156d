package dev.verticker.api.price;

import static dev.verticker.testing.Await.await;

import dev.verticker.api.PriceApiVerticle;
import dev.verticker.api.openapi.ApiClient;
import dev.verticker.api.openapi.Contract;
import dev.verticker.bus.Bus;
import dev.verticker.context.NodeContext;
import dev.verticker.testing.RecordedHealth;
import dev.verticker.testing.TestHttpClient.Response;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/** Runs the Price API on two event loops with {@link FakePrices} and a fixed clock. */
final class PriceFrontDoor implements AutoCloseable {
  static final String KEY = "a-key-of-the-back-office-0123456789";
  static final String NEXT_KEY = "the-key-that-follows-it-0123456789ab";
  static final Instant NOON = Instant.parse("2026-03-01T12:00:00.123456Z");

  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final RecordedHealth health = new RecordedHealth();
  final List<Runnable> onReconnect = new ArrayList<>();
  final FixedClock clock = new FixedClock();
  final Bus bus = new Bus(vertx, clock, metrics);
  final FakePrices prices = new FakePrices(vertx, bus);
  private Contract contract;
  private ApiClient client;

  static final class FixedClock extends Clock {
    private volatile Instant now = NOON;

    void advance(Duration time) {
      now = now.plus(time);
    }

    void reset() {
      now = NOON;
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  Future<String> deploy(int port) {
    var settings = new JsonObject()
        .put("VERTICKER_ENV", "development")
        .put("PRICE_API_HOST", "localhost")
        .put("PRICE_API_PORT", Integer.toString(port))
        .put("INTERNAL_API_KEYS", "back-office:" + KEY + ",next:" + NEXT_KEY);
    return vertx.deployVerticle(
        () -> new PriceApiVerticle(new NodeContext(bus, clock, health, onReconnect::add, metrics)),
        new DeploymentOptions().setInstances(2).setConfig(settings));
  }

  PriceFrontDoor open() {
    await(deploy(0));
    contract = await(Contract.load(vertx, "openapi/price-api.yaml"));
    client = new ApiClient(vertx, contract, port());
    return this;
  }

  int port() {
    return health.port("price-api");
  }

  ApiClient client() {
    return client;
  }

  Contract contract() {
    return contract;
  }

  Response get(String target) {
    return client.get(target, "X-API-Key", KEY);
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
