package dev.verticker.system;

import static dev.verticker.system.Deployment.OPERATIONS;
import static dev.verticker.system.Deployment.documentedYaml;
import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.makeEnv;
import static dev.verticker.system.Deployment.script;
import static dev.verticker.system.Deployment.secret;
import static dev.verticker.system.Deployment.text;
import static dev.verticker.system.Deployment.yaml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.verticker.dev.TestServers;
import dev.verticker.node.cluster.TwoNodes;
import dev.verticker.settings.AddressRange;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.Await;
import dev.verticker.testing.Command;
import dev.verticker.testing.Tool;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
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
      assertTrue(service.has("mem_limit"), name);
      // On a machine with one core, Docker refuses a limit of more.
      assertTrue(
          service.has("cpu_shares") || service.get("cpus").asDouble() <= 1, name + " " + service);
      assertTrue(service.has("pids_limit"), name);
      assertEquals("[\"ALL\"]", service.get("cap_drop").toString(), name);
      // The Python of pgAdmin has a file capability, and cannot start if its bounding set lacks it.
      assertEquals(
          name.equals("pgadmin") ? "[\"NET_BIND_SERVICE\"]" : "",
          service.path("cap_add").toString(),
          name);
      assertFalse(service.has("privileged"), name);
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

  /** Process arguments are visible to all users of the machine. */
  @Test
  void redis_requires_a_password_evicts_when_it_is_full_and_ends_on_sigterm() throws Exception {
    var command = everything.get("services").get("redis").get("command");
    assertEquals(3, command.size(), command::toString);
    var password = Files.writeString(folder.resolve("redis_password"), "its-password\n");
    var configuration = folder.resolve("redis.conf");
    var port = TwoNodes.freePorts(1).get(0);
    var script = command
        .get(2)
        .asText()
        .replace("$$", "$")
        .replace("/run/secrets/redis_password", password.toString())
        .replace(
            "exec redis-server /data/redis.conf",
            "exec " + TestServers.redis().program() + " /data/redis.conf --port " + port)
        .replace("/data/redis.conf", configuration.toString());
    assertTrue(script.contains("exec "), script);
    var redis = new ProcessBuilder("sh", "-c", script)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("redis.log").toFile())
        .start();
    try {
      Await.until("Redis requires the password", () -> ask(port, "PING").contains("NOAUTH"));
      assertTrue(ask(port, "AUTH its-password").startsWith("+OK"));
      assertEquals(
          """
          requirepass its-password
          maxmemory 64mb
          maxmemory-policy allkeys-lru
          save ""
          appendonly no
          """,
          text(configuration));
      // The first process of the container, which alone receives the signal.
      redis.toHandle().destroy();
      assertTrue(redis.waitFor(10, TimeUnit.SECONDS));
      assertEquals(0, redis.exitValue());
    } finally {
      redis.destroyForcibly();
    }
  }

  @Test
  void each_container_gets_only_its_own_secrets() throws Exception {
    var environment = makeEnv(folder);
    var services = composed(environment).get("services");
    var roles =
        Set.of("postgres_account", "postgres_market", "postgres_notification", "postgres_trading");
    var ofNode = union(
        roles,
        Set.of(
            "redis_url",
            "jwt_secret",
            "jwt_secret_previous",
            "secrets_key",
            "secrets_key_previous",
            "internal_api_key",
            "internal_api_keys",
            "admin_password"));
    var expected = Map.of(
        "app", ofNode,
        "app-2", ofNode,
        "postgres", union(roles, Set.of("postgres_password")),
        "redis", Set.of("redis_password"),
        "pgadmin", Set.of("pgadmin_password"),
        "grafana", Set.of("grafana_password"));
    var all = composed(environment).get("secrets");
    assertEquals(
        expected.values().stream().flatMap(Set::stream).collect(Collectors.toSet()),
        Set.copyOf(names(all)));
    for (var name : names(services)) {
      var given = new TreeSet<String>();
      services
          .get(name)
          .path("secrets")
          .forEach(each -> given.add(each.get("source").asText()));
      assertEquals(expected.getOrDefault(name, Set.of()), given, name);
      // docker inspect shows the environment.
      for (var secret : names(all)) {
        var value = secret(environment, secret);
        assertTrue(Files.exists(Path.of(all.get(secret).get("file").asText())), secret);
        assertFalse(
            !value.isEmpty() && services.get(name).toString().contains(value), name + secret);
      }
      services.get(name).path("environment").fields().forEachRemaining(variable -> {
        if (variable.getKey().endsWith("_FILE")) {
          assertTrue(
              given.contains(variable.getValue().asText().replace("/run/secrets/", "")),
              name + variable);
        }
      });
    }
  }

  @Test
  void no_container_can_get_an_address_that_the_nodes_trust() throws Exception {
    for (var name : List.of("front", "nodes")) {
      var network =
          everything.get("networks").get(name).get("ipam").get("config").get(0);
      var dynamic = AddressRange.parse(network.get("ip_range").asText()).orElseThrow();
      var subnet = AddressRange.parse(network.get("subnet").asText()).orElseThrow();
      var fixed = new ArrayList<String>();
      fixed.add(network.get("gateway").asText());
      everything.get("services").forEach(service -> {
        var address = service.path("networks").path(name).path("ipv4_address");
        if (!address.isMissingNode()) {
          fixed.add(address.asText());
        }
      });
      assertTrue(fixed.size() > 2, fixed::toString);
      for (var address : fixed) {
        assertTrue(subnet.contains(address) && !dynamic.contains(address), address);
      }
    }
    assertEquals(
        everything.get("services").get("nginx").get("networks").get("front").get("ipv4_address"),
        everything.get("services").get("app").get("environment").get("TRUSTED_PROXIES"));
  }

  /** Docker's proxy would forward IPv6 connections with its own address. */
  @Test
  void nginx_sees_the_addresses_of_ipv6_clients() {
    var front = everything.get("networks").get("front");
    assertTrue(front.get("enable_ipv6").asBoolean());
    assertTrue(front.get("ipam").get("config").get(1).get("subnet").asText().startsWith("fd"));
    assertTrue(
        text(file("nginx/conf.d/verticker.conf")).contains("listen [::]:80 default_server;"));
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
  void the_second_node_starts_only_in_a_cluster_and_can_replace_the_first() throws Exception {
    var environmentFile = makeEnv(folder, "--cluster");
    assertTrue(lines(environmentFile).anyMatch("COMPOSE_PROFILES=cluster"::equals));
    var cluster = composed(environmentFile).get("services");
    assertEquals("[\"cluster\"]", cluster.get("app-2").get("profiles").toString());
    var first = cluster.get("app");
    var second = cluster.get("app-2");
    // All verticles: otherwise a rolling restart would interrupt those that run on one node only.
    assertEquals("", first.get("command").asText());
    assertEquals("", second.get("command").asText());
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
    // Each schema has its own.
    settings.removeAll(Set.of("POSTGRES_USER", "POSTGRES_PASSWORD"));
    for (var schema : PostgresSettings.SCHEMAS) {
      settings.add(schema.toUpperCase(Locale.ROOT) + "_POSTGRES_USER");
      settings.add(schema.toUpperCase(Locale.ROOT) + "_POSTGRES_PASSWORD");
    }
    assertEquals(
        settings,
        names(everything.get("services").get("app").get("environment")).stream()
            .map(name -> name.replaceFirst("_FILE$", ""))
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void an_override_file_moves_a_schema_to_another_server() throws Exception {
    var override = folder.resolve("docker-compose.override.yml");
    Files.writeString(override, documentedYaml("# docker-compose.override.yml"));
    var both = composed(makeEnv(folder), "-f", COMPOSE.toString(), "-f", override.toString());
    for (var node : List.of("app", "app-2")) {
      var environment = both.get("services").get(node).get("environment");
      assertEquals("db.example.org", environment.get("MARKET_POSTGRES_HOST").asText());
      assertEquals("market_owner", environment.get("MARKET_POSTGRES_USER").asText());
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

  private static Set<String> union(Set<String> some, Set<String> others) {
    var all = new TreeSet<>(some);
    all.addAll(others);
    return all;
  }

  /** Returns the first line of the response; empty = no connection. */
  private static String ask(int port, String command) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream()))) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      return String.valueOf(in.readLine());
    } catch (IOException e) {
      return "";
    }
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
