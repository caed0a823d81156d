package dev.verticker.settings;

import java.util.List;
import java.util.Locale;

/**
 * Where a schema lives. Every schema may have its own server: {@code MARKET_POSTGRES_HOST} wins over
 * {@code POSTGRES_HOST} for schema {@code market}, and so on for each name.
 *
 * @param schema the schema of one service
 * @param poolSize connections per node
 */
public record PostgresSettings(
    String schema,
    String host,
    int port,
    String database,
    String user,
    Secret password,
    int poolSize) {
  /** Every schema of the system. */
  public static final List<String> SCHEMAS =
      List.of("account", "market", "notification", "trading");

  private static final int NO_LEAST_LENGTH = 1;

  public static PostgresSettings read(String schema, SettingsReader reader) {
    return new PostgresSettings(
        schema,
        reader.text(name(reader, schema, "POSTGRES_HOST")),
        reader.port(name(reader, schema, "POSTGRES_PORT")),
        reader.text(name(reader, schema, "POSTGRES_DB")),
        reader.text(name(reader, schema, "POSTGRES_USER")),
        reader.requiredSecret(name(reader, schema, "POSTGRES_PASSWORD"), NO_LEAST_LENGTH),
        reader.number(name(reader, schema, "POSTGRES_POOL_SIZE"), 1, 100));
  }

  /** The same server for a task of its own. */
  public PostgresSettings withPoolSize(int connections) {
    return new PostgresSettings(schema, host, port, database, user, password, connections);
  }

  static String prefix(String schema) {
    return schema.toUpperCase(Locale.ROOT) + "_";
  }

  private static String name(SettingsReader reader, String schema, String name) {
    var own = prefix(schema) + name;
    return reader.has(own) ? own : name;
  }
}
