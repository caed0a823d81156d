package dev.verticker.testing;

import dev.verticker.node.Node;
import dev.verticker.node.NodeArguments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Starts complete nodes in this JVM on free ports. */
public final class TestNode {
  private TestNode() {}

  public static Node start(Map<String, String> settings, List<String> verticles) {
    return start(settings, verticles, false);
  }

  /** Starts two clustered nodes on this machine. */
  public static List<Node> startPair(Map<String, String> settings, List<String> verticles) {
    return startPair(settings, settings, verticles);
  }

  /** Starts two clustered nodes with different settings on this machine. */
  public static List<Node> startPair(
      Map<String, String> first, Map<String, String> second, List<String> verticles) {
    var pair = pair();
    return Stream.of(first, second)
        .map(settings -> {
          var clustered = new HashMap<>(settings);
          clustered.putAll(pair);
          return start(clustered, verticles, true);
        })
        .toList();
  }

  /** Returns settings with which two nodes on this machine find each other and no other node. */
  public static Map<String, String> pair() {
    return Map.of(
        "CLUSTER_NAME",
        "test-" + UUID.randomUUID(),
        "CLUSTER_PORT",
        Integer.toString(firstOfTwoFreePorts()));
  }

  private static Node start(Map<String, String> settings, List<String> verticles, boolean cluster) {
    var environment = new HashMap<String, String>();
    for (var port : List.of("PRICE_API_PORT", "USER_API_PORT", "MANAGEMENT_PORT")) {
      environment.put(port, "0");
    }
    environment.put("DRAIN_SECONDS", "0");
    environment.putAll(settings);
    return Node.start(new NodeArguments(verticles, cluster), environment, Path.of("target"));
  }

  private static int firstOfTwoFreePorts() {
    try {
      var loopback = InetAddress.getLoopbackAddress();
      while (true) {
        // Below the ports that the system chooses for other servers and connections.
        var port = ThreadLocalRandom.current().nextInt(10_000, 32_000);
        try (var first = new ServerSocket(port, 1, loopback);
            var second = new ServerSocket(first.getLocalPort() + 1, 1, loopback)) {
          return second.getLocalPort() - 1;
        } catch (java.net.BindException e) {
          continue;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
