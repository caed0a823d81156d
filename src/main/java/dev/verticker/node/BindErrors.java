package dev.verticker.node;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Optional;

/** Finds the setting behind "Address already in use", which does not say which address. */
public final class BindErrors {
  private static final String PORT = "_PORT";
  private static final String HOST = "_HOST";

  private BindErrors() {}

  public static boolean isTaken(String host, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, port));
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  public static StartupException taken(String setting, String host, int port) {
    return new StartupException(StartupException.ENVIRONMENT, rule(setting, host, port));
  }

  /** When {@code failure} is about a taken port: the rule one of these settings breaks at this moment. */
  static Optional<String> brokenRule(Throwable failure, Map<String, String> settings) {
    if (!isAboutPort(failure)) {
      return Optional.empty();
    }
    return settings.keySet().stream()
        .filter(name -> name.endsWith(PORT) && settings.containsKey(host(name)))
        .filter(name -> isTaken(settings.get(host(name)), Integer.parseInt(settings.get(name))))
        .map(name -> isTaken(settings.get(host(name)), 0)
            ? host(name) + ": must be an address of this machine, was \"" + settings.get(host(name))
                + "\""
            : rule(name, settings.get(host(name)), Integer.parseInt(settings.get(name))))
        .findFirst();
  }

  private static boolean isAboutPort(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  private static String rule(String setting, String host, int port) {
    return setting + ": must be a port that is free on " + host + ", was \"" + port + "\"";
  }

  private static String host(String port) {
    return port.substring(0, port.length() - PORT.length()) + HOST;
  }
}
