package dev.verticker.dev;

import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.settings.PriceSettings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The source of prices in development mode: the host that the developer set, else Binance's public data host if it
 * responds, else the simulator.
 */
final class UpstreamChoice implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final String SETTING = "BINANCE_BASE_URL";

  private final Map<String, String> settings;
  private final String description;
  private final Optional<Vertx> simulation;

  private UpstreamChoice(
      Map<String, String> settings, String description, Optional<Vertx> simulation) {
    this.settings = settings;
    this.description = description;
    this.simulation = simulation;
  }

  /** A base URL takes precedence over a recording, which the simulator replays. */
  static UpstreamChoice choose(
      boolean setByUser, PriceSettings prices, Optional<Path> recorded, int speed) {
    var host = prices.exchange();
    if (setByUser) {
      return new UpstreamChoice(Map.of(), host + ", from " + SETTING, Optional.empty());
    }
    if (recorded.isPresent()) {
      return simulator(prices, recorded, speed, "replayed by the exchange simulator");
    }
    return responds(host)
        ? new UpstreamChoice(Map.of(), host + " (responds)", Optional.empty())
        : simulator(
            prices,
            recorded,
            speed,
            "SIMULATED: " + host.getHost() + " does not respond, so prices are invented");
  }

  /** Settings for the node. */
  Map<String, String> settings() {
    return settings;
  }

  String description() {
    return description;
  }

  boolean isSimulated() {
    return simulation.isPresent();
  }

  /** The venue of simulated prices. */
  String venue() {
    return settings.get("BINANCE_VENUE");
  }

  @Override
  public void close() {
    simulation.ifPresent(vertx -> vertx.close().await());
  }

  private static UpstreamChoice simulator(
      PriceSettings prices, Optional<Path> recorded, int speed, String description) {
    var vertx = Vertx.vertx();
    try {
      var options = SimulatorOptions.defaults().withSymbols(prices.symbols()).withSpeed(speed);
      if (recorded.isPresent()) {
        options = options.replaying(recorded.get());
      }
      var simulator = ExchangeSimulator.start(vertx, options).await();
      return new UpstreamChoice(
          Map.of(
              SETTING,
              simulator.url(),
              "BINANCE_VENUE",
              simulator.market().venue(),
              "MARKET_SPEED",
              Integer.toString(speed)),
          description + " (" + simulator.url()
              + recorded.map(folder -> ", " + folder).orElse("") + ", speed " + speed + ")",
          Optional.of(vertx));
    } catch (RuntimeException e) {
      vertx.close().await();
      throw new DevServerException("the exchange simulator cannot start: " + e.getMessage(), e);
    }
  }

  /** One request without a proxy, like those of the node. */
  private static boolean responds(URI host) {
    var client = HttpClient.newBuilder()
        .connectTimeout(TIMEOUT)
        .proxy(ProxySelector.of(null))
        .build();
    var ping =
        HttpRequest.newBuilder(host.resolve("/api/v3/ping")).timeout(TIMEOUT).build();
    try {
      return client.send(ping, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
