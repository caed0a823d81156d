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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of the README, from blocks and from sentences, in a copy of the project. */
class ReadmeIT {
  private static final String RUN = "./mvnw -Pdev";
  private static final String READY = "Verticker is ready";
  private static final String SIMULATOR = "./mvnw -Psimulator";

  /** Commands that are not run, with the reason. */
  private static final Map<String, String> NOT_RUN = Map.of(
      "./mvnw verify", "the test command itself",
      "./mvnw verify -Pfaults", "the test command itself, with the long tests",
      "docker compose up -d", "needs a Docker engine");

  /** Variants of development mode with their output. */
  private static final Map<String, String> RUNS = Map.of(
      "./mvnw -Pdev -Dmarket.data=/path/to/folder -Dmarket.speed=60",
          "replayed by the exchange simulator",
      "./mvnw -Pdev -Dfresh", "earlier data deleted");

  /** Roles of the jar in the README with the verticles that each logs. */
  private static final Map<String, String> NODES = Map.of(
      "java -jar target/verticker.jar", " ms: notification, price, price-api, trading, user, user-api;",
      "java -jar target/verticker.jar user-api user", " ms: user-api, user;");

  private static final Set<String> NOT_COPIED = Set.of(
      ".git",
      ".verticker",
      "target/bench",
      "target/console",
      "target/failsafe-reports",
      "target/npm",
      "target/site",
      "target/surefire",
      "target/surefire-reports",
      "target/test-servers");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
  private static final Set<String> PROGRAMS = Set.of("java", "curl", "docker", "npm", "node");

  @TempDir
  private Path home;

  @Test
  @Timeout(300)
  void every_command_of_the_readme_works() throws Exception {
    var commands = new ArrayList<>(commands("README.md"));
    assertEquals(RUN, commands.remove(0));
    commands.removeAll(NOT_RUN.keySet());
    copyProject();

    var run = started(RUN, Map.of());
    try {
      var printed = readUntil(run, READY);
      var script = new StringBuilder(
          "curl() { command curl --silent --show-error --fail-with-body \"$@\"; }\n");
      var ports = ports(printed);
      commands.forEach(command -> script.append(onThese(ports, command)).append('\n'));
      var process = started(script.toString(), Map.of());

      var output = new String(process.getInputStream().readAllBytes());

      assertEquals(0, process.waitFor(), output);
      for (var sign : List.of(
          "\"unread\":",
          "\"username\":\"ada\"",
          "\"event\":\"user_created\"",
          "\"venue\":\"simulated\"",
          "jvm_memory_used_bytes",
          "check-config")) {
        assertTrue(output.contains(sign), () -> sign + " is not in\n" + output);
      }
      print(NODES, storesOf(printed), " ready after ");
    } finally {
      stop(run);
    }
    var recorded = RecordedMarket.generated(home.resolve("recorded")).toString();
    // They use the same data, so one ends before the next one starts.
    for (var other : RUNS.entrySet()) {
      var command = other.getKey().replace("/path/to/folder", recorded);
      print(Map.of(command, other.getValue()), Map.of(), READY);
    }
    print(
        Map.of(SIMULATOR + " -Dsimulator.port=0", "simulated, speed 1"),
        Map.of(),
        "The simulated exchange is ready");
  }

  @Test
  void every_inline_command_is_run_or_listed_as_skipped_with_a_reason() throws IOException {
    var known = new TreeSet<String>();
    Stream.of(RUNS, NODES, NOT_RUN).forEach(some -> known.addAll(some.keySet()));
    known.add(SIMULATOR);
    var written = new TreeSet<>(commandsWithinSentences("README.md"));
    written.addAll(commands("README.md"));
    assertTrue(written.containsAll(known), () -> "not in the README: " + known);
    written.removeAll(commands("README.md"));
    written.removeAll(known);
    assertEquals(Set.of(), written);
  }

  @Test
  void the_thai_readme_has_the_same_commands() throws IOException {
    assertEquals(commands("README.md"), commands("README.th.md"));
    assertEquals(commandsWithinSentences("README.md"), commandsWithinSentences("README.th.md"));
  }

  @Test
  void both_tables_of_settings_match_the_settings_file() throws IOException {
    var settings = new ArrayList<String>();
    Pattern.compile("^([A-Z_]+): *([^#\\n]*?) *(#.*)?$", Pattern.MULTILINE)
        .matcher(Files.readString(Path.of("conf/settings.yaml")))
        .results()
        .map(setting -> "| `" + setting.group(1) + "` | "
            + (setting.group(2).isEmpty() ? "" : "`" + setting.group(2) + "`") + " | ")
        .forEach(settings::add);
    var tables = new ArrayList<List<String>>();
    for (var readme : List.of("README.md", "README.th.md")) {
      var rows = Files.readAllLines(Path.of(readme)).stream()
          .filter(line -> line.matches("\\| `[A-Z_]+` \\|.*"))
          .map(line -> line.replaceFirst("^(\\|[^|]*\\|[^|]*\\| ).*", "$1"))
          .toList();
      assertFalse(rows.isEmpty(), readme);
      assertEquals(
          List.of(), rows.stream().filter(row -> !settings.contains(row)).toList(), readme);
      tables.add(rows);
    }
    assertEquals(tables.get(0), tables.get(1));
  }

