package dev.verticker.dev.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Tool;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bench that compares, on the jar of this build. What it measures in a minute says nothing; that it measures does. */
@Tag("faults")
class ComparisonIT {
  private static final Path DOCUMENT = Path.of("docs", "performance.md");

  @Test
  @Timeout(300)
  void the_quick_comparison_asks_everybody_and_writes_nothing() throws Exception {
    Tool.needed("wrk", "wrk");
    Tool.needed("taskset", "util-linux");
    var before = Files.readAllBytes(DOCUMENT);
    var command = new ArrayList<>(List.of("taskset", "-c", "1", ComparedStacks.java()));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of(
        "-classpath",
        System.getProperty("java.class.path"),
        StackComparison.class.getName(),
        "--quick"));

    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes());

    assertEquals(0, process.waitFor(), said);
    assertTrue(said.contains("All responses are equal."), said);
    assertTrue(
        said.matches("(?s).*Java \\S+, Vert\\.x \\S+, PostgreSQL \\S+, Redis \\S+[,.].*"), said);
    for (var server : List.of("Verticker", "bare Vert.x")) {
      // In both comparisons and among the processes.
      var rows =
          said.lines().filter(line -> line.startsWith("| " + server + " |")).count();
      assertEquals(3, rows, said);
    }
    assertArrayEquals(before, Files.readAllBytes(DOCUMENT));
  }
}
