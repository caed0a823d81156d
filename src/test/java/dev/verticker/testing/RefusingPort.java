package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A loopback port that refuses connections. It stays bound until the JVM ends, so that no other server can take it. */
public final class RefusingPort {
  private static final Socket BOUND = bind();

  private RefusingPort() {}

  public static int number() {
    return BOUND.getLocalPort();
  }

  private static Socket bind() {
    try {
      var socket = new Socket();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
