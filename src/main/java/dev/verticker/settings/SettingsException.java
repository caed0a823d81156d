package dev.verticker.settings;

import java.util.List;
import java.util.stream.Collectors;

/** Every setting that breaks its rule, in one message: one line each with key, rule and value (secrets redacted). */
public final class SettingsException extends RuntimeException {
  private final transient List<String> faults;

  public SettingsException(List<String> faults) {
    super(faults.stream()
        .distinct()
        .collect(Collectors.joining("\n  ", "these settings cannot be used:\n  ", "")));
    this.faults = faults.stream().distinct().toList();
  }

  /** One line per fault. */
  public List<String> faults() {
    return faults;
  }
}
