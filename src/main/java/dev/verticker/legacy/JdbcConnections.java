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

/** Blocking connections, for commands that work through a whole database; nothing that serves may use them. */
public final class JdbcConnections {
  private static final int CONNECT_SECONDS = 5;

  private JdbcConnections() {}

  public static Connection open(PostgresSettings settings) throws SQLException {
    return open(
        settings.host(),
        settings.port(),
        settings.database(),
        settings.user(),
        settings.password().value());
  }

  /**
   * @param url {@code postgresql://user:password@host:5432/database}; a driver's name after a plus sign, as Python writes
   *     it, is ignored
   * @throws IllegalArgumentException when it is not of that form; the message does not repeat it
   */
  public static Connection open(String url) throws SQLException {
    try {
      var uri = new URI(url);
      var named = uri.getScheme() != null
          && uri.getScheme().startsWith("postgres")
          && uri.getHost() != null
          && uri.getPath() != null
          && uri.getPath().length() > 1;
      if (named) {
        var signIn = uri.getRawUserInfo() == null ? "" : uri.getRawUserInfo();
        var colon = signIn.contains(":") ? signIn.indexOf(':') : signIn.length();
        return open(
            uri.getHost(),
            uri.getPort() < 0 ? 5432 : uri.getPort(),
            uri.getPath().substring(1),
            decoded(signIn.substring(0, colon)),
            decoded(signIn.substring(Math.min(colon + 1, signIn.length()))));
      }
    } catch (URISyntaxException e) {
      // Said below: the exception's own message would show the password.
    }
    throw new IllegalArgumentException(
        "must look like postgresql://user:password@host:5432/database");
  }

  private static Connection open(
      String host, int port, String database, String user, String password) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
    properties.setProperty("ApplicationName", "verticker import");
    properties.setProperty("options", "-c TimeZone=UTC");
    return DriverManager.getConnection(
        "jdbc:postgresql://" + host + ":" + port + "/" + database, properties);
  }

  private static String decoded(String text) {
    // A plus sign is a plus sign outside of query strings.
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
