package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Runs a program to its end. */
public final class Command {
  private record Ended(int code, String said) {}

  private Command() {}

  /** @return what it complains of; empty = it did what it should */
  public static String run(String... command) {
    var ended = end(command);
    return ended.code == 0 ? "" : ended.said + " ";
  }

  public static String said(String... command) {
    return end(command).said;
  }

  private static Ended end(String... command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ended(-1, "interrupted");
    }
  }
}
