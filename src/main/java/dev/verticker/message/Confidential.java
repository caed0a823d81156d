package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Objects;

/** A token or secret inside a message, never printed. On the wire it is the bare text. */
public record Confidential(@JsonValue String value) {
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Confidential {
    Objects.requireNonNull(value);
  }

  @Override
  public String toString() {
    return "<confidential>";
  }
}
