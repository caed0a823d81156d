package dev.verticker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.verticker.testing.TestHttpClient;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs the delivered fat jar. */
@ExtendWith(VertxExtension.class)
class JarIT {
  private static final String JAR = System.getProperty("verticker.jar");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private static final Map<String, String> GOOD = Map.of(
      "POSTGRES_PASSWORD", "an-unused-password",
      "INTERNAL_API_KEY", "0123456789abcdef0123456789abcdef",
      "JWT_SECRET", "fedcba9876543210fedcba9876543210",
      "POSTGRES_PORT", "1",
      "POSTGRES_WAIT_SECONDS", "0");

  @TempDir
  private Path folder;

  private record Run(int exitCode, String out, String err) {}

  @Test
  void help_and_version_are_printed() throws Exception {
    var help = run(Map.of(), "--help");
    assertEquals(0, help.exitCode(), help.toString());
    assertTrue(help.out().startsWith("usage: java -jar verticker.jar"), help.out());
    var version = run(Map.of(), "--version");
    assertTrue(version.out().matches("verticker \\d+\\.\\d+\\.\\d+\\S*\n"), version.toString());
    assertEquals("", help.err() + version.err());
  }

  private static Stream<String> names(JarFile jar) {
    return jar.stream().map(JarEntry::getName);
  }

  @Test
  void valid_settings_are_printed_without_secrets() throws Exception {
    var run = run(GOOD, "check-config");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(run.out().contains("MANAGEMENT_PORT=9000\n"), run.out());
    assertFalse(run.out().contains("an-unused-password"), run.out());
    assertFalse(run.out().contains("0123456789abcdef"), run.out());
    assertFalse(run.out().contains("fedcba9876543210"), run.out());
  }

