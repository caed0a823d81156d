package dev.verticker.settings;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** What people write by hand: names and values. */
public final class Yaml {
  /** One for all: what a mapper knows of a type it has to find out once. */
  private static final YAMLMapper MAPPER = new YAMLMapper();

  private static final TypeReference<LinkedHashMap<String, Object>> NAMES_AND_VALUES =
      new TypeReference<>() {};

  private Yaml() {}

  /** In the order of the file; empty when the file is. @throws IOException when it is something else, or cannot be read */
  public static Map<String, Object> read(InputStream in) throws IOException {
    var values = MAPPER.readValue(in, NAMES_AND_VALUES);
    return values == null ? Map.of() : values;
  }
}
