package dev.verticker.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class QuickStartTest {
  private static final Pattern SECTION =
      Pattern.compile("^## Quick start$(.*?)(?=^## |\\z)", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern BLOCK =
      Pattern.compile("^```\\w*\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  @Test
  void the_first_two_blocks_of_the_quick_start_run_the_system_and_the_tests() throws IOException {
    var section = SECTION.matcher(Files.readString(Path.of("README.md")));
    assertTrue(section.find(), "README.md has a section \"Quick start\"");

    var commands =
        BLOCK.matcher(section.group(1)).results().limit(2).map(b -> b.group(1)).toList();

    assertEquals(List.of("./mvnw -Pdev\n", "./mvnw verify\n"), commands);
  }
}
