package dev.verticker.api.socket;

import dev.verticker.testing.Await;
import dev.verticker.testing.Npm;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Runs a Node.js script that reads and writes lines of JSON, and records every line it writes. */
final class NodeScript implements AutoCloseable {
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private int read;

  private NodeScript(Process process) {
    this.process = process;
    var reader = new Thread(this::read, "script");
    reader.setDaemon(true);
    reader.start();
  }

  /** @param command the script's path, then its arguments */
  static NodeScript start(String... command) {
    try {
      return new NodeScript(Npm.node(Map.of(), List.of(command)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  NodeScript send(JsonObject command) {
    try {
      var input = process.getOutputStream();
      input.write((command.encode() + "\n").getBytes(StandardCharsets.UTF_8));
      input.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException("after " + lines, e);
    }
  }

  /** Returns the first line that was not read yet; fails if it is not JSON. */
  JsonObject next() {
    Await.until(MAX_WAIT, "a line after " + lines, () -> lines.size() > read);
    var line = lines.get(read++);
    try {
      return new JsonObject(line);
    } catch (DecodeException e) {
      throw new AssertionError("not JSON: " + line + " in " + lines, e);
    }
  }

  JsonObject next(Predicate<JsonObject> expected) {
    while (true) {
      var line = next();
      if (expected.test(line)) {
        return line;
      }
    }
  }

  /** Returns all lines written so far. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  int exitCode() {
    Await.until(MAX_WAIT, "its exit after " + lines, () -> !process.isAlive());
    return process.exitValue();
  }

  private void read() {
    try (var output = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      output.lines().forEach(lines::add);
    } catch (IOException | UncheckedIOException ended) {
      // Closed while it was read.
    }
  }

  @Override
  public void close() {
    // A script with child processes stops them when its input ends.
    try {
      process.getOutputStream().close();
    } catch (IOException alreadyClosed) {
      // The script has exited by itself.
    }
    Await.until("its children end", () -> process.children().findAny().isEmpty());
    process.destroyForcibly();
  }
}
