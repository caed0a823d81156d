package dev.verticker.dev;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.exchange.SimulatorOptions;
import dev.verticker.testing.TestHttpClient;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(VertxExtension.class)
class RunSimulatorTest {
  @TempDir
  private Path folder;

  @Test
  void the_simulator_starts_on_a_port_of_its_own_without_options() {
    var options = options(Map.of("simulator.port", "", "market.data", "", "market.speed", ""));
    assertEquals(19_443, options.port());
    assertEquals(SimulatorOptions.defaults().withPort(19_443).symbols(), options.symbols());
    assertEquals(1, options.speed());
    assertEquals(Optional.empty(), options.klines());
  }

  @Test
  void a_recording_is_replayed_at_the_given_speed(Vertx vertx) throws IOException {
    var klines = RecordedMarket.generated(folder.resolve("klines"));
    var options = options(Map.of(
        "simulator.port", "0",
        "simulator.symbols", "ETHUSDT, SOLUSDT",
        "simulator.seed", "7",
        "market.data", folder.toString(),
        "market.speed", "60"));
    assertEquals(Optional.of(klines), options.klines());
    assertEquals(7, options.seed());
    var printed = new ByteArrayOutputStream();

    var simulator =
        RunSimulator.start(vertx, options, new AnsiTerminal(new PrintStream(printed, true)));

    var clock = new TestHttpClient(vertx, "127.0.0.1", simulator.port())
        .get("/control/clock")
        .expect(200)
        .object();
    assertEquals("replayed", clock.getString("venue"));
    assertEquals(60, clock.getInteger("speed"));
    assertEquals(List.of("BTCUSDT", "ETHUSDT", "SOLUSDT"), simulator.market().symbols());
    assertTrue(
        printed.toString().contains("ws://127.0.0.1:" + simulator.port() + "/ws"),
        printed::toString);
    assertTrue(
        printed.toString().contains("replayed from " + klines + ", speed 60"), printed::toString);
    await(simulator.close());
  }

  @ParameterizedTest
  @CsvSource({"simulator.port,65536", "market.speed,0", "simulator.seed,first"})
  void an_invalid_option_is_rejected_by_name(String name, String value) {
    var refused = assertThrows(DevServerException.class, () -> options(Map.of(name, value)));
    assertTrue(
        refused.getMessage().startsWith(name + " must be a whole number"), refused::getMessage);
  }

  private static SimulatorOptions options(Map<String, String> values) {
    var properties = new Properties();
    properties.putAll(values);
    return RunSimulator.options(properties);
  }
}
