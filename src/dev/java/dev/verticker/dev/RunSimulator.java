package dev.verticker.dev;

import dev.verticker.dev.exchange.ExchangeSimulator;
import dev.verticker.dev.exchange.SimulatorOptions;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.LoggerFactory;

/** Runs the simulated exchange alone, for tests of trading bots and front ends. */
public final class RunSimulator {
  private static final int DEFAULT_PORT = 19443;

  private RunSimulator() {}

  public static void main(String[] arguments) {
    // SLF4J warns if several threads initialize it at once.
    LoggerFactory.getILoggerFactory();
    var screen = new AnsiTerminal(System.out);
    screen.line("Verticker, simulated exchange");
    // A JVM that ends by a signal reports the signal as its exit code.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0), "stop"));
    Run.stopWithParent();
    try {
      start(Vertx.vertx(), options(System.getProperties()), screen);
    } catch (RuntimeException e) {
      screen.line("Cannot start: " + e.getMessage());
      Runtime.getRuntime().halt(1);
    }
  }

  static ExchangeSimulator start(Vertx vertx, SimulatorOptions options, AnsiTerminal screen) {
    var simulator = ExchangeSimulator.start(vertx, options).await();
    var address = "127.0.0.1:" + simulator.port();
    screen.fact("REST", "http://" + address + "/api/v3/");
    screen.fact("streams", "ws://" + address + "/ws and ws://" + address + "/stream");
    screen.fact(
        "orders",
        "key simulator-key, secret simulator-secret, WebSocket API ws://" + address + "/ws-api/v3");
    screen.fact("control", "http://" + address + "/control/");
    screen.fact("symbols", String.join(", ", simulator.market().symbols()));
    screen.fact(
        "prices",
        simulator.market().venue()
            + options.klines().map(folder -> " from " + folder).orElse("") + ", speed "
            + options.speed());
    screen.line(
        "The simulated exchange is ready after " + screen.elapsed() + ". Press Ctrl-C to stop it.");
    return simulator;
  }

  static SimulatorOptions options(Properties properties) {
    var options = SimulatorOptions.defaults()
        .withPort(number(properties, "simulator.port", 0, 65_535).orElse(DEFAULT_PORT))
        .withSeed(number(properties, "simulator.seed", 0, Integer.MAX_VALUE).orElse(1))
        .withSpeed(number(properties, "market.speed", 1, 99_999).orElse(1));
    var symbols = value(properties, "simulator.symbols")
        .map(list -> Arrays.stream(list.split(",")).map(String::strip).toList());
    var recorded = value(properties, "market.data").map(Path::of);
    options = symbols.isPresent() ? options.withSymbols(symbols.get()) : options;
    return recorded.isPresent() ? options.replaying(recorded.get()) : options;
  }

  private static Optional<Integer> number(Properties properties, String name, int min, int max) {
    return value(properties, name).map(text -> {
      if (text.matches("[0-9]{1,9}")
          && Integer.parseInt(text) >= min
          && Integer.parseInt(text) <= max) {
        return Integer.parseInt(text);
      }
      throw new DevServerException(
          name + " must be a whole number from " + min + " to " + max + ", was " + text);
    });
  }

  private static Optional<String> value(Properties properties, String name) {
    return Optional.ofNullable(properties.getProperty(name)).filter(text -> !text.isBlank());
  }
}
