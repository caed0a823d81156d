package dev.verticker.data;

import io.vertx.circuitbreaker.TimeoutException;
import javax.net.ssl.SSLException;

/** The reason of a failed connection or call in one line, for operators. */
final class OutageReason {
  private static final int MAX_CHARACTERS = 300;

  static final String NO_RESPONSE = "no response in time";

  private static final String POOL_TIMEOUT = "Timeout waiting for connection";

  private OutageReason() {}

  /** Returns whether the reason only states that the server was too slow. */
  static boolean isTimeout(String reason) {
    return reason.equals(NO_RESPONSE) || reason.equals(POOL_TIMEOUT);
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
    return text(failure);
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
