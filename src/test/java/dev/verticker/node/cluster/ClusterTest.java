package dev.verticker.node.cluster;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Address;
import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.settings.NodeSettings.MutualTls;
import dev.verticker.testing.Await;
import dev.verticker.testing.RecordedLog;
import dev.verticker.testing.TestAuthority;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterTest {
  private static final HeartbeatSettings SETTINGS =
      new HeartbeatSettings(Duration.ofMillis(100), 5, Duration.ofHours(1), Duration.ofHours(1));

  private record Text(String text) {}

  private static final Address<Text, Text> ASK =
      new Address<>("test.ask", Text.class, Text.class, Duration.ofSeconds(20));
  private static final Address<Text, Text> ASK_MEMBER =
      new Address<>("test.ask-member", Text.class, Text.class, Duration.ofSeconds(3));
  private static final Address<Text, Text> ASK_STRANGER =
      new Address<>("test.ask-stranger", Text.class, Text.class, Duration.ofSeconds(3));

  private final TwoNodes plain = new TwoNodes();
  private TestAuthority authority;
  private MutualTls trusted;

  @BeforeAll
  void createAuthority(@TempDir Path folder) {
    authority = new TestAuthority(folder, "cluster");
    trusted = tls(authority, authority, "one");
  }

  @AfterAll
  void close() {
    plain.close();
  }

  @Test
  void a_node_whose_registrations_are_lost_registers_again_and_gets_responses() {
    try (var nodes = new TwoNodes()) {
      assertEquals(1, nodes.firstCluster().otherMembers());
      var first = heartbeat(nodes.first(), nodes.firstCluster());
      var second = heartbeat(nodes.second(), nodes.secondCluster());
      first.start().await();
      second.start().await();
      until("both ready", () -> first.reason().isEmpty() && second.reason().isEmpty());
      var returned = Promise.<Void>promise();
      first.onReconnect(returned::tryComplete);
      hazelcast(nodes.firstCluster())
          .getHazelcastInstance()
          .getMultiMap("__vertx.subs")
          .clear();
      returned.future().await();
      until("both ready", () -> first.reason().isEmpty() && second.reason().isEmpty());
    }
  }

  @Test
  void the_packaged_configuration_has_the_measured_values() {
    var config = hazelcast(plain.firstCluster()).getHazelcastInstance().getConfig();
    Map.of(
            "hazelcast.heartbeat.interval.seconds", "1",
            "hazelcast.max.no.heartbeat.seconds", "8",
            "hazelcast.merge.first.run.delay.seconds", "10",
            "hazelcast.merge.next.run.delay.seconds", "5",
            "hazelcast.operation.call.timeout.millis", "5000",
            "hazelcast.phone.home.enabled", "false",
            "hazelcast.socket.bind.any", "false")
        .forEach((name, value) -> assertEquals(value, config.getProperty(name), name));
    var network = config.getNetworkConfig();
    assertFalse(network.getJoin().getMulticastConfig().isEnabled());
    assertFalse(network.getJoin().getAutoDetectionConfig().isEnabled());
    assertTrue(network.getJoin().getTcpIpConfig().isEnabled());
    assertTrue(network.getInterfaces().isEnabled());
    assertEquals(2, config.getMultiMapConfig("__vertx.subs").getBackupCount());
    assertEquals(2, config.getMapConfig("__vertx.nodeInfo").getBackupCount());
    var bus = plain.firstCluster().eventBus();
    assertEquals(2000, bus.getClusterPingInterval());
    assertEquals(2000, bus.getClusterPingReplyInterval());
    assertEquals(2000, bus.getConnectTimeout());
    assertEquals("127.0.0.1", bus.getHost());
  }

  @Test
  void nodes_with_certificates_of_the_same_authority_exchange_messages() {
    var second = tls(authority, authority, "two");
    try (var nodes = new TwoNodes(Optional.of(trusted), Optional.of(second))) {
      var first = bus(nodes.first());
      bus(nodes.second()).serve(ASK, Future::succeededFuture).await();
      assertEquals("a", first.request(ASK, new Text("a")).await().text());
    }
  }

  @Test
  void a_node_neither_sends_to_nor_receives_from_a_stranger_that_joined_hazelcast(
      @TempDir Path folder) {
    var stranger = tls(new TestAuthority(folder, "stranger"), authority, "two");
    try (var nodes = new TwoNodes(Optional.of(trusted), Optional.of(stranger))) {
      assertExchangeNothing(nodes);
    }
  }

  @Test
  void a_node_neither_sends_to_nor_receives_from_a_node_without_tls() {
    try (var nodes = new TwoNodes(Optional.of(trusted), Optional.empty())) {
      assertExchangeNothing(nodes);
    }
  }

  @Test
  void a_stranger_that_probes_the_bus_port_causes_errors_of_a_class_that_the_node_does_not_log()
      throws Exception {
    var second = tls(authority, authority, "three");
    try (var log = RecordedLog.errors();
        var secured = new TwoNodes(Optional.of(trusted), Optional.of(second))) {
      for (var nodes : List.of(plain, secured)) {
        var port = hazelcast(nodes.firstCluster()).getNodeInfo().port();
        for (var i = 0; i < 10; i++) {
          probe(port);
        }
        try (var client =
            (SSLSocket) trustingAll().getSocketFactory().createSocket("127.0.0.1", port)) {
          client.setSoTimeout(2000);
          assertThrows(IOException.class, () -> {
            client.startHandshake();
            client.getInputStream().read();
          });
        }
      }
      until("a reset is reported", () -> !log.lines().isEmpty());
      assertEquals(
          List.of(),
          log.lines().stream()
              .filter(line -> !line.startsWith("ERROR io.vertx.core.net.impl.ConnectionBase "))
              .toList());
    }
  }

  private static void probe(int port) throws IOException {
    for (var text : List.of("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001", "")) {
      var socket = new Socket("127.0.0.1", port);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  private static SSLContext trustingAll() throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        null);
    return context;
  }

  private static void assertExchangeNothing(TwoNodes nodes) {
    var received = new AtomicInteger();
    var member = bus(nodes.first());
    var stranger = bus(nodes.second());
    for (var each : List.of(member, stranger)) {
      var address = each == member ? ASK_MEMBER : ASK_STRANGER;
      each.serve(address, text -> {
            received.incrementAndGet();
            return Future.succeededFuture(text);
          })
          .await();
    }
    var requests = List.of(
        stranger.request(ASK_MEMBER, new Text("a")), member.request(ASK_STRANGER, new Text("a")));
    for (var request : requests) {
      assertInstanceOf(Failure.Unavailable.class, Await.failureOf(request));
    }
    assertEquals(0, received.get());
  }

  private static MutualTls tls(TestAuthority issuer, TestAuthority trusted, String name) {
    var certificate = issuer.issue(name, "ip:127.0.0.1");
    return new MutualTls(certificate.certificate(), certificate.key(), trusted.file());
  }

  private static Bus bus(Vertx vertx) {
    return new Bus(vertx, Clock.systemUTC(), new SimpleMeterRegistry());
  }

  private static HazelcastClusterManager hazelcast(Cluster cluster) {
    return (HazelcastClusterManager) cluster.manager();
  }

  private static ClusterHeartbeat heartbeat(Vertx vertx, Cluster cluster) {
    var clock = new ClusterClock(cluster.time(), System::nanoTime);
    var bus = new Bus(vertx, clock, new SimpleMeterRegistry());
    return new ClusterHeartbeat(vertx, bus, cluster, clock, SETTINGS, () -> {});
  }
}
