package dev.verticker.api.openapi;

/** Contract and application do not match. Start-up fails with the message, which names the operation. */
public final class InvalidContractException extends RuntimeException {
  public InvalidContractException(String message) {
    super(message, null, false, false);
  }
}
