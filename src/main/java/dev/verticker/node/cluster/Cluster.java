package dev.verticker.node.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.YamlConfigBuilder;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import dev.verticker.settings.NodeSettings.ClusterSettings;
import dev.verticker.settings.NodeSettings.MutualTls;
import dev.verticker.settings.SettingsException;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The Hazelcast membership of this node. No other class uses Hazelcast. Members are found from a configured list, not by
 * multicast.
 */
public final class Cluster implements ClusterView {
  public static final Duration MAX_JOIN = Duration.ofSeconds(60);

  private static final String FILE = "conf/hazelcast.yaml";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int PING_MS = 2000;

  private final HazelcastClusterManager manager;
  private final EventBusOptions eventBus;

  private Cluster(HazelcastClusterManager manager, EventBusOptions eventBus) {
    this.manager = manager;
    this.eventBus = eventBus;
  }

  /**
   * @throws BindException when a port is in use; the message names the setting
   * @throws SettingsException when no address of this machine is configured, or conf/hazelcast.yaml is invalid
   */
  public static Cluster of(ClusterSettings settings, Path home) throws BindException {
    var config = config(home).setClusterName(settings.name());
    var loopbackPair = settings.members().isEmpty();
    var host = loopbackPair ? LOOPBACK : host(settings);
    requireFreePorts(settings, loopbackPair, host);
    var network = config.getNetworkConfig();
    network.setPort(settings.port()).setPortAutoIncrement(loopbackPair).setPortCount(2);
    network.getInterfaces().setEnabled(true).setInterfaces(List.of(address(host, "CLUSTER_HOST")));
    network
        .getJoin()
        .getTcpIpConfig()
        .setMembers(loopbackPair ? loopbackMembers(settings.port()) : members(settings));
    var eventBus = new EventBusOptions()
        .setHost(host)
        .setPort(loopbackPair ? 0 : settings.busPort())
        .setClusterPingInterval(PING_MS)
        .setClusterPingReplyInterval(PING_MS)
        .setConnectTimeout(PING_MS);
    settings.tls().ifPresent(tls -> authenticate(eventBus, tls));
    return new Cluster(new HazelcastClusterManager(config), eventBus);
  }

  /**
   * Every node must present a certificate of the cluster's authorities. Vert.x does not verify host names here, and by
   * default trusts every certificate.
   */
  private static void authenticate(EventBusOptions eventBus, MutualTls tls) {
    eventBus
        .setSsl(true)
        .setKeyCertOptions(new PemKeyCertOptions()
            .addCertPath(tls.certificate().toString())
            .addKeyPath(tls.key().toString()))
        .setTrustOptions(new PemTrustOptions().addCertPath(tls.authorities().toString()))
        .setTrustAll(false)
        .setClientAuth(ClientAuth.REQUIRED);
  }

  public ClusterManager manager() {
    return manager;
  }

  public EventBusOptions eventBus() {
    return eventBus;
  }

  @Override
  public int otherMembers() {
    return manager.getHazelcastInstance().getCluster().getMembers().size() - 1;
  }

  @Override
  public Instant time() {
    return Instant.ofEpochMilli(manager.getHazelcastInstance().getCluster().getClusterTime());
  }

  @Override
  public void onMerged(Runnable handler) {
    manager.getHazelcastInstance().getLifecycleService().addLifecycleListener(event -> {
      if (event.getState() == LifecycleState.MERGED) {
        handler.run();
      }
    });
  }

  /** Simulates a merge: the cluster manager then publishes its registrations again. */
  @Override
  public void registerAgain() {
    manager.stateChanged(new LifecycleEvent(LifecycleState.MERGED));
  }

  /** Checks the ports before Hazelcast starts, which reports a port in use with pages of stack traces. */
  private static void requireFreePorts(ClusterSettings settings, boolean loopbackPair, String host)
      throws BindException {
    var port = settings.port();
    if (loopbackPair
        ? PortProbe.isTaken(host, port) && PortProbe.isTaken(host, port + 1)
        : PortProbe.isTaken(host, port)) {
      throw new BindException(PortProbe.rule("CLUSTER_PORT", host, port));
    }
    if (!loopbackPair && PortProbe.isTaken(host, settings.busPort())) {
      throw new BindException(PortProbe.rule("CLUSTER_BUS_PORT", host, settings.busPort()));
    }
  }

  private static Config config(Path home) {
    var file = home.resolve(FILE);
    try (var in = Files.isRegularFile(file) ? Files.newInputStream(file) : packaged()) {
      return new YamlConfigBuilder(in).build();
    } catch (IOException | RuntimeException e) {
      throw new SettingsException(
          List.of(FILE + ": must be a Hazelcast configuration, but: " + e.getMessage()));
    }
  }

  private static InputStream packaged() {
    return Cluster.class.getClassLoader().getResourceAsStream(FILE);
  }

  private static String host(ClusterSettings settings) {
    if (!settings.host().isEmpty()) {
      return settings.host();
    }
    return settings.members().stream()
        .map(Cluster::withoutPort)
        .filter(Cluster::isThisMachine)
        .findFirst()
        .orElseThrow(() -> new SettingsException(List.of(
            "CLUSTER_MEMBERS: must contain an address of this machine (or set CLUSTER_HOST), was \""
                + String.join(",", settings.members())
                + "\"")));
  }

  private static List<String> members(ClusterSettings settings) {
    return settings.members().stream()
        .map(member -> hasPort(member) ? member : member + ":" + settings.port())
        .toList();
  }

  private static List<String> loopbackMembers(int port) {
    return List.of(LOOPBACK + ":" + port, LOOPBACK + ":" + (port + 1));
  }

  private static boolean hasPort(String member) {
    return member.indexOf(':') == member.lastIndexOf(':') && member.contains(":")
        || member.contains("]:");
  }

  private static String withoutPort(String member) {
    return hasPort(member) ? member.substring(0, member.lastIndexOf(':')) : member;
  }

  private static boolean isThisMachine(String member) {
    try {
      return NetworkInterface.getByInetAddress(
              InetAddress.getByName(address(member, "CLUSTER_MEMBERS")))
          != null;
    } catch (SocketException | UnknownHostException e) {
      return false;
    }
  }

  private static String address(String host, String setting) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new SettingsException(List.of(
          setting + ": must be addresses that this machine can resolve, was \"" + host + "\""));
    }
  }
}
