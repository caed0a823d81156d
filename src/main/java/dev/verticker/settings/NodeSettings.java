package dev.verticker.settings;

import java.time.Duration;
import java.util.List;

/**
 * The process itself.
 *
 * @param development true only with VERTICKER_ENV=development
 * @param cluster how to find the other nodes
 * @param databaseWait how long a starting node waits for a PostgreSQL that does not answer yet
 * @param drain how long the node answers while telling others to send nothing new, before it stops
 */
public record NodeSettings(
    boolean development,
    String managementHost,
    int managementPort,
    ClusterSettings cluster,
    Duration databaseWait,
    Duration drain) {
  /**
   * Hazelcast and the event bus are plain and unauthenticated: {@code host} is a private interface.
   *
   * @param host address of this node for the others; empty = found from the members
   * @param port Hazelcast's port
   * @param busPort the event bus's port, 0 = chosen by the operating system
   * @param members addresses of all nodes, {@code ip} or {@code ip:port}; empty = alone, or a pair on this machine
   */
  public record ClusterSettings(
      String name, String host, int port, int busPort, List<String> members) {}

  public static NodeSettings read(SettingsReader reader) {
    return new NodeSettings(
        reader.development(),
        reader.host("MANAGEMENT_HOST"),
        reader.port("MANAGEMENT_PORT"),
        new ClusterSettings(
            reader.text("CLUSTER_NAME"),
            reader.optionalHost("CLUSTER_HOST").orElse(""),
            reader.port("CLUSTER_PORT"),
            reader.port("CLUSTER_BUS_PORT"),
            members(reader)),
        reader.seconds("POSTGRES_WAIT_SECONDS", Duration.ZERO, Duration.ofMinutes(10)),
        reader.seconds("DRAIN_SECONDS", Duration.ZERO, Duration.ofSeconds(15)));
  }

  private static List<String> members(SettingsReader reader) {
    var members = reader.list("CLUSTER_MEMBERS");
    for (var member : members) {
      if (!member.matches("[0-9A-Za-z.\\[\\]:-]{1,255}")) {
        reader.fault(
            "CLUSTER_MEMBERS", "must be addresses, ip or ip:port, separated by commas", member);
      }
    }
    return members;
  }
}
