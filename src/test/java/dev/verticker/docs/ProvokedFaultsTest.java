package dev.verticker.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** "What was provoked" of docs/operations.md names the tests that say so, and no other. */
class ProvokedFaultsTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|.*\\| ([^|]*) \\|$");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test\\.\\w+)`");
  private static final Pattern MARKED =
      Pattern.compile("@Provokes\\(\\{?([0-9, ]+)}?\\)[^;]*?void (\\w+)\\(");

  @Test
  void each_row_names_its_tests_or_says_why_there_is_none() throws IOException {
    var named = new TreeMap<Integer, TreeSet<String>>();
    ROW.matcher(Files.readString(Path.of("docs/operations.md"))).results().forEach(row -> {
      var tests = new TreeSet<String>();
      NAMED.matcher(row.group(2)).results().forEach(test -> tests.add(test.group(1)));
      if (!row.group(2).startsWith("not provoked")) {
        named.put(Integer.parseInt(row.group(1)), tests);
      }
    });

    assertEquals(marked(), named);
  }

  private static TreeMap<Integer, TreeSet<String>> marked() throws IOException {
    var marked = new TreeMap<Integer, TreeSet<String>>();
    try (var sources = Files.walk(Path.of("src/test/java"))) {
      sources.filter(file -> file.toString().endsWith("Test.java")).forEach(file -> {
        var type = file.getFileName().toString().replace(".java", "");
        MARKED.matcher(text(file)).results().forEach(mark -> {
          for (var row : mark.group(1).split(",")) {
            marked
                .computeIfAbsent(Integer.parseInt(row.strip()), number -> new TreeSet<>())
                .add(type + "." + mark.group(2));
          }
        });
      });
    }
    return marked;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
