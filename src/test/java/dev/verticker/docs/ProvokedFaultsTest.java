package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Provokes;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the rows of "Tested faults" in docs/operations.md with the tests that provoke those faults. */
class ProvokedFaultsTest {
  private static final Path TESTS = Path.of("src/test/java");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (\\d+) \\| [^|]+ \\| [^|]+ \\| ?([^|]*?) ?\\|$");

  @Test
  void each_row_has_a_test_and_names_the_uncovered_part() throws IOException {
    var documented = new TreeMap<Integer, String>();
    ROW.matcher(Files.readString(Path.of("docs/operations.md")))
        .results()
        .forEach(row -> documented.put(Integer.parseInt(row.group(1)), row.group(2)));

    assertEquals(provoked(), documented);
  }

  private static TreeMap<Integer, String> provoked() throws IOException {
    var provoked = new TreeMap<Integer, String>();
    for (var method : methods()) {
      var provokes = method.getAnnotation(Provokes.class);
      if (provokes != null) {
        for (var row : provokes.value()) {
          provoked.merge(row, provokes.missing(), String::concat);
        }
      }
    }
    return provoked;
  }

  private static List<Method> methods() throws IOException {
    try (var sources = Files.walk(TESTS)) {
      return sources
          .filter(file -> file.toString().endsWith("Test.java"))
          .flatMap(ProvokedFaultsTest::methods)
          .toList();
    }
  }

  private static Stream<Method> methods(Path source) {
    var name = TESTS.relativize(source).toString().replace(".java", "").replace('/', '.');
    try {
      return Arrays.stream(Class.forName(name, false, ProvokedFaultsTest.class.getClassLoader())
          .getDeclaredMethods());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
