package dev.verticker.settings;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Merges the sources of the settings. */
public final class SettingsFiles {
  private static final String FILE = "conf/settings.yaml";

  /** Old name to new name. An old name fails the start-up, because its value would have no effect. */
  private static final Map<String, String> RENAMED = Map.of("SOCKETS_MOST", "SOCKETS_MAX");

  private SettingsFiles() {}

  /**
   * The effective settings, name to text. Environment variables that are no setting are left out; an empty value counts as
   * unset.
   *
   * @param environment the process environment
   * @param home the folder that may hold {@code conf/settings.yaml}
   * @throws SettingsException if the file cannot be read, or a name is unknown or was renamed
   */
  public static JsonObject load(Map<String, String> environment, Path home) {
    var errors = new ArrayList<String>();
    var effective = load(environment, home, errors);
    if (!errors.isEmpty()) {
      throw new SettingsException(errors);
    }
    return effective;
  }

  /** Does the same as {@link #load(Map, Path)}, but adds errors to {@code errors} instead of throwing. */
  public static JsonObject load(Map<String, String> environment, Path home, List<String> errors) {
    var packaged = packaged();
    var effective = new JsonObject();
    packaged.forEach((name, value) -> put(effective, name, value));
    external(home.resolve(FILE), errors).forEach((name, value) -> {
      if (!isKnown(name, packaged) && !RENAMED.containsKey(name)) {
        errors.add(name + ": is not a setting, remove it from " + FILE);
      }
      put(effective, name, value);
    });
    environment.forEach((name, value) -> {
      if (isKnown(name, packaged) || RENAMED.containsKey(name)) {
        put(effective, name, value);
      }
    });
    RENAMED.forEach((name, newName) -> {
      if (effective.containsKey(name)) {
        errors.add(name + ": was renamed, set " + newName + " instead");
      }
    });
    return effective;
  }

  private static boolean isKnown(String name, Map<String, Object> packaged) {
    return packaged.containsKey(name)
        || PostgresSettings.SCHEMAS.stream().anyMatch(schema -> {
          var prefix = PostgresSettings.prefix(schema);
          return name.startsWith(prefix) && packaged.containsKey(name.substring(prefix.length()));
        });
  }

  private static void put(JsonObject settings, String name, Object value) {
    if (value != null && !value.toString().isBlank()) {
      settings.put(name, value.toString());
    }
  }

  private static Map<String, Object> packaged() {
    try (var in = SettingsFiles.class.getClassLoader().getResourceAsStream(FILE)) {
      return yaml(in);
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read the packaged " + FILE, e);
    }
  }

  private static Map<String, Object> external(Path file, List<String> errors) {
    if (!Files.isRegularFile(file)) {
      return Map.of();
    }
    try (var in = Files.newInputStream(file)) {
      return yaml(in);
    } catch (IOException e) {
      errors.add(file + ": must be a YAML map of names and values, but: " + e.getMessage());
      return Map.of();
    }
  }

  private static Map<String, Object> yaml(InputStream in) throws IOException {
    try (MappingIterator<Map<String, Object>> maps =
        new YAMLMapper().readerForMapOf(Object.class).readValues(in)) {
      return maps.hasNextValue() ? maps.nextValue() : Map.of();
    }
  }
}
