package dev.verticker.system;

import static dev.verticker.system.Deployment.OPERATIONS;
import static dev.verticker.system.Deployment.documentedYaml;
import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.text;
import static dev.verticker.system.Deployment.yaml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.Command;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import dev.verticker.testing.Tool;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the Prometheus rules and the Grafana dashboard. */
@ExtendWith(VertxExtension.class)
class AlertsTest {
  @TempDir
  private Path folder;

  @Test
  void alerts_and_panels_name_only_metrics_that_a_node_has(Vertx vertx) throws IOException {
    var named = new TreeSet<String>();
    for (var file : List.of("alerts.yml", "grafana/verticker.json")) {
      var tree = yaml(file("observability/" + file));
      tree.findValuesAsText("expr").forEach(expression -> named.addAll(metrics(expression)));
    }
    assertTrue(named.size() > 15, named::toString);
    named.removeAll(scraped(vertx));
    named.remove("up");
    var written = sources();
    named.removeIf(
        name -> written.contains("\"" + name.replaceFirst("_seconds_(sum|count|max)$", "") + "\""));
    assertEquals(Set.of(), named);
  }

  @Test
  void alerts_fire_in_their_scenarios_and_only_there() throws Exception {
    var promtool = Tool.require("promtool", "prometheus").toString();
    var rules = "src/test/resources/observability/alerts.test.yml";
    Command.execute(Map.of(), promtool, "test", "rules", rules).expect(0);
    var file = file("observability/prometheus.yml").toString();
    Command.execute(Map.of(), promtool, "check", "config", file).expect(0);
  }

  @Test
  void the_documented_prometheus_configuration_is_valid() throws Exception {
    var promtool = Tool.require("promtool", "prometheus").toString();
    var place = Files.createDirectory(folder.resolve("prometheus"));
    Files.writeString(place.resolve("prometheus.yml"), documentedYaml("rule_files:"));
    Files.copy(file("observability/alerts.yml"), place.resolve("alerts.yml"));
    var file = place.resolve("prometheus.yml").toString();
    Command.execute(Map.of(), promtool, "check", "config", file).expect(0);
  }

  @Test
  void the_operators_guide_explains_every_alert() throws IOException {
    var operations = text(OPERATIONS);
    for (var alert : yaml(file("observability/alerts.yml")).findValuesAsText("alert")) {
      assertTrue(operations.contains("`" + alert + "`"), alert);
    }
  }

  /** Returns the metric names of an expression. */
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

  private static Set<String> scraped(Vertx vertx) {
    var settings = TestDatabase.create().settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.put("BINANCE_BASE_URL", "http://127.0.0.1:9");
    var node = TestNode.start(settings, List.of("user-api", "user", "notification", "price"));
    try {
      new TestHttpClient(vertx, node.ports().get("user-api")).get("/users/me").expect(401);
      return new TestHttpClient(vertx, node.managementPort())
          .get("/metrics")
          .expect(200)
          .text()
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("[ {]")[0])
          .collect(Collectors.toSet());
    } finally {
      node.stop();
    }
  }

  /** Returns the main code, because some metrics are registered when a stream opens or a counter is incremented. */
  private static String sources() throws IOException {
    try (var files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(Files::isRegularFile)
          .map(Deployment::text)
          .collect(Collectors.joining("\n"));
    }
  }
}
