package dev.verticker.data;

import io.vertx.circuitbreaker.TimeoutException;
import java.util.Set;
import javax.net.ssl.SSLException;

/** The reason of a failed connection or call in one line, for operators. */
final class OutageReason {
  private static final int MAX_CHARACTERS = 300;

  static final String NO_RESPONSE = "no response in time";

  /** The pool reports a server that does not respond in two ways, depending on where its connection waits. */
  private static final Set<String> POOL_TIMEOUTS =
      Set.of("Timeout", "Timeout waiting for connection");

  private OutageReason() {}

  /** Returns whether the reason only states that the server was too slow. */
  static boolean isTimeout(String reason) {
    return reason.equals(NO_RESPONSE);
  }

  static String of(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return ofTls(cause);
      }
      if (cause instanceof TimeoutException
          || cause instanceof java.util.concurrent.TimeoutException) {
        return NO_RESPONSE;
      }
    }
    var text = text(failure);
    return POOL_TIMEOUTS.contains(text) ? NO_RESPONSE : text;
  }

  static String ofTls(Throwable failure) {
    return "TLS handshake failed: " + text(root(failure));
  }

  private static Throwable root(Throwable failure) {
    var root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static String text(Throwable failure) {
    var message = failure.getMessage();
    if (message == null || message.isBlank()) {
      return failure.getClass().getSimpleName();
    }
    var line = message.strip().replaceAll("\\s*[\\r\\n]+\\s*", " ");
    return line.length() <= MAX_CHARACTERS ? line : line.substring(0, MAX_CHARACTERS) + "...";
  }
}
