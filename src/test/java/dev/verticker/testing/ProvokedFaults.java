package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes how each test marked {@link Provokes} ended into "What was provoked" of docs/operations.md, where the system property
 * {@code faults.table} asks for it ({@code ./mvnw verify -Pfaults}).
 */
public final class ProvokedFaults implements TestExecutionListener {
  private static final Path DOCUMENT = Path.of("docs/operations.md");

  private record Ended(int[] rows, boolean passed) {}

  private final Map<String, Ended> tests = new ConcurrentHashMap<>();

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (test.isTest() && test.getSource().orElse(null) instanceof MethodSource method) {
      var provokes = method.getJavaMethod().getAnnotation(Provokes.class);
      if (provokes != null) {
        var name = method.getJavaClass().getSimpleName() + "." + method.getMethodName();
        var ended = new Ended(provokes.value(), result.getStatus() == Status.SUCCESSFUL);
        // A test with several inputs passed when all of them did.
        tests.merge(
            name, ended, (one, other) -> new Ended(one.rows(), one.passed() && other.passed()));
      }
    }
  }

  @Override
  public void testPlanExecutionFinished(TestPlan plan) {
    if (Boolean.getBoolean("faults.table") && !tests.isEmpty()) {
      try {
        write();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void write() throws IOException {
    try (var channel = FileChannel.open(
        Path.of("target/faults.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // Several JVMs may run tests at the same time; closing the channel lets the next one in.
      channel.lock();
      var text = Files.readString(DOCUMENT);
      for (var test : tests.entrySet()) {
        var entry = entry(test.getKey(), test.getValue().passed());
        for (var row : (Iterable<Integer>) Arrays.stream(test.getValue().rows())::iterator) {
          text = with(text, row, test.getKey(), entry);
        }
      }
      Files.writeString(DOCUMENT, text);
    }
  }

  private static String entry(String test, boolean passed) {
    return "`" + test + "` " + (passed ? "passed" : "**failed**") + " "
        + LocalDate.now(ZoneOffset.UTC);
  }

  /** The row's entry of that test replaced. */
  private static String with(String text, int row, String test, String entry) {
    var old = Pattern.compile("(?m)^(\\| " + row + " \\|.*)`" + Pattern.quote(test)
        + "`( (passed|\\*\\*failed\\*\\*) [0-9-]+)?");
    return old.matcher(text).replaceFirst("$1" + Matcher.quoteReplacement(entry));
  }
}
