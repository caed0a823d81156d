package dev.verticker.settings;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown for invalid settings. One line for each contains name, rule and value (secrets redacted). */
public final class SettingsException extends RuntimeException {
  private final transient List<String> errors;

  public SettingsException(List<String> errors) {
    super(errors.stream()
        .distinct()
        .collect(Collectors.joining("\n  ", "Invalid settings:\n  ", "")));
    this.errors = errors.stream().distinct().toList();
  }

  /** Returns one line per invalid setting. */
  public List<String> errors() {
    return errors;
  }
}
