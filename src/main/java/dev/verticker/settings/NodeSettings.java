package dev.verticker.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The node process.
 *
 * @param development true only with VERTICKER_ENV=development
 * @param databaseWait max time that a starting node waits for PostgreSQL
 * @param drain time between "not ready" and the end of a stopping node, in which it still responds
 */
public record NodeSettings(
    boolean development,
    String managementHost,
    int managementPort,
    ClusterSettings cluster,
    Duration databaseWait,
    Duration drain) {
  /**
   * Hazelcast has neither authentication nor encryption: {@code host} must be a private address.
   *
   * @param host address of this node for the other nodes; empty = the member that is an address of this machine
   * @param port the Hazelcast port
   * @param busPort the event bus port, 0 = chosen by the operating system
   * @param members addresses of all nodes, {@code ip} or {@code ip:port}; empty = no cluster, or two nodes on this machine
   * @param tls of the event bus; empty = neither encrypted nor authenticated
   */
  public record ClusterSettings(
      String name,
      String host,
      int port,
      int busPort,
      List<String> members,
      Optional<MutualTls> tls) {}

  /**
   * TLS with which each node proves that it belongs to the cluster. All are PEM files.
   *
   * @param authorities certificates of the authorities that sign the certificates of all nodes, and nothing else
   */
  public record MutualTls(Path certificate, Path key, Path authorities) {}

  public static NodeSettings read(SettingsReader reader) {
    // Used before anything else is read (see Main); checked here, with all other settings.
    reader.oneOf("LOG_FORMAT", List.of("text", "json"));
    return new NodeSettings(
        reader.development(),
        reader.host("MANAGEMENT_HOST"),
        reader.port("MANAGEMENT_PORT"),
        new ClusterSettings(
            reader.text("CLUSTER_NAME"),
            reader.optionalHost("CLUSTER_HOST").orElse(""),
            reader.port("CLUSTER_PORT"),
            reader.port("CLUSTER_BUS_PORT"),
            members(reader),
            tls(reader)),
        reader.seconds("POSTGRES_WAIT_SECONDS", Duration.ZERO, Duration.ofMinutes(10)),
        reader.seconds("DRAIN_SECONDS", Duration.ZERO, Duration.ofSeconds(15)));
  }

  private static Optional<MutualTls> tls(SettingsReader reader) {
    var names = List.of("CLUSTER_TLS_CERTIFICATE", "CLUSTER_TLS_KEY", "CLUSTER_TLS_CA");
    var missing = names.stream().filter(name -> !reader.has(name)).toList();
    if (missing.size() == names.size()) {
      return Optional.empty();
    }
    missing.forEach(
        name -> reader.error(name, "is required if another CLUSTER_TLS setting is set"));
    var certificate = reader.certificates(names.get(0));
    var key = reader.privateKey(names.get(1));
    var authorities = reader.certificates(names.get(2));
    return certificate.isPresent() && key.isPresent() && authorities.isPresent()
        ? Optional.of(new MutualTls(certificate.get(), key.get(), authorities.get()))
        : Optional.empty();
  }

  private static List<String> members(SettingsReader reader) {
    var members = reader.list("CLUSTER_MEMBERS");
    for (var member : members) {
      if (!member.matches("[0-9A-Za-z.\\[\\]:-]{1,255}")) {
        reader.error("CLUSTER_MEMBERS", "must be comma-separated addresses, ip or ip:port", member);
      }
    }
    return members;
  }
}
