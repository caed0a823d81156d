package dev.verticker.testing;

import dev.verticker.node.Node;
import dev.verticker.node.NodeArguments;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A whole node in this JVM, every port free. */
public final class TestNode {
  private TestNode() {}

  public static Node start(
      Map<String, String> settings, List<String> verticles, String... options) {
    var environment = new HashMap<String, String>();
    for (var port : List.of("PRICE_API_PORT", "USER_API_PORT", "MANAGEMENT_PORT")) {
      environment.put(port, "0");
    }
    environment.put("DRAIN_SECONDS", "0");
    environment.putAll(settings);
    return Node.start(
        new NodeArguments(verticles, List.of(options).contains("--cluster")),
        environment,
        Path.of("target"));
  }
}
