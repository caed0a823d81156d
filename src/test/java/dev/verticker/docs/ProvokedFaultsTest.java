package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Provokes;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** "What was provoked" of docs/operations.md names the tests that say so, and no other, and what they leave out. */
class ProvokedFaultsTest {
  private static final Path TESTS = Path.of("src/test/java");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (\\d+) \\|.*\\| ([^|]*) \\| ?([^|]*?) ?\\|$");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test\\.\\w+)`");

  private record Shown(TreeSet<String> tests, String missing) {}

  @Test
  void each_row_names_its_tests_and_what_they_do_not_show() throws IOException {
    var named = new TreeMap<Integer, Shown>();
    ROW.matcher(Files.readString(Path.of("docs/operations.md"))).results().forEach(row -> {
      var tests = new TreeSet<String>();
      NAMED.matcher(row.group(2)).results().forEach(test -> tests.add(test.group(1)));
      named.put(Integer.parseInt(row.group(1)), new Shown(tests, row.group(3)));
    });

    assertEquals(marked(), named);
  }

  private static Map<Integer, Shown> marked() throws IOException {
    var marked = new TreeMap<Integer, Shown>();
    for (var method : methods()) {
      var provokes = method.getAnnotation(Provokes.class);
      if (provokes != null) {
        var test = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        for (var row : provokes.value()) {
          marked.merge(
              row,
              new Shown(new TreeSet<>(List.of(test)), provokes.missing()),
              ProvokedFaultsTest::together);
        }
      }
    }
    return marked;
  }

  private static Shown together(Shown one, Shown other) {
    one.tests().addAll(other.tests());
    // One test of a row says it for all of them.
    return new Shown(one.tests(), one.missing() + other.missing());
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
