package dev.verticker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.dev.MadeArchive;
import dev.verticker.testing.TestHttpClient;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** The fat jar as it is delivered. */
@ExtendWith(VertxExtension.class)
class JarIT {
  private static final String JAR = System.getProperty("verticker.jar");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private static final Map<String, String> GOOD = Map.of(
      "POSTGRES_PASSWORD", "a-password-of-nobody",
      "INTERNAL_API_KEY", "0123456789abcdef0123456789abcdef",
      "JWT_SECRET", "fedcba9876543210fedcba9876543210",
      "POSTGRES_PORT", "1",
      "POSTGRES_WAIT_SECONDS", "0");

  @TempDir
  private Path folder;

  private record Run(int exitCode, String out, String err) {}

  @Test
  void help_and_version_are_answered() throws Exception {
    var help = run(Map.of(), "--help");
    assertEquals(0, help.exitCode(), help.toString());
    assertTrue(help.out().startsWith("usage: java -jar verticker.jar"), help.out());
    var version = run(Map.of(), "--version");
    assertTrue(version.out().matches("verticker \\d+\\.\\d+\\.\\d+\\S*\n"), version.toString());
    assertEquals("", help.err() + version.err());
  }

  @Test
  void what_a_start_reads_is_there_as_json_too_and_says_the_same() throws Exception {
    try (var jar = new JarFile(JAR)) {
      var read = names(jar)
          .filter(name -> name.matches("(openapi|verticles)/.*yaml|conf/settings.yaml"))
          .toList();
      assertEquals(8, read.size(), read::toString);
      for (var name : read) {
        var yaml = new YAMLMapper().readTree(jar.getInputStream(jar.getEntry(name)));
        var made = jar.getEntry(name.replace(".yaml", ".json"));
        assertEquals(yaml, new ObjectMapper().readTree(jar.getInputStream(made)), name);
      }
    }
  }

  @Test
  void its_list_names_every_descriptor_and_migration() throws Exception {
    try (var jar = new JarFile(JAR)) {
      var list = jar.getInputStream(jar.getEntry("META-INF/packaged-files")).readAllBytes();
      assertEquals(
          names(jar)
              .filter(name -> name.matches("verticles/.*yaml|db/migration/.*sql"))
              .sorted()
              .toList(),
          new String(list, StandardCharsets.UTF_8).lines().sorted().toList());
    }
  }

  private static Stream<String> names(JarFile jar) {
    return jar.stream().map(JarEntry::getName);
  }

  @Test
  void good_settings_are_printed_without_secrets() throws Exception {
    var run = run(GOOD, "check-config");
    assertEquals(0, run.exitCode(), run.toString());
    assertTrue(run.out().contains("MANAGEMENT_PORT=9000\n"), run.out());
    assertFalse(run.out().contains("a-password-of-nobody"), run.out());
    assertFalse(run.out().contains("0123456789abcdef"), run.out());
    assertFalse(run.out().contains("fedcba9876543210"), run.out());
  }

  @Test
  void bad_settings_are_told_one_per_line() throws Exception {
    var run = run(Map.of("MANAGEMENT_PORT", "x", "POSTGRES_PASSWORD", "change_me"), "check-config");
    assertEquals(1, run.exitCode());
    assertTrue(run.err().contains("\n  MANAGEMENT_PORT: must be a whole number"), run.err());
    assertTrue(run.err().contains("\n  INTERNAL_API_KEY: is required"), run.err());
    assertFalse(run.err().contains("change_me"), run.err());
  }

  @Test
  void a_failed_start_is_one_sentence_without_a_stack_trace_and_the_process_ends()
      throws Exception {
    var run = run(GOOD, "price");
    assertEquals(3, run.exitCode(), run.toString());
    assertEquals(
        "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL answers at localhost:1 (waited 0 s)\n",
        run.err());
    assertFalse(run.out().contains("Exception"), run.out());
  }

