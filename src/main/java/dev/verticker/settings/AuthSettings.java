package dev.verticker.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tokens and sessions, shared by the user verticle and the front doors.
 *
 * @param keys the current key, then the previous or next one that is accepted during a rotation
 * @param issuer {@code iss} of every access token
 * @param audience {@code aud} of every access token
 * @param registrationOpen whether users may create their own accounts
 * @param sessionIdle a session ends after this time without use
 * @param sessionLife a session ends after this time even if it is used
 */
public record AuthSettings(
    List<SigningKey> keys,
    String issuer,
    String audience,
    boolean registrationOpen,
    Duration sessionIdle,
    Duration sessionLife) {
  private static final int MIN_BYTES = 32;

  public AuthSettings {
    keys = List.copyOf(keys);
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "keys must not be empty: without a key, unsigned tokens would be accepted");
    }
  }

  public static AuthSettings read(SettingsReader reader) {
    return new AuthSettings(
        keys(reader),
        reader.text("JWT_ISSUER"),
        reader.text("JWT_AUDIENCE"),
        "open".equals(reader.oneOf("REGISTRATION", List.of("open", "closed"))),
        Duration.ofDays(reader.number("SESSION_IDLE_DAYS", 1, 3650)),
        Duration.ofDays(reader.number("SESSION_LIFE_DAYS", 1, 3650)));
  }

  private static List<SigningKey> keys(SettingsReader reader) {
    var current = reader.requiredSecret("JWT_SECRET", MIN_BYTES);
    var previous = reader.secret("JWT_SECRET_PREVIOUS", MIN_BYTES);
    if (previous.isPresent() && previous.get().equals(current)) {
      reader.error(
          "JWT_SECRET_PREVIOUS", "must differ from JWT_SECRET: set another key, or clear it");
    }
    var keys = new ArrayList<SigningKey>();
    // A placeholder after an error; SettingsReader never returns it.
    keys.add(new SigningKey(current.value().isEmpty() ? new Secret("missing") : current));
    previous.map(SigningKey::new).ifPresent(keys::add);
    return keys;
  }
}
