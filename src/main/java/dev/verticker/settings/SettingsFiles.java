package dev.verticker.settings;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Merges the sources of the settings. */
public final class SettingsFiles {
  private static final String FILE = "conf/settings.yaml";

  /** Old name to new name. An old name fails the start-up, because its value would have no effect. */
  private static final Map<String, String> RENAMED = Map.of("SOCKETS_MOST", "SOCKETS_MAX");

  /** Suffix of a name whose value is the path of a file with the value of the setting. */
  private static final String IN_FILE = "_FILE";

  private static final Pattern LINE_END = Pattern.compile("[\\r\\n]+\\z");

  private SettingsFiles() {}

  /**
   * The effective settings, name to text. Environment variables that are not settings are ignored; an empty value counts as
   * unset. {@code NAME_FILE} is the path of a file with the value of {@code NAME}, in UTF-8, without the line break at its end.
   *
   * @param environment the process environment
   * @param home the folder that may hold {@code conf/settings.yaml}
   * @throws SettingsException if a file cannot be read, or a name is unknown, was renamed or is set twice
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
    var external = external(home.resolve(FILE), errors);
    external.keySet().stream()
        .filter(name -> !isAccepted(name, packaged))
        .forEach(name -> errors.add(name + ": is not a setting, remove it from " + FILE));
    for (var source : List.of(external, environment)) {
      source.forEach((name, value) -> {
        if (isAccepted(name, packaged)) {
          merge(effective, name, text(value), source, errors);
        }
      });
    }
    RENAMED.forEach((name, newName) -> {
      if (effective.containsKey(name)) {
        errors.add(name + ": was renamed, set " + newName + " instead");
      }
    });
    return effective;
  }

  private static void merge(
      JsonObject effective, String name, String value, Map<String, ?> source, List<String> errors) {
    if (!name.endsWith(IN_FILE)) {
      put(effective, name, value);
      return;
    }
    var setting = name.substring(0, name.length() - IN_FILE.length());
    if (value.isBlank()) {
      return;
    }
    if (!text(source.get(setting)).isBlank()) {
      errors.add(setting + ": is set twice, remove " + setting + " or " + name);
      return;
    }
    try {
      put(effective, setting, LINE_END.matcher(Files.readString(Path.of(value))).replaceFirst(""));
    } catch (IOException | InvalidPathException e) {
      errors.add(name + ": must name a text file that this process can read, was \"" + value
          + "\" (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }

  /** Returns whether the name is a setting, with or without suffix, or was one. */
  private static boolean isAccepted(String name, Map<String, Object> packaged) {
    return isKnown(name, packaged)
        || RENAMED.containsKey(name)
        || name.endsWith(IN_FILE)
            && isKnown(name.substring(0, name.length() - IN_FILE.length()), packaged);
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
