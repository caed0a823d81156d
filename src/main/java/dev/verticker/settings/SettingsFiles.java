package dev.verticker.settings;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Puts the sources of the settings together; the only class that is handed the environment. */
public final class SettingsFiles {
  private static final String FILE = "conf/settings.yaml";

  private SettingsFiles() {}

  /**
   * The settings in effect, name to text. Names that only the environment knows are left out unless a setting of that name
   * exists; an empty value counts as absent.
   *
   * @param environment the process environment
   * @param home the folder that may hold {@code conf/settings.yaml}
   * @throws SettingsFault when the file beside the jar cannot be read or names a setting that does not exist
   */
  public static JsonObject load(Map<String, String> environment, Path home) {
    var faults = new ArrayList<String>();
    var effective = load(environment, home, faults);
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return effective;
  }

  /** The same; what is wrong with the file is added to {@code faults}, so that it can be told with all other faults. */
  public static JsonObject load(Map<String, String> environment, Path home, List<String> faults) {
    var packaged = packaged();
    var effective = new JsonObject();
    packaged.forEach((name, value) -> put(effective, name, value));
    beside(home.resolve(FILE), faults).forEach((name, value) -> {
      if (isKnown(name, packaged)) {
        put(effective, name, value);
      } else {
        faults.add(name + ": is not a setting (in " + FILE + ")");
      }
    });
    environment.forEach((name, value) -> {
      if (isKnown(name, packaged) && !value.isBlank()) {
        put(effective, name, value);
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
    try {
      return Yaml.packaged(FILE);
    } catch (IOException e) {
      throw new IllegalStateException("the packaged " + FILE + " cannot be read", e);
    }
  }

  private static Map<String, Object> beside(Path file, List<String> faults) {
    if (!Files.isRegularFile(file)) {
      return Map.of();
    }
    try (var in = Files.newInputStream(file)) {
      return Yaml.read(in);
    } catch (IOException e) {
      faults.add(file + ": must be a YAML file of names and values");
      return Map.of();
    }
  }
}
