package dev.verticker.message;

/** A plain-text password inside a message, never printed, never stored. */
public record Password(String value) {
  @Override
  public String toString() {
    return "<password>";
  }
}
