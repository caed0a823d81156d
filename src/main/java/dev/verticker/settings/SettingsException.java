package dev.verticker.settings;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown for invalid settings. One line for each contains name, rule and value (secrets redacted). */
public final class SettingsException extends RuntimeException {
  private final transient List<String> faults;

  public SettingsException(List<String> faults) {
    super(faults.stream()
        .distinct()
        .collect(Collectors.joining("\n  ", "Invalid settings:\n  ", "")));
    this.faults = faults.stream().distinct().toList();
  }

  /** Returns one line per invalid setting. */
  public List<String> faults() {
    return faults;
  }
}
