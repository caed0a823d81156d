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
 * Chromium, driven by {@code src/test/console/play.js}. Both sides say one JSON object a line: we name the scenario, the script
 * says how it went, and asks in between for what only this side can do.
 */
final class Browser implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Browser.class);

  private final Process process;
  private final BufferedReader heard;
  private final Map<String, Runnable> deeds;

  /** @param deeds what a scenario may ask for, by name */
  Browser(Map<String, String> environment, Map<String, Runnable> deeds) {
    this.deeds = deeds;
    var all = new HashMap<>(environment);
    all.put("CHROMIUM", Tool.needed("chromium", "chromium").toString());
    try {
      process = Npm.node(all, List.of("src/test/console/play.js"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    heard = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Fails with what the script says went wrong. */
  void play(String scenario) {
    say(new JsonObject().put("play", scenario));
    while (true) {
      var line = hear();
      if (line.containsKey("do")) {
        deeds.get(line.getString("do")).run();
        say(new JsonObject().put("done", line.getString("do")));
      } else if (line.containsKey("failed")) {
        fail(line.getString("failed"));
      } else if (line.containsKey("passed")) {
        return;
      }
    }
  }

  /** All there are, sorted. */
  List<String> scenarios() {
    say(new JsonObject().put("list", true));
    return hear().getJsonArray("scenarios").stream()
        .map(String.class::cast)
        .sorted()
        .toList();
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

  private void say(JsonObject line) {
    try {
      var out = process.getOutputStream();
      out.write((line.encode() + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the browser script has ended", e);
    }
  }

  /** What is no JSON is something that Node.js prints. */
  private JsonObject hear() {
    try {
      for (var line = heard.readLine(); line != null; line = heard.readLine()) {
        if (line.startsWith("{")) {
          return new JsonObject(line);
        }
        log.warn("{}", line);
      }
      return fail("the browser script has ended");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
