package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpServer;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestNode;
import dev.verticker.testing.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The files that put Verticker on a machine: containers, services, alerts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryTest {
  private static final Path COMPOSE = Path.of("docker-compose.yml");
  private static final Path EXAMPLE = Path.of(".env.example");
  private static final List<String> SCRIPTS =
      List.of("healthy", "make-archive", "make-env", "rolling-restart", "share-certificate");

  @TempDir
  private static Path folder;

  private JsonNode everything;

  private record Run(int code, String out) {}

  /** With all profiles: docker-compose 1.29 shows every service, and which profile it is in. */
  @BeforeAll
  void compose() throws Exception {
    everything = composed(env());
  }

  @Test
  void of_all_ports_only_that_of_nginx_is_published_to_others() throws Exception {
    var published = new TreeSet<String>();
    everything.get("services").fields().forEachRemaining(service -> service
        .getValue()
        .path("ports")
        .forEach(port -> published.add(service.getKey() + " " + port(port))));
    assertEquals(
        Set.of(
            "app 127.0.0.1:8001:8001/tcp",
            "app 127.0.0.1:8100:8001/tcp",
            "grafana 127.0.0.1:3000:3000/tcp",
            "nginx 80:80",
            "pgadmin 127.0.0.1:5050:8080/tcp",
            "prometheus 127.0.0.1:9090:9090/tcp"),
        published);
  }

  @Test
  void each_container_is_bounded_and_is_nobody_of_importance() throws Exception {
    var services = everything.get("services");
    // Of each its user and group; that of a node is in the image.
    var users = Map.of(
        "app", "",
        "app-2", "",
        "nginx", "101:101",
        "postgres", "999:999",
        "redis", "999:999",
        "pgadmin", "5050:0",
        "prometheus", "65534:65534",
        "grafana", "472:0");
    assertEquals(users.keySet(), Set.copyOf(names(services)));
    for (var name : names(services)) {
      var service = services.get(name);
      assertTrue(service.has("mem_limit") && service.has("cpus"), name);
      assertTrue(service.has("pids_limit"), name);
      assertEquals("[\"ALL\"]", service.get("cap_drop").toString(), name);
      assertFalse(service.has("cap_add") || service.has("privileged"), name);
      assertEquals("[\"no-new-privileges:true\"]", service.get("security_opt").toString(), name);
      assertTrue(service.has("healthcheck"), name);
      assertEquals(users.get(name), service.path("user").asText(), name);
      assertEquals(!name.equals("pgadmin"), service.path("read_only").asBoolean(), name);
    }
    assertTrue(text(Path.of("Dockerfile")).contains("\nUSER 10001:10001\n"));
  }

  @Test
  void what_runs_is_what_was_tried_and_only_redis_forgets() {
    var services = everything.get("services");
    var images = new TreeMap<String, String>();
    names(services)
        .forEach(name -> images.put(name, services.get(name).get("image").asText()));
    assertEquals("postgres:17", images.get("postgres"));
    assertEquals("redis:7", images.get("redis"));
    // Older ones let whoever signed in run what he likes on the server.
    var pgadmin = images.get("pgadmin").split("[:.]");
    assertEquals("dpage/pgadmin4", pgadmin[0]);
    assertTrue(Integer.parseInt(pgadmin[1]) * 1000 + Integer.parseInt(pgadmin[2]) >= 9015);
    images.forEach((name, image) ->
        assertEquals(name.startsWith("app"), image.endsWith(":latest"), name + " " + image));
    var kept = Map.of(
        "postgres", "postgres:/var/lib/postgresql/data:rw",
        "pgadmin", "pgadmin:/var/lib/pgadmin:rw",
        "prometheus", "prometheus:/prometheus:rw",
        "grafana", "grafana:/var/lib/grafana:rw");
    assertEquals(kept.keySet(), Set.copyOf(names(everything.get("volumes"))));
    kept.forEach((name, volume) ->
        assertTrue(services.get(name).get("volumes").toString().contains(volume), name));
    assertFalse(services.get("redis").has("volumes"));
  }

  /** Its own shell makes them, so that no list of processes shows the password. */
  @Test
  void redis_asks_for_a_password_and_forgets_what_it_has_no_room_for() throws Exception {
    var redis = everything.get("services").get("redis");
    var command = redis.get("command");
    assertEquals(3, command.size(), command::toString);
    assertTrue(command.get(2).asText().contains("exec redis-server -"), command::toString);
    var script = command.get(2).asText().replace("$$", "$").replace("exec redis-server -", "cat");
    var run = run(Map.of("REDIS_PASSWORD", "its-password"), "sh", "-c", script);
    assertEquals(
        """
        requirepass its-password
        maxmemory 64mb
        maxmemory-policy allkeys-lru
        save ""
        appendonly no
        """,
        run.out());
    assertFalse(redis.get("environment").get("REDIS_PASSWORD").asText().isEmpty());
    var url = everything
        .get("services")
        .get("app")
        .get("environment")
        .get("REDIS_URL")
        .asText();
    assertEquals(
        "redis://:" + redis.get("environment").get("REDIS_PASSWORD").asText() + "@redis:6379", url);
  }

  @Test
  void nothing_starts_before_what_it_needs_is_healthy() throws Exception {
    var services = everything.get("services");
    for (var node : List.of("app", "app-2")) {
      for (var store : List.of("postgres", "redis")) {
        assertEquals(
            "service_healthy",
            services.get(node).get("depends_on").get(store).get("condition").asText());
      }
    }
    assertEquals(
        "service_healthy",
        services.get("nginx").get("depends_on").get("app").get("condition").asText());
  }

  @Test
  void the_second_node_is_there_only_in_a_cluster_and_has_another_role() throws Exception {
    var environmentFile = env("--cluster");
    assertTrue(lines(environmentFile).anyMatch("COMPOSE_PROFILES=cluster"::equals));
    var cluster = composed(environmentFile).get("services");
    assertEquals("[\"cluster\"]", cluster.get("app-2").get("profiles").toString());
    var first = cluster.get("app");
    var second = cluster.get("app-2");
    assertEquals("user-api price-api user notification", first.get("command").asText());
    assertEquals("user-api price-api price", second.get("command").asText());
    for (var node : List.of(first, second)) {
      var environment = node.get("environment");
      var address = environment.get("CLUSTER_HOST").asText();
      assertEquals(
          address, node.get("networks").get("nodes").get("ipv4_address").asText());
      assertTrue(List.of(environment.get("CLUSTER_MEMBERS").asText().split(",")).contains(address));
      var upstream = Files.readString(Path.of("conf/nginx/compose/two.conf"));
      var front = node.get("networks").get("front").get("ipv4_address").asText();
      assertTrue(upstream.contains("server " + front + ":8000 "), upstream);
    }
    assertTrue(cluster.get("nginx").toString().contains("conf/nginx/compose/two.conf"));
  }

  @Test
  void a_cluster_may_have_the_other_profiles_too() throws Exception {
    assertTrue(
        lines(env("--cluster", "--admin")).anyMatch("COMPOSE_PROFILES=cluster,admin"::equals));
    assertTrue(lines(env("--observability")).anyMatch("NGINX_NODES=one"::equals));
    assertTrue(lines(env()).anyMatch("COMPOSE_PROFILES="::equals));
    var unknown = run(Map.of(), "bash", "conf/make-env", "--clustre", folder + "/never");
    assertEquals(2, unknown.code(), unknown.out());
    // On the command line it replaces COMPOSE_PROFILES, and so takes the second node away.
    for (var file : List.of(COMPOSE, Path.of("docs/operations.md"))) {
      assertFalse(Files.readString(file).contains("--profile "), file::toString);
    }
  }

  @Test
  void no_comment_stands_behind_a_value_where_systemd_would_take_it_for_a_part() throws Exception {
    var operations = lines(Path.of("docs/operations.md"));
    assertEquals(
        List.of(),
        operations.filter(line -> line.matches("[A-Z0-9_]+=.*\\s#.*")).toList());
    assertFalse(
        Files.readString(Path.of("conf/cloud-init.yaml")).matches("(?s).*\n *[A-Z_]+=[^\n]* #.*"));
  }

  @Test
  void the_example_names_what_the_compose_file_reads_and_nothing_else() throws IOException {
    assertEquals(read(COMPOSE, "(?<!\\$)\\$\\{([A-Z0-9_]+)"), withoutProfiles());
  }

  @Test
  void every_setting_reaches_the_nodes() throws Exception {
    var settings = new TreeSet<>(
        names(new YAMLMapper().readTree(Path.of("conf/settings.yaml").toFile())));
    assertEquals(
        settings, new TreeSet<>(names(everything.get("services").get("app").get("environment"))));
  }

  @Test
  void a_schema_elsewhere_is_said_to_the_nodes_in_a_file_beside() throws Exception {
    var example = Pattern.compile("(?s)```yaml\n(# docker-compose.override.yml\n.*?)```")
        .matcher(text(Path.of("docs/operations.md")));
    assertTrue(example.find());
    var override = folder.resolve("docker-compose.override.yml");
    Files.writeString(override, example.group(1));
    var settings = env();
    Files.writeString(settings, "MARKET_POSTGRES_PASSWORD=of-another\n", StandardOpenOption.APPEND);
    var both = composed(settings, "-f", COMPOSE.toString(), "-f", override.toString());
    for (var node : List.of("app", "app-2")) {
      var environment = both.get("services").get(node).get("environment");
      assertEquals("db.example.org", environment.get("MARKET_POSTGRES_HOST").asText());
      assertEquals("of-another", environment.get("MARKET_POSTGRES_PASSWORD").asText());
      assertEquals("postgres", environment.get("POSTGRES_HOST").asText());
    }
    var operations = text(Path.of("docs/operations.md"));
    for (var schema : PostgresSettings.SCHEMAS) {
      var name = schema.toUpperCase(Locale.ROOT) + "_POSTGRES_HOST";
      assertTrue(operations.contains("`" + name + "`"), name);
    }
  }

  @Test
  void made_settings_are_private_each_their_own_and_never_replaced() throws Exception {
    var first = env();
    assertEquals("rw-------", permissions(first));
    var written = Files.readString(first);
    var again = run(Map.of(), "bash", "conf/make-env", first.toString());
    assertEquals(1, again.code(), again.out());
    assertEquals(written, Files.readString(first));
    var secrets = Stream.of(first, env())
        .flatMap(file -> lines(file).filter(line -> line.matches(".*(PASSWORD|SECRET|API_KEY)=.*")))
        .map(line -> line.substring(line.indexOf('=') + 1))
        .toList();
    assertEquals(14, secrets.size());
    assertEquals(14, new HashSet<>(secrets).size());
    secrets.forEach(
        secret -> assertTrue(secret.matches("[A-Za-z0-9]{24}|[A-Za-z0-9]{48}"), secret));
  }

  @Test
  void without_secrets_nothing_starts() throws Exception {
    var run = run(Map.of(), docker(), "--env-file", EXAMPLE.toString(), "config", "-q");
    assertTrue(run.code() != 0 && run.out().contains("run conf/make-env"), run.out());
  }

  @Test
  void the_image_copies_what_there_is_and_starts_what_was_tried() throws IOException {
    var dockerfile = Files.readString(Path.of("Dockerfile"));
    for (var line : dockerfile.lines().filter(each -> each.startsWith("COPY ")).toList()) {
      var words = List.of(line.split(" "));
      if (words.get(1).startsWith("--from")) {
        assertTrue(
            Set.of(
                    "COPY --from=build /src/target/verticker.jar ./",
                    "COPY --from=archive /app/verticker.jar /app/verticker.archive ./")
                .contains(line),
            line);
        continue;
      }
      for (var source : words.subList(1, words.size() - 1)) {
        assertTrue(Files.exists(Path.of(source)), source);
        var top = source.split("/")[0];
        assertTrue(lines(Path.of(".dockerignore")).anyMatch(("!" + top)::equals), top);
      }
    }
    // The archive by the name and option that conf/make-archive gives them; JarIT runs it.
    var option = "-XX:AOTCache=/app/verticker.archive";
    assertTrue(dockerfile.contains("\nRUN conf/make-archive verticker.jar verticker.archive\n"));
    for (var stage : List.of("archive", "run")) {
      assertTrue(
          Pattern.compile(
                  "\nFROM eclipse-temurin:25-jre AS " + stage + "\n(RUN .*\n)?WORKDIR /app\n")
              .matcher(dockerfile)
              .find(),
          stage);
    }
    assertTrue(dockerfile.contains("\nENTRYPOINT [\"java\", \"@/app/conf/jvm.options\", \"" + option
        + "\", \"-jar\", \"/app/verticker.jar\"]\n"));
    for (var script : SCRIPTS) {
      assertTrue(Files.isExecutable(Path.of("conf", script)), script);
    }
  }

  @Test
  void a_node_that_a_failed_restart_left_down_gets_nothing_before_it_is_restarted()
      throws Exception {
    var nodes = folder.resolve("nodes.conf");
    var told = folder.resolve("told");
    Files.writeString(
        nodes,
        """
        upstream user_api {
            server 10.0.0.2:8000 max_fails=3 fail_timeout=5s;
            server 10.0.0.3:8000 max_fails=3 fail_timeout=5s down;
        }
        """);
    var before = Files.readString(nodes);
    var how = Map.of(
        "NODES_FILE",
        nodes.toString(),
        "RELOAD",
        "echo $(grep -c 'down;' $NODES_FILE) down >>" + told,
        "RESTART",
        "echo restarted $node >>" + told,
        "READY",
        "true");
    var run = run(how, "bash", "conf/rolling-restart", "10.0.0.3:8000", "10.0.0.2:8000");
    assertEquals(0, run.code(), run.out());
    assertEquals(
        List.of(
            "1 down",
            "restarted 10.0.0.3:8000",
            "0 down",
            "1 down",
            "restarted 10.0.0.2:8000",
            "0 down"),
        lines(told).toList());
    assertEquals(before.replace(" down;", ";"), Files.readString(nodes));
  }

  @Test
  void a_certificate_is_copied_to_where_the_group_of_nginx_in_its_container_reads_it()
      throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "Needs root");
    var from = Files.createDirectory(folder.resolve("certbot"));
    var to = folder.resolve("tls");
    var names = List.of("fullchain.pem", "privkey.pem");
    for (var name : names) {
      Files.writeString(from.resolve(name), name);
    }
    Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rwx------"));
    var how = Map.of(
        "RENEWED_LINEAGE", from.toString(),
        "CERTIFICATE_FOLDER", to.toString(),
        "RELOAD", "echo reloaded");
    var run = run(how, "bash", "conf/share-certificate");
    assertEquals("reloaded\n", run.out());
    for (var name : names) {
      assertEquals(name, Files.readString(to.resolve(name)));
      assertEquals("rw-r-----", permissions(to.resolve(name)));
      assertEquals(101, Files.getAttribute(to.resolve(name), "unix:gid"));
    }
    assertEquals("rwxr-x---", permissions(to));
    assertEquals(101, Files.getAttribute(to, "unix:gid"));
    assertEquals("101:101", everything.get("services").get("nginx").get("user").asText());
  }

  @Test
  void every_metric_that_an_alert_or_a_panel_names_is_one_that_a_node_has() throws Exception {
    var named = new TreeSet<String>();
    for (var file : List.of("alerts.yml", "grafana/verticker.json")) {
      var tree = new YAMLMapper().readTree(Path.of("conf/observability", file).toFile());
      tree.findValuesAsText("expr").forEach(expression -> named.addAll(metrics(expression)));
    }
    assertTrue(named.size() > 15, named::toString);
    named.removeAll(scraped());
    named.remove("up");
    var written = sources();
    named.removeIf(name -> written.contains("\"" + name + "\""));
    assertEquals(Set.of(), named);
  }

  @Test
  void what_a_droplet_starts_with_can_be_read() throws Exception {
    var first = Path.of("conf/cloud-init.yaml");
    assertTrue(Files.readString(first).startsWith("#cloud-config\n"));
    var droplet = new YAMLMapper().readTree(first.toFile());
    assertTrue(droplet.get("runcmd").size() > 1);
    // Debian 12 has 15, so the package is found in the other repository or not at all.
    assertTrue(droplet.get("packages").toString().contains("\"postgresql-17\""));
    var repository = droplet.get("apt").get("sources").get("pgdg");
    assertTrue(repository.get("source").asText().startsWith("deb [signed-by=$KEY_FILE] https://"));
    assertTrue(repository.get("key").asText().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----\n"));
    for (var script : SCRIPTS) {
      var check = run(Map.of(), "bash", "-n", Path.of("conf", script).toString());
      assertEquals(0, check.code(), check.out());
    }
    var service = Files.readString(Path.of("conf/systemd/verticker.service"));
    assertTrue(service.contains("@/opt/verticker/conf/jvm.options"), service);
    assertTrue(Files.exists(Path.of("conf/jvm.options")));
  }

  @Test
  void alerts_fire_when_they_should_and_only_then() throws Exception {
    var promtool = Tool.needed("promtool", "prometheus").toString();
    var rules = "src/test/resources/observability/alerts.test.yml";
    var tested = run(Map.of(), promtool, "test", "rules", rules);
    assertEquals(0, tested.code(), tested.out());
    var file = "conf/observability/prometheus.yml";
    var checked = run(Map.of(), promtool, "check", "config", file);
    assertEquals(0, checked.code(), checked.out());
  }

  @Test
  void what_is_told_of_prometheus_on_another_machine_is_what_prometheus_takes() throws Exception {
    var promtool = Tool.needed("promtool", "prometheus").toString();
    var example = Pattern.compile("(?s)```yaml\n(rule_files:.*?)```")
        .matcher(text(Path.of("docs/operations.md")));
    assertTrue(example.find());
    var place = Files.createDirectory(folder.resolve("prometheus"));
    Files.writeString(place.resolve("prometheus.yml"), example.group(1));
    Files.copy(Path.of("conf/observability/alerts.yml"), place.resolve("alerts.yml"));
    var file = place.resolve("prometheus.yml").toString();
    var checked = run(Map.of(), promtool, "check", "config", file);
    assertEquals(0, checked.code(), checked.out());
  }

  @Test
  void whether_a_node_is_ready_is_asked_where_it_listens() throws Exception {
    var status = new AtomicInteger(200);
    var server = HttpServer.create(new InetSocketAddress("127.0.0.9", 0), 0);
    server.createContext("/health/ready", exchange -> {
      exchange.sendResponseHeaders(status.get(), -1);
      exchange.close();
    });
    server.start();
    try {
      var port = Integer.toString(server.getAddress().getPort());
      var settings = folder.resolve("verticker.env");
      Files.writeString(settings, "VERTICLES=\nMANAGEMENT_HOST=127.0.0.9\nMANAGEMENT_PORT=" + port);
      var service = Map.of("SETTINGS_FILE", settings.toString());
      assertEquals(0, run(service, "bash", "conf/healthy").code());
      assertEquals(0, run(Map.of(), "bash", "conf/healthy", "127.0.0.9", port).code());
      assertEquals(1, run(service, "bash", "conf/healthy", "127.0.0.10").code());
      status.set(503);
      assertEquals(1, run(service, "bash", "conf/healthy").code());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void every_alert_is_explained() throws IOException {
    var operations = Files.readString(Path.of("docs/operations.md"));
    for (var alert : new YAMLMapper()
        .readTree(Path.of("conf/observability/alerts.yml").toFile())
        .findValuesAsText("alert")) {
      assertTrue(operations.contains("`" + alert + "`"), alert);
    }
  }

  /** Names of metrics in an expression: what is no function, label, keyword or quoted text. */
  private static Set<String> metrics(String expression) {
    var bare = expression
        .replaceAll("\\{[^}]*}|\\[[^]]*]|\"[^\"]*\"", "")
        .replaceAll("\\bby\\s*\\([^)]*\\)", "");
    return Pattern.compile("\\b[a-z]+(_[a-z0-9]+)*\\b(?!\\s*\\()")
        .matcher(bare)
        .results()
        .map(match -> match.group())
        .filter(word -> !List.of("sum", "min", "max", "or", "and").contains(word))
        .collect(Collectors.toSet());
  }

  private static Set<String> scraped() throws Exception {
    var settings = TestDatabase.create().settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.put("BINANCE_BASE_URL", "http://127.0.0.1:9");
    var node = TestNode.start(settings, List.of("user-api", "user", "notification", "price"));
    try {
      var http = HttpClient.newHttpClient();
      get(http, node.ports().get("user-api"), "/users/me");
      return get(http, node.managementPort(), "/metrics")
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("[ {]")[0])
          .collect(Collectors.toSet());
    } finally {
      node.stop();
    }
  }

  private static String get(HttpClient http, int port, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** Counters that begin with the first thing they count. */
  private static String sources() throws IOException {
    try (var files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(Files::isRegularFile)
          .map(DeliveryTest::text)
          .collect(Collectors.joining("\n"));
    }
  }

  private static JsonNode composed(Path environment, String... files) throws Exception {
    var command = new ArrayList<>(List.of(docker(), "--env-file", environment.toString()));
    command.addAll(List.of(files));
    command.add("config");
    var run = run(Map.of(), command.toArray(String[]::new));
    assertEquals(0, run.code(), run.out());
    return new YAMLMapper().readTree(run.out());
  }

  private static String docker() {
    return Tool.needed("docker-compose", "docker-compose").toString();
  }

  private static Path env(String... options) throws Exception {
    var file = folder.resolve("env-" + UUID.randomUUID());
    var command = new ArrayList<>(List.of("bash", "conf/make-env"));
    command.addAll(List.of(options));
    command.add(file.toString());
    var run = run(Map.of(), command.toArray(String[]::new));
    assertEquals(0, run.code(), run.out());
    return file;
  }

  /** COMPOSE_PROFILES is read by docker-compose itself. */
  private static Set<String> withoutProfiles() throws IOException {
    var names = read(EXAMPLE, "(?m)^([A-Z0-9_]+)=");
    assertTrue(names.remove("COMPOSE_PROFILES"));
    return names;
  }

  private static Set<String> read(Path file, String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(file))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Text when it names an address, else an object. */
  private static String port(JsonNode port) {
    return port.isTextual()
        ? port.asText()
        : port.get("published").asText() + ":" + port.get("target").asText();
  }

  private static List<String> names(JsonNode object) {
    var names = new ArrayList<String>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Stream<String> lines(Path file) {
    return text(file).lines();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static Run run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    var process = builder.start();
    process.getOutputStream().close();
    var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), out);
  }
}