  @Test
  void a_signal_lets_a_node_finish_and_log_its_end(Vertx vertx) throws Exception {
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
      assertTrue(stopping.contains(" stopping: answering for another 2.0 s"), stopping);
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
  void the_archive_that_the_image_is_built_with_is_one_that_a_node_starts_from() throws Exception {
    var archive = folder.resolve("verticker.archive");
    var option = MadeArchive.make(JAVA, Path.of(JAR), archive);
    assertTrue(option.matches("-XX:[A-Za-z]+=" + Pattern.quote(archive.toString())), option);
    assertTrue(names(archive, "dev/verticker/user/UserVerticle"));

    var out = folder.resolve("version").toFile();
    var command = List.of(
        JAVA.toString(),
        "@conf/jvm.options",
        option,
        // It ends unless it can use the archive.
        "-Xshare:on",
        "-Xlog:class+load",
        "-jar",
        JAR,
        "--version");
    var node = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(out)
        .start();
    assertEquals(0, node.waitFor(), () -> text(out.toPath()));
    var main = text(out.toPath())
        .lines()
        .filter(line -> line.contains(" dev.verticker.Main "))
        .toList();
    assertTrue(main.get(0).endsWith("source: shared objects file (top)"), main::toString);
  }

  @Test
  void an_archive_made_where_postgresql_or_redis_is_missing_has_the_front_doors_alone()
      throws Exception {
    var archive = folder.resolve("verticker.archive");
    MadeArchive.make(JAVA, Path.of(JAR), archive, List.of());
    assertTrue(names(archive, "dev/verticker/api/UserApiVerticle"));
    assertEquals(
        serversAreInstalled(), names(archive, "dev/verticker/user/UserVerticle"), "domains");
  }

  @Test
  void a_logback_xml_beside_it_decides_how_it_logs() throws Exception {
    var jar = Files.copy(Path.of(JAR), folder.resolve("verticker.jar"));
    var documented = Pattern.compile("```xml\n(<configuration>.*?)```", Pattern.DOTALL)
        .matcher(read(Path.of("docs", "operations.md")));
    assertTrue(documented.find());
    Files.writeString(
        Files.createDirectory(folder.resolve("conf")).resolve("logback.xml"),
        documented.group(1).replace("<root level=\"INFO\">", "<root level=\"DEBUG\">"));
    var environment = Map.of(
        "INTERNAL_API_KEY", GOOD.get("INTERNAL_API_KEY"),
        "MANAGEMENT_PORT", "0",
        "PRICE_API_PORT", "0");
    var process = builder(jar.toString(), environment, "price-api")
        .redirectErrorStream(true)
        .start();
    try (var log = process.inputReader()) {
      var line = log.readLine();
      assertTrue(line.matches("\\S+Z DEBUG .*"), line);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void an_unknown_verticle_is_wrong_usage() throws Exception {
    var run = run(GOOD, "prise");
    assertEquals(2, run.exitCode());
    assertTrue(run.err().startsWith("there is no verticle \"prise\"; known are "), run.err());
  }

  @Test
  void no_netty_in_it_is_older_than_the_one_that_refuses_smuggled_requests() throws Exception {
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
  void nothing_of_development_is_in_it() throws Exception {
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
      for (var file :
          List.of("conf/settings.yaml", "conf/hazelcast.yaml", "verticles/price.yaml")) {
        assertTrue(names.contains(file), file);
      }
    }
  }

  @Test
  void its_manifest_opens_what_the_cluster_needs() throws Exception {
    try (var jar = new JarFile(JAR)) {
      var manifest = jar.getManifest().getMainAttributes();
      assertEquals("dev.verticker.Main", manifest.getValue("Main-Class"));
      assertEquals("true", manifest.getValue("Multi-Release"));
      assertEquals("java.base/jdk.internal.ref", manifest.getValue("Add-Exports"));
      assertTrue(manifest.getValue("Add-Opens").contains("java.base/sun.nio.ch"));
      assertEquals("ALL-UNNAMED", manifest.getValue("Enable-Native-Access"));
    }
  }

  private static boolean serversAreInstalled() throws IOException {
    var versions = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(versions) || !Files.exists(Path.of("/usr/bin/redis-server"))) {
      return false;
    }
    try (var found = Files.list(versions)) {
      return found.anyMatch(version -> Files.exists(version.resolve("bin/initdb")));
    }
  }

  /** Whether the class is in the archive, which has names as they are. */
  private static boolean names(Path archive, String className) throws IOException {
    return Files.readString(archive, StandardCharsets.ISO_8859_1).contains(className);
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

  private static String text(Path file) {
    try {
      return read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
