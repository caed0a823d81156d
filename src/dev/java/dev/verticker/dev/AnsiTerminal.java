package dev.verticker.dev;

import java.io.PrintStream;
import java.time.Duration;

/** What the person at the terminal reads: short lines, complete sentences only where something needs explaining. */
final class AnsiTerminal {
  private static final int LABEL = 16;

  private final PrintStream out;
  private final long started = System.nanoTime();

  AnsiTerminal(PrintStream out) {
    this.out = out;
  }

  synchronized void line(String text) {
    out.println(text);
    out.flush();
  }

  /** One fact with its label in a column. */
  void fact(String label, String value) {
    line("  " + label + " ".repeat(Math.max(1, LABEL - label.length())) + value);
  }

  /** Seconds since the start, with one decimal. */
  String elapsed() {
    return seconds(started);
  }

  /** Seconds since {@code nanos}, with one decimal. */
  static String seconds(long nanos) {
    var tenths = Duration.ofNanos(System.nanoTime() - nanos).toMillis() / 100;
    return tenths / 10 + "." + tenths % 10 + " s";
  }
}
