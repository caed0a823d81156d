package dev.verticker.settings;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * The Redis server, which holds only data that may be lost.
 *
 * @param url may contain a password, so it is never printed
 * @param authorities PEM file with the certificate authorities to trust; empty = those of the Java runtime
 */
public record RedisSettings(URI url, Optional<Path> authorities) {
  private static final String TLS_SCHEME = "rediss";

  public static RedisSettings read(SettingsReader reader) {
    if (!reader.has("REDIS_URL")) {
      reader.error("REDIS_URL", "is required: set redis://host:port");
    }
    var url = reader.uri("REDIS_URL", Set.of("redis", TLS_SCHEME));
    var authorities = reader.certificates("REDIS_TLS_CA");
    if (authorities.isPresent() && url.isPresent() && !isTls(url.get())) {
      reader.error("REDIS_URL", "must have scheme rediss if REDIS_TLS_CA is set");
    }
    return new RedisSettings(url.orElse(URI.create("redis://invalid")), authorities);
  }

  /** Returns whether the connection is encrypted, and certificate and host name of the server verified. */
  public boolean tls() {
    return isTls(url);
  }

  private static boolean isTls(URI url) {
    return TLS_SCHEME.equals(url.getScheme());
  }

  @Override
  public String toString() {
    return "RedisSettings[" + url.getHost() + ":" + url.getPort() + "]";
  }
}
