package dev.verticker.data;

/** Why an import does not begin, in one sentence for the operator. */
public final class ImportRefused extends RuntimeException {
  public ImportRefused(String reason) {
    super(reason);
  }
}
