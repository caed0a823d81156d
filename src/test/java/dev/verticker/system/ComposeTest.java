package dev.verticker.system;

import static dev.verticker.system.Deployment.OPERATIONS;
import static dev.verticker.system.Deployment.documentedYaml;
import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.makeEnv;
import static dev.verticker.system.Deployment.script;
import static dev.verticker.system.Deployment.text;
import static dev.verticker.system.Deployment.yaml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.Command;
import dev.verticker.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Tests docker-compose.yml and .env.example as docker-compose reads them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComposeTest {
  private static final Path COMPOSE = Path.of("docker-compose.yml");
  private static final Path EXAMPLE = Path.of(".env.example");

  @TempDir
  private static Path folder;

  private JsonNode everything;

  /** Uses all profiles: docker-compose 1.29 shows every service and its profiles. */
  @BeforeAll
  void compose() throws Exception {
    everything = composed(makeEnv(folder));
  }

  @Test
  void only_nginx_publishes_a_port_to_other_hosts() throws Exception {
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
  void each_container_has_limits_and_runs_without_privileges() throws Exception {
    var services = everything.get("services");
    // User and group; those of a node are in its image.
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
  }

  @Test
  void images_have_tested_versions_and_all_stores_except_redis_have_a_volume() {
    var services = everything.get("services");
    var images = new TreeMap<String, String>();
    names(services)
        .forEach(name -> images.put(name, services.get(name).get("image").asText()));
    assertEquals("postgres:17", images.get("postgres"));
    assertEquals("redis:7", images.get("redis"));
    // Older versions let any signed-in user run programs on the server.
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

  /** The shell of the container writes the configuration, so that no list of processes shows the password. */
  @Test
  void redis_requires_a_password_and_evicts_when_it_is_full() throws Exception {
    var redis = everything.get("services").get("redis");
    var command = redis.get("command");
    assertEquals(3, command.size(), command::toString);
    assertTrue(command.get(2).asText().contains("exec redis-server -"), command::toString);
    var script = command.get(2).asText().replace("$$", "$").replace("exec redis-server -", "cat");
    var configuration =
        Command.execute(Map.of("REDIS_PASSWORD", "its-password"), "sh", "-c", script);
    assertEquals(
        """
        requirepass its-password
        maxmemory 64mb
        maxmemory-policy allkeys-lru
        save ""
        appendonly no
        """,
        configuration.output());
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
  void each_service_starts_after_its_dependencies_are_healthy() throws Exception {
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
  void the_second_node_starts_only_in_a_cluster_and_has_another_role() throws Exception {
    var environmentFile = makeEnv(folder, "--cluster");
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
      var upstream = text(file("nginx/compose/two.conf"));
      var front = node.get("networks").get("front").get("ipv4_address").asText();
      assertTrue(upstream.matches("(?s).*\\bserver\\s+" + front + ":8000\\b.*"), upstream);
    }
    assertTrue(cluster.get("nginx").toString().contains("nginx/compose/two.conf"));
  }

  @Test
  void profiles_can_be_combined() throws Exception {
    assertTrue(lines(makeEnv(folder, "--cluster", "--admin"))
        .anyMatch("COMPOSE_PROFILES=cluster,admin"::equals));
    assertTrue(lines(makeEnv(folder, "--observability")).anyMatch("NGINX_NODES=one"::equals));
    assertTrue(lines(makeEnv(folder)).anyMatch("COMPOSE_PROFILES="::equals));
    var unknown = script(Map.of(), "make-env", "--clustre", folder + "/never");
    unknown.expect(2);
    // --profile replaces COMPOSE_PROFILES and would stop the second node.
    for (var file : List.of(COMPOSE, OPERATIONS)) {
      assertFalse(text(file).contains("--profile "), file::toString);
    }
  }

  @Test
  void the_example_names_exactly_the_variables_of_the_compose_file() throws IOException {
    assertEquals(read(COMPOSE, "(?<!\\$)\\$\\{([A-Z0-9_]+)"), withoutProfiles());
  }

  @Test
  void every_setting_reaches_the_nodes() throws Exception {
    var settings = new TreeSet<>(names(yaml(Path.of("conf/settings.yaml"))));
    assertEquals(
        settings, new TreeSet<>(names(everything.get("services").get("app").get("environment"))));
  }

  @Test
  void an_override_file_moves_a_schema_to_another_server() throws Exception {
    var override = folder.resolve("docker-compose.override.yml");
    Files.writeString(override, documentedYaml("# docker-compose.override.yml"));
    var settings = makeEnv(folder);
    Files.writeString(settings, "MARKET_POSTGRES_PASSWORD=of-another\n", StandardOpenOption.APPEND);
    var both = composed(settings, "-f", COMPOSE.toString(), "-f", override.toString());
    for (var node : List.of("app", "app-2")) {
      var environment = both.get("services").get(node).get("environment");
      assertEquals("db.example.org", environment.get("MARKET_POSTGRES_HOST").asText());
      assertEquals("of-another", environment.get("MARKET_POSTGRES_PASSWORD").asText());
      assertEquals("postgres", environment.get("POSTGRES_HOST").asText());
    }
    var operations = text(OPERATIONS);
    for (var schema : PostgresSettings.SCHEMAS) {
      var name = schema.toUpperCase(Locale.ROOT) + "_POSTGRES_HOST";
      assertTrue(operations.contains("`" + name + "`"), name);
    }
  }

  @Test
  void compose_does_not_start_without_secrets() throws Exception {
    var run = Command.execute(Map.of(), docker(), "--env-file", EXAMPLE.toString(), "config", "-q");
    assertTrue(run.exitCode() != 0 && run.output().contains("make-env"), run.output());
  }

  private static JsonNode composed(Path environment, String... files) throws Exception {
    var command = new ArrayList<>(List.of(docker(), "--env-file", environment.toString()));
    command.addAll(List.of(files));
    command.add("config");
    return yaml(
        Command.execute(Map.of(), command.toArray(String[]::new)).expect(0).output());
  }

  private static String docker() {
    return Tool.require("docker-compose", "docker-compose").toString();
  }

  /** Returns all names except COMPOSE_PROFILES, which docker-compose itself reads. */
  private static Set<String> withoutProfiles() throws IOException {
    var names = read(EXAMPLE, "(?m)^([A-Z0-9_]+)=");
    assertTrue(names.remove("COMPOSE_PROFILES"));
    return names;
  }

  private static Set<String> read(Path file, String pattern) throws IOException {
    return Pattern.compile(pattern)
        .matcher(text(file))
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A text if the port is bound to an address, else an object. */
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
}
