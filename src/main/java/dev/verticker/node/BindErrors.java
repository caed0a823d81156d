package dev.verticker.node;

import dev.verticker.node.cluster.PortProbe;
import java.net.BindException;
import java.util.Map;
import java.util.Optional;

/** Finds the setting behind a bind failure: the exception does not name the address. */
final class BindErrors {
  private static final String PORT = "_PORT";
  private static final String HOST = "_HOST";

  private BindErrors() {}

  /** The error text for the first of these settings that cannot be bound now; empty when {@code failure} has another cause. */
  static Optional<String> describe(Throwable failure, Map<String, String> settings) {
    if (!isBindFailure(failure)) {
      return Optional.empty();
    }
    return settings.keySet().stream()
        .filter(name -> name.endsWith(PORT) && settings.containsKey(host(name)))
        .filter(name ->
            PortProbe.isTaken(settings.get(host(name)), Integer.parseInt(settings.get(name))))
        .map(name -> PortProbe.isTaken(settings.get(host(name)), 0)
            ? host(name) + ": must be an address of this machine, was \"" + settings.get(host(name))
                + "\""
            : PortProbe.rule(name, settings.get(host(name)), Integer.parseInt(settings.get(name))))
        .findFirst();
  }

  private static boolean isBindFailure(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private static String host(String port) {
    return port.substring(0, port.length() - PORT.length()) + HOST;
  }
}
