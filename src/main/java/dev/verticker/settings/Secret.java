package dev.verticker.settings;

import java.nio.charset.StandardCharsets;

/** A secret value, which {@code toString} does not reveal. */
public record Secret(String value) {
  /** The UTF-8 bytes, for keys and comparisons. */
  public byte[] bytes() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "<secret>";
  }
}
