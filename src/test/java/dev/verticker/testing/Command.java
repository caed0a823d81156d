package dev.verticker.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Runs a program and waits until it exits. */
public final class Command {
  /** @param output standard output and standard error together */
  public record Result(int exitCode, String output) {
    public Result expect(int expected) {
      assertEquals(expected, exitCode, output);
      return this;
    }
  }

  private Command() {}

  /** @return output of a failed program; empty = success */
  public static String run(String... command) {
    var result = execute(Map.of(), command);
    return result.exitCode == 0 ? "" : result.output + " ";
  }

  public static Result execute(Map<String, String> environment, String... command) {
    try {
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().putAll(environment);
      var process = builder.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(-1, "interrupted");
    }
  }
}
