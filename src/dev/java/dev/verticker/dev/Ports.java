package dev.verticker.dev;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of this machine's loopback address. */
final class Ports {
  private static final int CONNECT_MILLIS = 500;

  private Ports() {}

  /** The preferred port if it is free, else any other; 0 = any. */
  static int freeOr(int preferred) {
    try {
      return bindOnce(preferred);
    } catch (DevServerException e) {
      return bindOnce(0);
    }
  }

  static boolean answers(int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static int bindOnce(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new DevServerException("port " + port + " cannot be bound: " + e.getMessage(), e);
    }
  }
}
