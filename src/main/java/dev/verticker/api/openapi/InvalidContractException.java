package dev.verticker.api.openapi;

/** Thrown if contract and application do not match. The message names the operation. */
public final class InvalidContractException extends RuntimeException {
  public InvalidContractException(String message) {
    super(message, null, false, false);
  }
}
