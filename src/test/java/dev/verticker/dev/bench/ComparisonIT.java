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

/** Runs the quick comparison on the jar of this build; its figures do not matter. */
@Tag("faults")
class ComparisonIT {
  private static final Path DOCUMENT = Path.of("docs", "performance.md");

  @Test
  @Timeout(300)
  void the_quick_comparison_measures_all_servers_and_writes_no_report() throws Exception {
    Tool.require("wrk", "wrk");
    Tool.require("taskset", "util-linux");
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
    var output = new String(process.getInputStream().readAllBytes());

    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("All responses are equal."), output);
    assertTrue(
        output.matches("(?s).*Java \\S+, Vert\\.x \\S+, PostgreSQL \\S+, Redis \\S+[,.].*"),
        output);
    for (var server : List.of("Verticker", "bare Vert.x")) {
      // In both comparisons and in the table of processes.
      var rows =
          output.lines().filter(line -> line.startsWith("| " + server + " |")).count();
      assertEquals(3, rows, output);
    }
    assertArrayEquals(before, Files.readAllBytes(DOCUMENT));
  }
}
