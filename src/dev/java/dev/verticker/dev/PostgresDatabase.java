package dev.verticker.dev;

import java.util.Map;

/**
 * Address and login of a database.
 *
 * @param name of the database
 */
public record PostgresDatabase(String host, int port, String name, String user, String password) {
  /** Settings of a node that uses this database. */
  public Map<String, String> settings() {
    return Map.of(
        "POSTGRES_HOST", host,
        "POSTGRES_PORT", Integer.toString(port),
        "POSTGRES_DB", name,
        "POSTGRES_USER", user,
        "POSTGRES_PASSWORD", password);
  }

  /** Without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://" + host + ":" + port + "/" + name;
  }

  @Override
  public String toString() {
    return user + "@" + host + ":" + port + "/" + name;
  }
}
