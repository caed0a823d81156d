package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Writes the result of each test marked {@link Provokes} into {@code target/faults.md}, sorted by row. */
public final class ProvokedFaults implements TestExecutionListener {
  private static final Path TABLE = Path.of("target", "faults.md");
  private static final Path LOCK = Path.of("target", "faults.lock");

  /** Results by row and test; a parameterized test has passed if all its invocations have. */
  private final Map<String, Boolean> passed = new ConcurrentHashMap<>();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && test.getSource().orElse(null) instanceof MethodSource method) {
      var provokes = method.getJavaMethod().getAnnotation(Provokes.class);
      if (provokes != null) {
        for (var row : provokes.value()) {
          var name = "| %2d | `%s.%s`"
              .formatted(row, method.getJavaClass().getSimpleName(), method.getMethodName());
          passed.merge(name, result.getStatus() == Status.SUCCESSFUL, Boolean::logicalAnd);
        }
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (!passed.isEmpty()) {
      try {
        write();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void write() throws IOException {
    try (var channel =
        FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // Test JVMs run side by side; closing the channel releases the lock.
      channel.lock();
      var rows = new TreeMap<String, String>();
      if (Files.exists(TABLE)) {
        for (var line : Files.readAllLines(TABLE)) {
          rows.put(line.replaceFirst(" \\| \\w+ [0-9-]+ \\|$", ""), line);
        }
      }
      passed.forEach((name, isPassed) -> rows.put(
          name,
          name + " | " + (isPassed ? "passed " : "failed ") + LocalDate.now(ZoneOffset.UTC)
              + " |"));
      Files.write(TABLE, rows.values());
    }
  }
}
