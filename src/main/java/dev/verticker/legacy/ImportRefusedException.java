package dev.verticker.legacy;

/** Why an import does not begin, in one sentence for the operator. */
public final class ImportRefusedException extends RuntimeException {
  public ImportRefusedException(String reason) {
    super(reason);
  }
}
