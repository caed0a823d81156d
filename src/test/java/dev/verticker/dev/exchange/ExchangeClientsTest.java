package dev.verticker.dev.exchange;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Npm;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unmodified clients of Binance work against the simulated exchange. Installs 74 MB of packages once. */
@Tag("faults")
@ExtendWith(VertxExtension.class)
class ExchangeClientsTest {
  private static final String FOLDER = "exchange-clients";

  @ParameterizedTest
  @Timeout(120)
  @CsvSource({
    "connector, 24hrTicker aggTrade kline",
    "apiNode,   24hrTicker aggTrade kline",
    "ccxt,      24hrMiniTicker kline trade"
  })
  void a_client_library_reads_rest_and_streams(String library, String streams, Vertx vertx)
      throws IOException, InterruptedException {
    var packages = Npm.home(FOLDER);
    var simulator = await(ExchangeSimulator.start(
        vertx, SimulatorOptions.defaults().withSymbols("BTCUSDT").withSpeed(10)));
    var builder = new ProcessBuilder(
            "node",
            Path.of("src/test", FOLDER, "clients.js").toString(),
            library,
            Integer.toString(simulator.port()))
        .redirectErrorStream(true);
    builder.environment().put("NODE_PATH", packages.resolve("node_modules").toString());
    var process = builder.start();

    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(0, process.waitFor(), output);
    var lines = output.strip().lines().toList();
    assertEquals(
        new JsonObject()
            .put(
                "rest",
                new JsonObject()
                    .put("exchangeInfo", "BTCUSDT")
                    .put("klines", 3)
                    .put("aggTrades", 2)
                    .put("ticker24hr", "BTCUSDT"))
            .put("streams", new JsonArray(List.of((Object[]) streams.split(" ")))),
        new JsonObject(lines.get(lines.size() - 1)),
        output);
    await(simulator.close());
  }
}
