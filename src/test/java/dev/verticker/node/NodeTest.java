package dev.verticker.node;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.node.cluster.PortProbe;
import dev.verticker.node.cluster.TwoNodes;
import dev.verticker.testing.RefusingPort;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class NodeTest {
  private final Vertx vertx;
  private Home home;
  private Node node;

  NodeTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeEach
  void home(@TempDir Path folder) {
    home = new Home(folder);
    WitnessVerticle.EVENTS.clear();
  }

  @AfterEach
  void stop() {
    if (node != null) {
      node.stop();
    }
  }

  @Test
  void a_node_is_ready_and_reports_its_ports_after_its_start_and_serves_nothing_after_its_stop()
      throws Exception {
    home.verticle("echo", EchoVerticle.class, "options: {instances: cores}");
    start("echo");
    assertEquals(Set.of("echo", "management"), node.ports().keySet());
    assertEquals("echo", get(node.ports().get("echo"), "/").text());
    var ready = get(node.managementPort(), "/health/ready");
    assertEquals(200, ready.status());
    assertEquals(
        new JsonObject(
            """
            {"status": "UP", "checks": [{"id": "event-loops", "status": "UP"}], "outcome": "UP"}"""),
        ready.object());
    assertEquals(200, get(node.managementPort(), "/health/live").status());
    node.stop();
    node.stop();
    assertThrows(IOException.class, () -> get(node.managementPort(), "/health/live"));
    assertThrows(IOException.class, () -> get(node.ports().get("echo"), "/"));
  }

  @Test
  void metrics_are_prometheus_text_and_cover_the_jvm_the_pools_and_the_event_loops()
      throws Exception {
    home.verticle("echo", EchoVerticle.class, "");
    start("echo");
    var metrics = get(node.managementPort(), "/metrics");
    assertTrue(metrics.header("Content-Type").startsWith("text/plain"));
    for (var name :
        List.of("jvm_memory_used_bytes", "vertx_pool_in_use", "event_loop_lag_seconds")) {
      assertTrue(metrics.text().contains("\n" + name), name);
    }
  }

  @Test
  void the_management_port_answers_unknown_paths_and_methods_with_a_problem() throws Exception {
    home.verticle("echo", EchoVerticle.class, "");
    start("echo");
    var nothing = get(node.managementPort(), "/nothing");
    assertEquals(404, nothing.status());
    assertEquals("/nothing", nothing.object().getString("instance"));
    var post = new TestHttpClient(vertx, node.managementPort()).post("/metrics").expect(405);
    assertEquals("GET, HEAD", post.header("Allow"));
  }

  @Test
  void a_node_that_is_not_ready_reports_the_reasons_even_if_a_check_throws() throws Exception {
    home.verticle("witness", WitnessVerticle.class, "");
    start("witness");
    var ready = get(node.managementPort(), "/health/ready");
    assertEquals(503, ready.status());
    assertEquals("DOWN", ready.object().getString("status"));
    assertEquals("the check itself failed", check(ready, "broken").getString("reason"));
    assertEquals("not ready", check(ready, "witness").getString("reason"));
    assertEquals("a note", check(ready, "witness note").getString("note"));
    assertEquals(200, get(node.managementPort(), "/health/live").status());
  }

  @Test
  void a_stopping_node_is_not_ready_but_still_responds() throws Exception {
    home.verticle("echo", EchoVerticle.class, "").with("DRAIN_SECONDS", "5");
    start("echo");
    var stopping = new Thread(node::stop);
    stopping.start();
    until("not ready", () -> status("/health/ready") == 503);
    assertEquals("echo", get(node.ports().get("echo"), "/").text());
    assertEquals(
        "the node is stopping",
        check(get(node.managementPort(), "/health/ready"), "stopping").getString("reason"));
    stopping.join();
  }

  @Test
  void front_doors_start_last_and_stop_first() {
    home.verticle("echo", EchoVerticle.class, "after: [witness, not-run-here]")
        .verticle("witness", WitnessVerticle.class, "");
    start("echo", "witness");
    node.stop();
    assertEquals(
        List.of("witness started", "echo started", "echo stopped", "witness stopped"),
        WitnessVerticle.EVENTS);
  }

  @Test
  void a_verticle_that_fails_to_start_ends_the_whole_node() {
    home.verticle("witness", WitnessVerticle.class, "")
        .verticle("failing", FailingVerticle.class, "after: [witness]");
    var before = eventLoops();
    var refusal = refusal("witness", "failing");
    assertEquals("Cannot start verticle failing: connection refused", refusal.getMessage());
    assertEquals(StartupException.ENVIRONMENT, refusal.exitCode());
    assertEquals(List.of("witness started", "witness stopped"), WitnessVerticle.EVENTS);
    until("every event loop has ended", () -> before.containsAll(eventLoops()));
  }

  @Test
  void a_port_in_use_is_reported_with_its_setting() throws IOException {
    home.verticle("echo", EchoVerticle.class, "");
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      var port = String.valueOf(taken.getLocalPort());
      home.with("PRICE_API_PORT", port);
      assertEquals(
          "Cannot start verticle echo: PRICE_API_PORT: must be a free port of 127.0.0.1, was \""
              + port + "\"",
          refusal("echo").getMessage());
      home.with("PRICE_API_PORT", "0").with("MANAGEMENT_PORT", port);
      assertEquals(
          "MANAGEMENT_PORT: must be a free port of 127.0.0.1, was \"" + port + "\"",
          refusal("echo").getMessage());
      home.with("MANAGEMENT_PORT", "0").with("MANAGEMENT_HOST", "203.0.113.1");
      assertEquals(
          "MANAGEMENT_HOST: must be an address of this machine, was \"203.0.113.1\"",
          refusal("echo").getMessage());
    }
  }

  @Test
  void a_database_that_does_not_respond_is_reported_with_its_settings() {
    var port = RefusingPort.number();
    home.verticle("witness", WitnessVerticle.class, "schemas: [market]")
        .with("POSTGRES_PORT", Integer.toString(port))
        .with("POSTGRES_PASSWORD", "an-unknown-password");
    assertEquals(
        "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL server responds at localhost:" + port
            + " (waited 0 s)",
        refusal("witness").getMessage());
  }

  @Test
  void two_nodes_on_one_machine_find_each_other_without_a_member_list() throws Exception {
    home.verticle("echo", EchoVerticle.class, "")
        .with("CLUSTER_PORT", freePair())
        .with("CLUSTER_NAME", "pair-" + System.nanoTime());
    node = Node.start(new NodeArguments(List.of("echo"), true), home.environment(), home.folder());
    var second =
        Node.start(new NodeArguments(List.of("echo"), true), home.environment(), home.folder());
    try {
      until("two nodes", () -> otherNodes().equals("other nodes: 1"));
      assertEquals(
          "CLUSTER_PORT: must be a free port of 127.0.0.1, was \""
              + home.environment().get("CLUSTER_PORT") + "\"",
          assertThrows(
                  StartupException.class,
                  () -> Node.start(
                      new NodeArguments(List.of("echo"), true), home.environment(), home.folder()))
              .getMessage());
    } finally {
      second.stop();
    }
    until("no other node", () -> otherNodes().equals("other nodes: 0"));
    assertEquals(200, status("/health/ready"));
  }

  @Test
  void a_metric_counts_the_connections_that_a_stranger_resets_at_the_bus_port() throws Exception {
    var ports = TwoNodes.freePorts(2);
    home.verticle("echo", EchoVerticle.class, "")
        .with("CLUSTER_MEMBERS", "127.0.0.1")
        .with("CLUSTER_PORT", "" + ports.get(0))
        .with("CLUSTER_BUS_PORT", "" + ports.get(1))
        .with("CLUSTER_NAME", "probed-" + System.nanoTime());
    start("echo");
    try (var socket = new Socket("127.0.0.1", ports.get(1))) {
      socket.getOutputStream().write('?');
      socket.setSoLinger(true, 0);
    }
    until("the reset is counted", () -> get(node.managementPort(), "/metrics")
        .text()
        .lines()
        .anyMatch(
            line -> line.startsWith("vertx_net_server_errors_total") && line.endsWith(" 1.0")));
  }

  @Test
  void a_member_list_without_an_address_of_this_machine_is_rejected() {
    home.verticle("echo", EchoVerticle.class, "")
        .with("CLUSTER_MEMBERS", "203.0.113.1,203.0.113.2");
    var refusal = refusal("echo");
    assertEquals(
        "Invalid settings:\n  CLUSTER_MEMBERS: must contain an address of this machine (or set CLUSTER_HOST), was \"203.0.113.1,203.0.113.2\"",
        refusal.getMessage());
    assertEquals(StartupException.CONFIGURATION, refusal.exitCode());
  }

  private void start(String... verticles) {
    node =
        Node.start(new NodeArguments(List.of(verticles), false), home.environment(), home.folder());
  }

  private StartupException refusal(String... verticles) {
    return assertThrows(StartupException.class, () -> start(verticles));
  }

  private static Set<Thread> eventLoops() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("vert.x-eventloop"))
        .collect(Collectors.toSet());
  }

  private static String freePair() {
    return TwoNodes.freePorts(20).stream()
        .filter(port -> !PortProbe.isTaken("127.0.0.1", port + 1))
        .findFirst()
        .orElseThrow()
        .toString();
  }

  private String otherNodes() {
    return check(get(node.managementPort(), "/health/ready"), "cluster members").getString("note");
  }

  /** Returns the data of one check. */
  private static JsonObject check(Response health, String id) {
    return health.object().getJsonArray("checks").stream()
        .map(JsonObject.class::cast)
        .filter(check -> check.getString("id").equals(id))
        .findAny()
        .orElseThrow(() -> new AssertionError("no check " + id + " in " + health.text()))
        .getJsonObject("data");
  }

  private int status(String path) {
    return get(node.managementPort(), path).status();
  }

  private Response get(int port, String path) {
    return new TestHttpClient(vertx, port).get(path).send();
  }
}
