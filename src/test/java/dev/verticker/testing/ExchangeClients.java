package dev.verticker.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Client libraries of Binance for Node.js, unmodified; {@code src/test/exchange-clients/clients.js} calls them. */
public final class ExchangeClients {
  private static final String FOLDER = "exchange-clients";

  private ExchangeClients() {}

  /**
   * Runs a client and returns {@code rest}, the results of its calls by name, and {@code streams}, the kinds of events
   * it received. Skips the test without Node.js; fails if a call fails.
   *
   * @param library {@code spot}, {@code apiNode}, {@code ccxt} or {@code ccxtTrading}
   * @param url of the REST API, without {@code /api/v3}
   * @param options as described in the script, such as {@code --header=X-MBX-APIKEY:secret}
   */
  public static JsonObject run(String library, String url, String... options) {
    var packages = Npm.home(FOLDER).resolve("node_modules");
    var command = new ArrayList<>(
        List.of("node", Path.of("src/test", FOLDER, "clients.js").toString(), library, url));
    command.addAll(List.of(options));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("NODE_PATH", packages.toString());
    try {
      var process = builder.start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), output);
      var lines = output.strip().lines().toList();
      return new JsonObject(lines.get(lines.size() - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
