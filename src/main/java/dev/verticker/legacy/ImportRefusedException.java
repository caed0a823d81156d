package dev.verticker.legacy;

/** An import that cannot start; the message is meant for the operator. */
final class ImportRefusedException extends RuntimeException {
  ImportRefusedException(String reason) {
    super(reason);
  }
}
