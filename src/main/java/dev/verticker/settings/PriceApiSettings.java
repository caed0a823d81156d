package dev.verticker.settings;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The front door for internal services.
 *
 * @param apiKeys name to key; several are valid during a rotation. The key of INTERNAL_API_KEY is named "default".
 */
public record PriceApiSettings(String host, int port, Map<String, Secret> apiKeys) {
  private static final int MIN_BYTES = 32;
  private static final String SINGLE = "INTERNAL_API_KEY";
  private static final String SEVERAL = "INTERNAL_API_KEYS";

  public PriceApiSettings {
    apiKeys = Map.copyOf(apiKeys);
  }

  public static PriceApiSettings read(SettingsReader reader) {
    return new PriceApiSettings(
        reader.host("PRICE_API_HOST"), reader.port("PRICE_API_PORT"), apiKeys(reader));
  }

  private static Map<String, Secret> apiKeys(SettingsReader reader) {
    var keys = new LinkedHashMap<String, Secret>();
    reader.secret(SINGLE, MIN_BYTES).ifPresent(key -> keys.put("default", key));
    for (var entry : reader.list(SEVERAL)) {
      var colon = entry.indexOf(':');
      var name = entry.substring(0, Math.max(colon, 0));
      var key = new Secret(entry.substring(colon + 1));
      if (!name.matches("[A-Za-z0-9_-]{1,50}") || key.value().isBlank()) {
        reader.error(
            SEVERAL,
            "each entry must be name:key, with a name of letters, digits, - and _ (values not shown)");
      } else if (keys.putIfAbsent(name, key) != null) {
        reader.error(
            SEVERAL, "must not repeat a name (\"default\" is the key of " + SINGLE + ")", name);
      } else {
        reader.checkSecret(SEVERAL + "[" + name + "]", key, MIN_BYTES);
      }
    }
    if (reader.has(SEVERAL)) {
      reader.redact(SEVERAL, "<secrets named " + String.join(", ", keys.keySet()) + ">");
    }
    if (keys.isEmpty()) {
      reader.error(SINGLE, "is required: set it, or " + SEVERAL + "=name:key,...");
    }
    return keys;
  }
}
