package dev.verticker.node.cluster;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterTest {
  private static final HeartbeatSettings SETTINGS =
      new HeartbeatSettings(Duration.ofMillis(100), 5, Duration.ofHours(1), Duration.ofHours(1));

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
    try (var nodes = new TwoNodes()) {
      var config = hazelcast(nodes.firstCluster()).getHazelcastInstance().getConfig();
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
      var bus = nodes.firstCluster().eventBus();
      assertEquals(2000, bus.getClusterPingInterval());
      assertEquals(2000, bus.getClusterPingReplyInterval());
      assertEquals(2000, bus.getConnectTimeout());
      assertEquals("127.0.0.1", bus.getHost());
    }
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
