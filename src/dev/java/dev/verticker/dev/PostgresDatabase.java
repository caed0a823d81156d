package dev.verticker.dev;

import java.util.Map;

/**
 * Where a database is and how to sign in.
 *
 * @param name of the database
 */
public record PostgresDatabase(String host, int port, String name, String user, String password) {
  /** The settings that point a node here. */
  public Map<String, String> settings() {
    return Map.of(
        "POSTGRES_HOST", host,
        "POSTGRES_PORT", Integer.toString(port),
        "POSTGRES_DB", name,
        "POSTGRES_USER", user,
        "POSTGRES_PASSWORD", password);
  }

  /** For JDBC; user and password are given apart. */
  public String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + name;
  }

  @Override
  public String toString() {
    return user + "@" + host + ":" + port + "/" + name;
  }
}
