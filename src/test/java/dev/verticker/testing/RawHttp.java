package dev.verticker.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A connection that sends exactly the given bytes, also those that no HTTP client would send. */
public final class RawHttp implements AutoCloseable {
  private static final int MAX_SILENCE_MILLIS = 10_000;
  private static final int MAX_RESPONSE = 16 * 1024;

  private final Socket socket;

  public RawHttp(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(MAX_SILENCE_MILLIS);
  }

  /** Returns the first part of the response to {@code request} on a new connection. */
  public static String response(int port, String request) {
    try (var connection = new RawHttp(port)) {
      var bytes = new byte[MAX_RESPONSE];
      var length = connection.send(request).socket.getInputStream().read(bytes);
      return new String(bytes, 0, Math.max(0, length), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawHttp send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Reads until the server closes the connection; fails after ten seconds without a byte. */
  public String untilClosed() throws IOException {
    var all = new ByteArrayOutputStream();
    try {
      socket.getInputStream().transferTo(all);
    } catch (SocketException e) {
      // A reset closes the connection, too.
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  public Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
