package dev.verticker.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The first administrator, and how long the audit trail is kept.
 *
 * @param adminPassword only looked at while there is no administrator; null when not given
 */
public record UserSettings(
    boolean development, String adminUsername, Secret adminPassword, Duration auditRetention) {
  private static final String PASSWORD = "ADMIN_PASSWORD";
  private static final int MIN_CHARACTERS = 12;
  private static final Secret IN_DEVELOPMENT = new Secret("admin1234");

  public static UserSettings read(SettingsReader reader) {
    var username = reader.text("ADMIN_USERNAME");
    if (!username.matches("[A-Za-z0-9._-]{3,50}")) {
      reader.fault(
          "ADMIN_USERNAME",
          "must be 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
          username);
    }
    return new UserSettings(
        reader.development(),
        username,
        reader.uncheckedSecret(PASSWORD).orElse(null),
        Duration.ofDays(reader.number("AUDIT_RETENTION_DAYS", 1, 36500)));
  }

  /** Whether the first administrator would get the password everybody knows. */
  public boolean samplePassword() {
    return development && (adminPassword == null || SettingsReader.isSample(adminPassword));
  }

  /**
   * The password of the first administrator.
   *
   * @throws SettingsFault when there must be one and it is missing, short or known; says what to do
   */
  public Secret firstPassword() {
    if (development) {
      return Optional.ofNullable(adminPassword).orElse(IN_DEVELOPMENT);
    }
    if (adminPassword == null) {
      throw fault(
          "is required for the first start, because there is no administrator yet: set it to"
              + " at least " + MIN_CHARACTERS
              + " characters, sign in as ADMIN_USERNAME, then remove it");
    }
    if (SettingsReader.isSample(adminPassword)) {
      throw fault("must not be a published sample value outside development");
    }
    var characters =
        adminPassword.value().codePointCount(0, adminPassword.value().length());
    if (characters < MIN_CHARACTERS) {
      throw fault("must have at least " + MIN_CHARACTERS + " characters outside development, has "
          + characters);
    }
    return adminPassword;
  }

  /** What is wrong with the password, as a fault of the settings. */
  public static SettingsException fault(String rule) {
    return new SettingsException(List.of(PASSWORD + ": " + rule));
  }
}
