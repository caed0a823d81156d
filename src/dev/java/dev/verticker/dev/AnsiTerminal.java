package dev.verticker.dev;

import java.io.PrintStream;
import java.time.Duration;

/** Prints progress and facts to the terminal of the developer. */
final class AnsiTerminal {
  private static final int LABEL_WIDTH = 16;

  private final PrintStream out;
  private final long started = System.nanoTime();

  AnsiTerminal(PrintStream out) {
    this.out = out;
  }

  synchronized void line(String text) {
    out.println(text);
    out.flush();
  }

  /** Prints a label and its value in two columns. */
  void fact(String label, String value) {
    line("  " + label + " ".repeat(Math.max(1, LABEL_WIDTH - label.length())) + value);
  }

  /** Seconds since the start, with one decimal. */
  String elapsed() {
    return secondsSince(started);
  }

  /** Seconds since {@code nanoTime}, with one decimal. */
  static String secondsSince(long nanoTime) {
    var tenths = Duration.ofNanos(System.nanoTime() - nanoTime).toMillis() / 100;
    return tenths / 10 + "." + tenths % 10 + " s";
  }
}
