package dev.verticker.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The database of one schema. Every schema can have its own server: {@code MARKET_POSTGRES_HOST} overrides
 * {@code POSTGRES_HOST} for schema {@code market}, and so on for each name.
 *
 * @param schema the schema of one service
 * @param poolSize connections per node
 * @param tls whether connections are encrypted, and certificate and host name of the server verified
 * @param authorities PEM file with the certificate authorities to trust; empty = those of the Java runtime
 */
public record PostgresSettings(
    String schema,
    String host,
    int port,
    String database,
    String user,
    Secret password,
    int poolSize,
    boolean tls,
    Optional<Path> authorities) {
  /** The names of all schemas. */
  public static final List<String> SCHEMAS =
      List.of("account", "market", "notification", "trading");

  private static final String TLS = "POSTGRES_TLS";
  private static final int MIN_PASSWORD_BYTES = 1;

  public static PostgresSettings read(String schema, SettingsReader reader) {
    var tls = reader.flag(name(reader, schema, TLS));
    var authorities = reader.certificates(name(reader, schema, "POSTGRES_TLS_CA"));
    if (authorities.isPresent() && !tls && !reader.has(prefix(schema) + TLS)) {
      reader.error(TLS, "must be true if POSTGRES_TLS_CA is set", "false");
    }
    return new PostgresSettings(
        schema,
        reader.text(name(reader, schema, "POSTGRES_HOST")),
        reader.port(name(reader, schema, "POSTGRES_PORT")),
        reader.text(name(reader, schema, "POSTGRES_DB")),
        reader.text(name(reader, schema, "POSTGRES_USER")),
        reader.requiredSecret(name(reader, schema, "POSTGRES_PASSWORD"), MIN_PASSWORD_BYTES),
        reader.number(name(reader, schema, "POSTGRES_POOL_SIZE"), 1, 100),
        tls,
        authorities);
  }

  /** Returns a copy with another pool size. */
  public PostgresSettings withPoolSize(int connections) {
    return new PostgresSettings(
        schema, host, port, database, user, password, connections, tls, authorities);
  }

  static String prefix(String schema) {
    return schema.toUpperCase(Locale.ROOT) + "_";
  }

  private static String name(SettingsReader reader, String schema, String name) {
    var own = prefix(schema) + name;
    return reader.has(own) ? own : name;
  }
}
