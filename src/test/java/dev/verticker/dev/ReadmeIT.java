package dev.verticker.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Tool;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's commands, typed into a copy of the project one after the other. */
class ReadmeIT {
  private static final String RUN = "./mvnw -Pdev";

  /** What is not run here, and why. */
  private static final Map<String, String> NOT_RUN = Map.of(
      "./mvnw verify", "the test command itself",
      "docker compose up -d", "needs a Docker engine");

  private static final Set<String> NOT_COPIED = Set.of(
      ".git",
      ".verticker",
      "target/bench",
      "target/console",
      "target/npm",
      "target/site",
      "target/test-servers");
  private static final Pattern BLOCK =
      Pattern.compile("^```sh\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir
  private Path home;

  @Test
  @Timeout(300)
  void every_command_of_the_readme_does_what_it_says() throws Exception {
    var commands = new ArrayList<>(commands("README.md"));
    assertEquals(RUN, commands.remove(0));
    commands.removeAll(NOT_RUN.keySet());
    copyProject();

    var run = started(RUN);
    try {
      var script = new StringBuilder(
          "curl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n");
      var ports = ports(run);
      commands.forEach(command -> script.append(onThese(ports, command)).append('\n'));
      var typed = started(script.toString());

      var said = new String(typed.getInputStream().readAllBytes());

      assertEquals(0, typed.waitFor(), said);
      for (var sign : List.of(
          "\"unread\":",
          "\"username\":\"ada\"",
          "\"event\":\"user_created\"",
          "\"venue\":\"simulated\"",
          "jvm_memory_used_bytes",
          "check-config")) {
        assertTrue(said.contains(sign), () -> sign + " is not in\n" + said);
      }
    } finally {
      run.descendants().forEach(ProcessHandle::destroy);
      assertTrue(run.waitFor(30, TimeUnit.SECONDS), "the run ends");
    }
  }

  @Test
  void the_thai_readme_has_the_same_commands() throws IOException {
    assertEquals(commands("README.md"), commands("README.th.md"));
  }

  @Test
  void both_tables_of_settings_are_the_ones_of_the_settings_file() throws IOException {
    var settings = new ArrayList<String>();
    Pattern.compile("^([A-Z_]+): *([^#\\n]*?) *(#.*)?$", Pattern.MULTILINE)
        .matcher(Files.readString(Path.of("conf/settings.yaml")))
        .results()
        .map(setting -> "| `" + setting.group(1) + "` | "
            + (setting.group(2).isEmpty() ? "" : "`" + setting.group(2) + "`") + " | ")
        .forEach(settings::add);
    assertFalse(settings.isEmpty());
    for (var readme : List.of("README.md", "README.th.md")) {
      var rows = Files.readAllLines(Path.of(readme)).stream()
          .filter(line -> line.matches("\\| `[A-Z_]+` \\|.*"))
          .map(line -> line.replaceFirst("^(\\|[^|]*\\|[^|]*\\| ).*", "$1"))
          .toList();
      assertEquals(settings, rows, readme);
    }
  }

  /** Continued lines count as one command. */
  private static List<String> commands(String readme) throws IOException {
    return BLOCK
        .matcher(Files.readString(Path.of(readme)))
        .results()
        .flatMap(block -> List.of(block.group(1).strip().split("(?<!\\\\)\\n")).stream())
        .toList();
  }

  private Process started(String script) throws IOException {
    Tool.needed("curl", "curl");
    var builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
        .directory(home.toFile())
        .redirectErrorStream(true);
    var environment = builder.environment();
    // What this build was told is not for a build inside it.
    environment.remove("MAVEN_CMD_LINE_ARGS");
    environment.put("MAVEN_ARGS", "-ntp -B");
    // Nobody's ports are in the way, and no exchange on the internet is asked.
    for (var port : List.of("USER_API_PORT", "PRICE_API_PORT", "MANAGEMENT_PORT")) {
      environment.put(port, "0");
    }
    return builder.start();
  }

  private static Map<String, String> ports(Process run) throws IOException {
    var printed = new StringBuilder();
    var output = run.inputReader();
    for (var line = output.readLine(); line != null; line = output.readLine()) {
      printed.append(line).append('\n');
      if (line.startsWith("Verticker is ready")) {
        break;
      }
    }
    return Map.of(
        "8000", port(printed, "User API"),
        "8001", port(printed, "Price API"),
        "9000", port(printed, "health "));
  }

  private static String port(CharSequence printed, String what) {
    var found = Pattern.compile(what + ".*?http://localhost:(\\d+)").matcher(printed);
    assertTrue(found.find(), () -> what + " is not in\n" + printed);
    return found.group(1);
  }

  private static String onThese(Map<String, String> ports, String command) {
    var typed = command;
    for (var port : ports.entrySet()) {
      typed = typed.replace("localhost:" + port.getKey(), "localhost:" + port.getValue());
    }
    return typed;
  }

  private void copyProject() throws IOException {
    var project = Path.of("").toAbsolutePath();
    Files.walkFileTree(project, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
          throws IOException {
        if (NOT_COPIED.contains(project.relativize(folder).toString())
            || folder.endsWith("node_modules")) {
          return FileVisitResult.SKIP_SUBTREE;
        }
        Files.createDirectories(copy(folder));
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
          throws IOException {
        Files.copy(
            file,
            copy(file),
            StandardCopyOption.COPY_ATTRIBUTES,
            StandardCopyOption.REPLACE_EXISTING);
        return FileVisitResult.CONTINUE;
      }

      private Path copy(Path original) {
        return home.resolve(project.relativize(original).toString());
      }
    });
  }
}
