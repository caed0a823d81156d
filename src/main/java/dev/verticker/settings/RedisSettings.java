package dev.verticker.settings;

import java.net.URI;
import java.util.Set;

/** The Redis server, which holds only data that may be lost. The URL may contain a password, so it is never printed. */
public record RedisSettings(URI url) {
  public static RedisSettings read(SettingsReader reader) {
    if (!reader.has("REDIS_URL")) {
      reader.error("REDIS_URL", "is required: set redis://host:port");
    }
    return new RedisSettings(
        reader.uri("REDIS_URL", Set.of("redis", "rediss")).orElse(URI.create("redis://invalid")));
  }

  @Override
  public String toString() {
    return "RedisSettings[" + url.getHost() + ":" + url.getPort() + "]";
  }
}
