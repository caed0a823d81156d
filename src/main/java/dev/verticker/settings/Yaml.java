package dev.verticker.settings;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** YAML files of names and values. */
public final class Yaml {
  private static final TypeReference<LinkedHashMap<String, Object>> NAMES_AND_VALUES =
      new TypeReference<>() {};

  private Yaml() {}

  /** In the order of the file; empty when the file is. @throws IOException when it is something else, or cannot be read */
  public static Map<String, Object> read(InputStream in) throws IOException {
    var values = new YAMLMapper().readValue(in, NAMES_AND_VALUES);
    return values == null ? Map.of() : values;
  }

  /**
   * A file of the class path. The jar has each as JSON too, which is read in a tenth of the time; class folders have not.
   *
   * @param name of the YAML file
   */
  public static Map<String, Object> packaged(String name) throws IOException {
    var loader = Yaml.class.getClassLoader();
    try (var json = loader.getResourceAsStream(name.replace(".yaml", ".json"));
        var yaml = loader.getResourceAsStream(name)) {
      if (json != null) {
        return new JsonObject(Buffer.buffer(json.readAllBytes())).getMap();
      }
      if (yaml == null) {
        throw new FileNotFoundException(name + " is not packaged");
      }
      return read(yaml);
    }
  }
}
