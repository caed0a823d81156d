package dev.verticker.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The first administrator, the retention of the audit trail and the quotas of each user.
 *
 * @param adminPassword used only while no administrator exists; null if unset
 */
public record UserSettings(
    boolean development,
    String adminUsername,
    Secret adminPassword,
    Duration auditRetention,
    Quotas quotas) {
  private static final String PASSWORD = "ADMIN_PASSWORD";
  private static final int MIN_CHARACTERS = 12;
  private static final Secret DEVELOPMENT_PASSWORD = new Secret("admin1234");

  /**
   * Max requests of one user per minute.
   *
   * @param ownChanges changes of the own account
   * @param otherChanges changes of other accounts
   */
  public record Quotas(
      int ownChanges, int otherChanges, int socketTickets, int tokenRefreshes, int readMarks) {
    private static final int MAX = 100_000;

    private static Quotas read(SettingsReader reader) {
      return new Quotas(
          reader.number("OWN_CHANGES_PER_MINUTE", 1, MAX),
          reader.number("ADMIN_CHANGES_PER_MINUTE", 1, MAX),
          reader.number("SOCKET_TICKETS_PER_MINUTE", 1, MAX),
          reader.number("TOKEN_REFRESHES_PER_MINUTE", 1, MAX),
          reader.number("READ_MARKS_PER_MINUTE", 1, MAX));
    }
  }

  public static UserSettings read(SettingsReader reader) {
    var username = reader.text("ADMIN_USERNAME");
    if (!username.matches("[A-Za-z0-9._-]{3,50}")) {
      reader.error(
          "ADMIN_USERNAME",
          "must be 3 to 50 ASCII letters, digits, dots, underscores or hyphens",
          username);
    }
    return new UserSettings(
        reader.development(),
        username,
        reader.uncheckedSecret(PASSWORD).orElse(null),
        Duration.ofDays(reader.number("AUDIT_RETENTION_DAYS", 1, 36500)),
        Quotas.read(reader));
  }

  /** Returns whether the first administrator would get the published sample password. */
  public boolean samplePassword() {
    return development && (adminPassword == null || SettingsReader.isSample(adminPassword));
  }

  /**
   * The password of the first administrator.
   *
   * @throws SettingsException if it is required and missing, too short or a published sample
   */
  public Secret firstPassword() {
    if (development) {
      return Optional.ofNullable(adminPassword).orElse(DEVELOPMENT_PASSWORD);
    }
    if (adminPassword == null) {
      throw error(
          "is required for the first start, because there is no administrator yet: set at least "
              + MIN_CHARACTERS + " characters, sign in as ADMIN_USERNAME, then remove it");
    }
    if (SettingsReader.isSample(adminPassword)) {
      throw error("must not be a published sample value outside development");
    }
    var characters =
        adminPassword.value().codePointCount(0, adminPassword.value().length());
    if (characters < MIN_CHARACTERS) {
      throw error("must have at least " + MIN_CHARACTERS + " characters outside development, has "
          + characters);
    }
    return adminPassword;
  }

  /** An invalid ADMIN_PASSWORD. */
  public static SettingsException error(String rule) {
    return new SettingsException(List.of(PASSWORD + ": " + rule));
  }
}
