package dev.verticker.api.http;

/** A contract and the program do not fit together; the message names the operation. Stops the start. */
public final class ContractFault extends RuntimeException {
  ContractFault(String message) {
    super(message, null, false, false);
  }
}
