package dev.verticker.legacy;

import dev.verticker.settings.PostgresSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Opens blocking connections for the import. */
final class JdbcConnections {
  private static final int CONNECT_TIMEOUT_SECONDS = 5;
  private static final String AUTHORITIES_OF_THE_RUNTIME =
      "org.postgresql.ssl.DefaultJavaSSLFactory";

  private JdbcConnections() {}

  static Connection open(PostgresSettings settings) throws SQLException {
    var tls = new Properties();
    if (settings.tls()) {
      tls.setProperty("sslmode", "verify-full");
      settings
          .authorities()
          .ifPresentOrElse(
              file -> tls.setProperty("sslrootcert", file.toString()),
              () -> tls.setProperty("sslfactory", AUTHORITIES_OF_THE_RUNTIME));
    }
    return open(
        settings.host(),
        settings.port(),
        settings.database(),
        settings.user(),
        settings.password().value(),
        tls);
  }

  /**
   * @param url {@code postgresql://user:password@host:5432/database}; a driver name after a plus sign, as in SQLAlchemy, is
   *     ignored
   * @throws IllegalArgumentException if the URL has another form; the message does not contain the URL
   */
  static Connection open(String url) throws SQLException {
    try {
      var uri = new URI(url);
      var complete = uri.getScheme() != null
          && uri.getScheme().startsWith("postgres")
          && uri.getHost() != null
          && uri.getPath() != null
          && uri.getPath().length() > 1;
      if (complete) {
        var credentials = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        var colon = credentials.contains(":") ? credentials.indexOf(':') : credentials.length();
        return open(
            uri.getHost(),
            uri.getPort() < 0 ? 5432 : uri.getPort(),
            uri.getPath().substring(1),
            decoded(credentials.substring(0, colon)),
            decoded(credentials.substring(Math.min(colon + 1, credentials.length()))),
            new Properties());
      }
    } catch (URISyntaxException e) {
      // Reported below, because the message of this exception contains the password.
    }
    throw new IllegalArgumentException(
        "must look like postgresql://user:password@host:5432/database");
  }

  private static Connection open(
      String host, int port, String database, String user, String password, Properties tls)
      throws SQLException {
    var properties = new Properties();
    properties.putAll(tls);
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
    properties.setProperty("ApplicationName", "verticker import");
    properties.setProperty("options", "-c TimeZone=UTC");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + host + ":" + port + "/" + database, properties);
  }

  /** The only column of the only row, as text. */
  static String queryOne(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private static String decoded(String text) {
    // URLDecoder decodes a plus sign as a space, which is right in query strings only.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
