package dev.verticker.api.openapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Sends bytes that no HTTP client would send. */
public final class RawHttpClient {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private RawHttpClient() {}

  /** The first answer to {@code request}, head and body as far as it came. */
  public static String answer(int port, String request) {
    try (var socket = new Socket("localhost", port)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      var bytes = new byte[16 * 1024];
      var length = socket.getInputStream().read(bytes);
      return new String(bytes, 0, Math.max(0, length), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
