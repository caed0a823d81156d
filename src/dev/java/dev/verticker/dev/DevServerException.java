package dev.verticker.dev;

/** An embedded server cannot be started or used; the message is meant for the developer. */
public final class DevServerException extends RuntimeException {
  DevServerException(String message) {
    super(message);
  }

  DevServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
