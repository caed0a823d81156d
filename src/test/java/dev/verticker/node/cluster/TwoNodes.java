package dev.verticker.node.cluster;

import dev.verticker.settings.NodeSettings.ClusterSettings;
import dev.verticker.settings.NodeSettings.MutualTls;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Two clustered Vert.x instances on the loopback interface, with the packaged cluster configuration. */
public final class TwoNodes implements AutoCloseable {
  private final Cluster firstCluster;
  private final Cluster secondCluster;
  private final Vertx first;
  private final Vertx second;

  public TwoNodes() {
    this(Optional.empty(), Optional.empty());
  }

  /** @param first TLS of the event bus of the first node, empty for none; likewise the second */
  TwoNodes(Optional<MutualTls> first, Optional<MutualTls> second) {
    var name = "test-" + UUID.randomUUID();
    var ports = freePorts(2);
    firstCluster = cluster(name, ports.get(0), ports, first);
    secondCluster = cluster(name, ports.get(1), ports, second);
    this.first = join(firstCluster);
    this.second = join(secondCluster);
  }

  public Vertx first() {
    return first;
  }

  public Vertx second() {
    return second;
  }

  Cluster firstCluster() {
    return firstCluster;
  }

  Cluster secondCluster() {
    return secondCluster;
  }

  @Override
  public void close() {
    first.close().await();
    second.close().await();
  }

  public static List<Integer> freePorts(int count) {
    var ports = new LinkedHashSet<Integer>();
    while (ports.size() < count) {
      // Below the ports that the system chooses for other servers and connections.
      var port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
      try (var free = new ServerSocket(port)) {
        ports.add(free.getLocalPort());
      } catch (BindException e) {
        continue;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return List.copyOf(ports);
  }

  private static Cluster cluster(
      String name, int port, List<Integer> ports, Optional<MutualTls> tls) {
    var members = ports.stream().map(p -> "127.0.0.1:" + p).toList();
    try {
      return Cluster.of(
          new ClusterSettings(name, "127.0.0.1", port, 0, members, tls), homeThatJoinsAtOnce());
    } catch (BindException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Loads the packaged configuration without the wait of one second for more members. */
  private static Path homeThatJoinsAtOnce() {
    try {
      var home =
          Path.of("target", "two-nodes", Long.toString(ProcessHandle.current().pid()));
      Files.createDirectories(home.resolve("conf"));
      Files.writeString(
          home.resolve("conf/hazelcast.yaml"),
          Files.readString(Path.of("conf/hazelcast.yaml"))
              .replace("before.join: 1", "before.join: 0"));
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Vertx join(Cluster cluster) {
    return Vertx.builder()
        .with(new VertxOptions().setEventBusOptions(cluster.eventBus()))
        .withClusterManager(cluster.manager())
        .buildClustered()
        .await();
  }
}
