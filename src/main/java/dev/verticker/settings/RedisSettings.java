package dev.verticker.settings;

import java.net.URI;
import java.util.Set;

/** Redis holds only what can be had again. The URL may carry a password: it is never printed. */
public record RedisSettings(URI url) {
  public static RedisSettings read(SettingsReader reader) {
    if (!reader.has("REDIS_URL")) {
      reader.fault("REDIS_URL", "is required");
    }
    return new RedisSettings(
        reader.uri("REDIS_URL", Set.of("redis", "rediss")).orElse(URI.create("redis://invalid")));
  }

  @Override
  public String toString() {
    return "RedisSettings[" + url.getHost() + ":" + url.getPort() + "]";
  }
}