  /** Joins lines that end with a backslash with the next one. */
  private static List<String> commands(String readme) throws IOException {
    return BLOCK
        .matcher(Files.readString(Path.of(readme)))
        .results()
        .filter(block -> block.group(1).equals("sh"))
        .flatMap(block -> List.of(block.group(2).strip().split("(?<!\\\\)\\n")).stream())
        .toList();
  }

  private static List<String> commandsWithinSentences(String readme) throws IOException {
    var sentences = BLOCK.matcher(Files.readString(Path.of(readme))).replaceAll("");
    return CODE.matcher(sentences)
        .results()
        .map(code -> code.group(1))
        .filter(ReadmeIT::isCommand)
        .toList();
  }

  /** Returns whether a text is a command: a program, optionally after variables. */
  private static boolean isCommand(String code) {
    var program = code.replaceFirst("^([A-Z_]+=\\S* )+", "").split(" ")[0];
    var file = Path.of(program);
    return PROGRAMS.contains(program) || Files.isRegularFile(file) && Files.isExecutable(file);
  }

  /** Returns settings of a node that uses the stores of that run. */
  private static Map<String, String> storesOf(String printed) {
    var postgres = Pattern.compile("postgresql://\\w+:(\\w+)@127.0.0.1:(\\d+)/").matcher(printed);
    var redis = Pattern.compile("Redis +ready .* port (\\d+)").matcher(printed);
    assertTrue(postgres.find() && redis.find(), printed);
    return Map.of(
        "VERTICKER_ENV", "development",
        "POSTGRES_HOST", "127.0.0.1",
        "POSTGRES_PORT", postgres.group(2),
        "POSTGRES_PASSWORD", postgres.group(1),
        "REDIS_URL", "redis://127.0.0.1:" + redis.group(1),
        "BINANCE_BASE_URL", "http://127.0.0.1:1",
        "INTERNAL_API_KEY", "0123456789abcdef0123456789abcdef",
        "JWT_SECRET", "fedcba9876543210fedcba9876543210",
        "DRAIN_SECONDS", "0");
  }

  /** Runs the commands together, until each has printed {@code ready}. @param signs what they print before, by command */
  private void print(Map<String, String> signs, Map<String, String> more, String ready)
      throws Exception {
    var processes = new LinkedHashMap<Process, String>();
    try {
      for (var command : signs.entrySet()) {
        processes.put(started(command.getKey(), more), command.getValue());
      }
      for (var process : processes.entrySet()) {
        var printed = readUntil(process.getKey(), ready);
        assertTrue(printed.contains(process.getValue()), printed);
      }
    } finally {
      for (var process : processes.keySet()) {
        stop(process);
      }
    }
  }

  private Process started(String script, Map<String, String> more) throws IOException {
    Tool.require("curl", "curl");
    var builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
        .directory(home.toFile())
        .redirectErrorStream(true);
    var environment = builder.environment();
    // Options of this build must not reach the inner build.
    environment.remove("MAVEN_CMD_LINE_ARGS");
    environment.put("MAVEN_ARGS", "-ntp -B");
    // These processes are too short-lived for the C2 compiler.
    environment.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1");
    // Free ports, and no request to the internet.
    for (var port : List.of("USER_API_PORT", "PRICE_API_PORT", "MANAGEMENT_PORT")) {
      environment.put(port, "0");
    }
    environment.putAll(more);
    return builder.start();
  }

  private static void stop(Process process) throws InterruptedException {
    // Maven waits for its child process; a node has none.
    var started = process.descendants().toList();
    (started.isEmpty() ? List.of(process.toHandle()) : started).forEach(ProcessHandle::destroy);
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the run ends");
  }

  /** Returns the output up to the first line with this text, or all. */
  private static String readUntil(Process process, String sign) throws IOException {
    var printed = new StringBuilder();
    var output = process.inputReader();
    for (var line = output.readLine(); line != null; line = output.readLine()) {
      printed.append(line).append('\n');
      if (line.contains(sign)) {
        return printed.toString();
      }
    }
    throw new AssertionError("ended without \"" + sign + "\":\n" + printed);
  }

  private static Map<String, String> ports(String printed) {
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
    var process = command;
    for (var port : ports.entrySet()) {
      process = process.replace("localhost:" + port.getKey(), "localhost:" + port.getValue());
    }
    return process;
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
        if (file.startsWith(project.resolve("target/maven-status"))) {
          // It contains absolute paths: another folder would require a complete compilation.
          var paths = Files.readString(file).replace(project.toString(), home.toString());
          Files.writeString(copy(file), paths);
        } else {
          Files.copy(
              file,
              copy(file),
              StandardCopyOption.COPY_ATTRIBUTES,
              StandardCopyOption.REPLACE_EXISTING);
        }
        return FileVisitResult.CONTINUE;
      }

      private Path copy(Path original) {
        return home.resolve(project.relativize(original).toString());
      }
    });
  }
}
