package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.fail;

import dev.verticker.testing.Npm;
import dev.verticker.testing.Tool;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of {@code src/test/console/runScenarios.js}, which drives Chromium and runs one scenario after the other. It
 * writes one JSON object per line: the names of the scenarios, their results, and actions that this class runs for it.
 */
final class ConsoleScenarios implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConsoleScenarios.class);

  private final Process process;
  private final BufferedReader output;
  private final Map<String, Runnable> actions;
  private final List<String> names;
  private final Map<String, JsonObject> results = new HashMap<>();

  /** @param actions what a scenario may request, by name */
  ConsoleScenarios(Map<String, String> environment, Map<String, Runnable> actions) {
    this.actions = actions;
    var all = new HashMap<>(environment);
    all.put("CHROMIUM", Tool.require("chromium", "chromium").toString());
    try {
      process = Npm.node(all, List.of("src/test/console/runScenarios.js"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    output = process.inputReader(StandardCharsets.UTF_8);
    names = read().getJsonArray("scenarios").stream().map(String.class::cast).toList();
  }

  /** Returns the names of all scenarios. */
  List<String> names() {
    return names;
  }

  /** Waits for the result of the scenario and fails with the report of the script. */
  void await(String scenario) {
    while (!results.containsKey(scenario)) {
      var message = read();
      if (message.containsKey("action")) {
        actions.get(message.getString("action")).run();
        write(new JsonObject().put("done", true));
      } else {
        results.put(message.getString("scenario"), message);
      }
    }
    var result = results.get(scenario);
    log.info("{} ms: {}", result.getInteger("ms"), scenario);
    if (result.containsKey("failed")) {
      fail("Scenario \"" + scenario + "\": " + result.getString("failed"));
    }
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void write(JsonObject message) {
    try {
      var input = process.getOutputStream();
      input.write((message.encode() + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the scenario script has ended", e);
    }
  }

  /** Lines that are no JSON come from Node.js or from a scenario and are logged. */
  private JsonObject read() {
    try {
      for (var line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("{")) {
          return new JsonObject(line);
        }
        log.warn("{}", line);
      }
      return fail("the scenario script has ended");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
