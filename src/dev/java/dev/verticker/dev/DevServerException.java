package dev.verticker.dev;

/** A server of the development environment cannot do what was asked; the message is one sentence for its user. */
public final class DevServerException extends RuntimeException {
  DevServerException(String message) {
    super(message);
  }

  DevServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
