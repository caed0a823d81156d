package dev.verticker.settings;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The groups of settings by the names that the descriptors in {@code verticles/} use. */
public final class SettingsGroups {
  private static final Map<String, Consumer<SettingsReader>> GROUPS = Stream.concat(
          Stream.<Map.Entry<String, Consumer<SettingsReader>>>of(
              Map.entry("redis", RedisSettings::read),
              Map.entry("auth", AuthSettings::read),
              Map.entry("user", UserSettings::read),
              Map.entry("user-api", UserApiSettings::read),
              Map.entry("notification", NotificationSettings::read),
              Map.entry("price", PriceSettings::read),
              Map.entry("price-api", PriceApiSettings::read)),
          PostgresSettings.SCHEMAS.stream()
              .map(schema -> Map.<String, Consumer<SettingsReader>>entry(
                  schema + "-database", reader -> PostgresSettings.read(schema, reader))))
      .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private SettingsGroups() {}

  /** Reads every named group; what breaks a rule is in the reader afterwards. */
  public static void readAll(List<String> names, SettingsReader reader) {
    for (var name : names) {
      var group = GROUPS.get(name);
      if (group == null) {
        throw new IllegalArgumentException(
            "a descriptor names settings that do not exist: " + name);
      }
      group.accept(reader);
    }
  }
}
