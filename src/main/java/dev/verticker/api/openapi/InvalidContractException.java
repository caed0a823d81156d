package dev.verticker.api.openapi;

/** A contract and the program do not fit together; the message names the operation. Stops the start. */
public final class InvalidContractException extends RuntimeException {
  public InvalidContractException(String message) {
    super(message, null, false, false);
  }
}
