package dev.verticker.message;

/** A password as it was typed, on its way to be checked or hashed; never printed, never stored. */
public record Password(String value) {
  @Override
  public String toString() {
    return "<password>";
  }
}