  @Test
  void invalid_settings_are_reported_one_per_line() throws Exception {
    var run = run(Map.of("MANAGEMENT_PORT", "x", "POSTGRES_PASSWORD", "change_me"), "check-config");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("\n  MANAGEMENT_PORT: must be a whole number"), run.err());
    assertTrue(run.err().contains("\n  INTERNAL_API_KEY: is required"), run.err());
    assertFalse(run.err().contains("change_me"), run.err());
  }

  @Test
  void a_failed_start_prints_one_sentence_without_a_stack_trace_and_ends_the_process()
      throws Exception {
    var run = run(GOOD, "price");
    assertEquals(3, run.exitCode(), run.toString());
    assertEquals(
        "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL server responds at localhost:1 (waited 0 s)\n",
        run.err());
    assertFalse(run.out().contains("Exception"), run.out());
  }

  @Test
  void on_a_signal_the_node_drains_and_logs_its_end(Vertx vertx) throws Exception {
    var process = start(
        Map.of(
            "INTERNAL_API_KEY", GOOD.get("INTERNAL_API_KEY"),
            "MANAGEMENT_PORT", "0",
            "PRICE_API_PORT", "0",
            "DRAIN_SECONDS", "2"),
        "price-api");
    try (var log = process.inputReader()) {
      var ready = log.readLine();
      var management = Pattern.compile("management=(\\d+)").matcher(ready);
      assertTrue(ready.contains(" ready after ") && management.find(), ready);
      process.toHandle().destroy();
      var stopping = log.readLine();
      assertTrue(stopping.contains(" draining for 2.0 s, then stopping"), stopping);
      new TestHttpClient(vertx, Integer.parseInt(management.group(1)))
          .get("/health/ready")
          .expect(503);
      var stopped = log.readLine();
      assertTrue(stopped.endsWith(" stopped"), stopped);
      assertEquals(143, process.waitFor());
      assertEquals(null, log.readLine());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void a_node_logs_text_lines_with_time_in_utc_and_level() throws Exception {
    var line = firstLogLine(JAR, Map.of());
    assertTrue(
        line.matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  Node ready after \\d+ ms: .*"),
        line);
  }

  @Test
  void the_setting_log_format_switches_to_json_lines() throws Exception {
    var json = new ObjectMapper().readTree(firstLogLine(JAR, Map.of("LOG_FORMAT", "json")));
    assertEquals("INFO", json.get("level").asText());
    assertEquals("dev.verticker.node.Node", json.get("loggerName").asText());
    assertTrue(json.get("formattedMessage").asText().startsWith("ready after "), json::toString);
  }

  @Test
  void the_settings_file_next_to_the_jar_can_switch_to_json_lines() throws Exception {
    var jar = copiedWith("settings.yaml", "LOG_FORMAT: json");
    var line = firstLogLine(jar, Map.of());
    assertTrue(line.startsWith("{") && line.endsWith("}"), line);
  }

  @Test
  void an_unknown_log_format_is_an_invalid_setting() throws Exception {
    var run = run(Map.of("LOG_FORMAT", "jsno"), "check-config", "price-api");
    assertEquals(1, run.exitCode());
    assertTrue(
        run.err().contains("\n  LOG_FORMAT: must be one of text, json, was \"jsno\"\n"), run.err());
  }

  @Test
  void a_renamed_setting_stops_the_start_and_names_the_new_one() throws Exception {
    var run = run(Map.of("SOCKETS_MOST", "10"), "user-api");
    assertEquals(1, run.exitCode());
    assertTrue(
        run.err().contains("\n  SOCKETS_MOST: was renamed, set SOCKETS_MAX instead\n"), run.err());
  }

  @Test
  void a_logback_xml_next_to_the_jar_replaces_the_packaged_one() throws Exception {
    var documented = Pattern.compile("```xml\n(<configuration>.*?)```", Pattern.DOTALL)
        .matcher(read(Path.of("docs", "operations.md")));
    assertTrue(documented.find());
    var jar = copiedWith(
        "logback.xml",
        documented.group(1).replace("<root level=\"INFO\">", "<root level=\"DEBUG\">"));
    var line = firstLogLine(jar, Map.of());
    assertTrue(line.matches("\\S+Z DEBUG .*"), line);
  }

  @Test
  void an_unknown_verticle_is_invalid_usage() throws Exception {
    var run = run(GOOD, "prise");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("Unknown verticle \"prise\": name one of "), run.err());
  }

  @Test
  void the_jar_contains_no_netty_with_the_request_smuggling_vulnerability() throws Exception {
    try (var jar = new JarFile(JAR)) {
      var versions = new Properties();
      versions.load(jar.getInputStream(jar.getEntry("META-INF/io.netty.versions.properties")));
      var nettys = versions.stringPropertyNames().stream()
          .filter(name -> name.endsWith(".version"))
          .toList();
      assertTrue(nettys.size() > 5, nettys.toString());
      for (var name : nettys) {
        var parts = versions.getProperty(name).split("\\.");
        assertTrue(
            Integer.parseInt(parts[0]) == 4
                && Integer.parseInt(parts[1]) == 2
                && Integer.parseInt(parts[2]) >= 20,
            name + " " + versions.getProperty(name));
      }
    }
  }

  @Test
  void the_jar_contains_no_development_or_test_classes() throws Exception {
    var unwanted = List.of(
        "dev/verticker/dev/",
        "io/zonky/",
        "redis/embedded/",
        "org/junit/",
        "embedded-pg",
        "postgres-linux");
    try (var jar = new JarFile(JAR)) {
      var names = names(jar).toList();
      assertEquals(
          List.of(),
          names.stream()
              .filter(name -> unwanted.stream().anyMatch(name::contains))
              .toList());
      for (var file : List.of(
          "conf/settings.yaml", "conf/hazelcast.yaml", "verticles/price.yaml", "logback.xml")) {
        assertTrue(names.contains(file), file);
      }
    }
  }

  @Test
  void its_manifest_opens_the_packages_that_hazelcast_and_netty_need() throws Exception {
    try (var jar = new JarFile(JAR)) {
      var manifest = jar.getManifest().getMainAttributes();
      assertEquals("dev.verticker.Main", manifest.getValue("Main-Class"));
      assertEquals("true", manifest.getValue("Multi-Release"));
      assertEquals("java.base/jdk.internal.ref", manifest.getValue("Add-Exports"));
      assertTrue(manifest.getValue("Add-Opens").contains("java.base/sun.nio.ch"));
      assertEquals("ALL-UNNAMED", manifest.getValue("Enable-Native-Access"));
    }
  }

  /** Copies the jar and writes a file into {@code conf/} next to it. */
  private String copiedWith(String name, String text) throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("conf")).resolve(name), text);
    return Files.copy(Path.of(JAR), folder.resolve("verticker.jar")).toString();
  }

  private static String firstLogLine(String jar, Map<String, String> settings) throws IOException {
    var environment = new HashMap<>(settings);
    environment.putAll(Map.of(
        "INTERNAL_API_KEY", GOOD.get("INTERNAL_API_KEY"),
        "MANAGEMENT_PORT", "0",
        "PRICE_API_PORT", "0"));
    var process =
        builder(jar, environment, "price-api").redirectErrorStream(true).start();
    try (var log = process.inputReader()) {
      return log.readLine();
    } finally {
      process.destroyForcibly();
    }
  }

  private Run run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    var out = folder.resolve("out").toFile();
    var err = folder.resolve("err").toFile();
    var process =
        process(environment, arguments).redirectOutput(out).redirectError(err).start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), read(out.toPath()), read(err.toPath()));
  }

  private static Process start(Map<String, String> environment, String... arguments)
      throws IOException {
    return process(environment, arguments).redirectErrorStream(true).start();
  }

  private static ProcessBuilder process(Map<String, String> environment, String... arguments) {
    return builder(JAR, environment, arguments);
  }

  private static ProcessBuilder builder(
      String jar, Map<String, String> environment, String... arguments) {
    var command = new ArrayList<>(List.of(JAVA.toString(), "-jar", jar));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
