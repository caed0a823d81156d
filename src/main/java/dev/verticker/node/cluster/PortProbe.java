package dev.verticker.node.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Tests whether a TCP port of this machine can be bound. */
public final class PortProbe {
  private PortProbe() {}

  public static boolean isTaken(String host, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** The error text for a setting that names a port in use. */
  public static String rule(String setting, String host, int port) {
    return setting + ": must be a free port of " + host + ", was \"" + port + "\"";
  }
}
