package dev.verticker.node;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds the setting behind "Address already in use", which does not say which address. */
final class Ports {
  private static final String PORT = "_PORT";
  private static final String HOST = "_HOST";

  private Ports() {}

  static boolean isTaken(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  /** One sentence that names the settings whose port is taken at this moment. */
  static String taken(Map<String, String> settings) {
    var taken = settings.entrySet().stream()
        .filter(setting -> setting.getKey().endsWith(PORT))
        .filter(setting -> settings.containsKey(host(setting.getKey())))
        .filter(setting ->
            !canListen(settings.get(host(setting.getKey())), Integer.parseInt(setting.getValue())))
        .map(setting -> setting.getKey() + ": must be a port that is free on "
            + settings.get(host(setting.getKey())) + ", was \"" + setting.getValue() + "\"")
        .collect(Collectors.joining("; "));
    return taken.isEmpty() ? "a port was taken when the node wanted to listen" : taken;
  }

  private static String host(String port) {
    return port.substring(0, port.length() - PORT.length()) + HOST;
  }

  private static boolean canListen(String host, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
