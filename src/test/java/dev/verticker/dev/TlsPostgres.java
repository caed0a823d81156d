package dev.verticker.dev;

import dev.verticker.testing.TestAuthority.Certificate;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL server that accepts TLS connections only, of user postgres with any password. */
public final class TlsPostgres implements AutoCloseable {
  private final EmbeddedPostgres server;

  public TlsPostgres(Certificate certificate) throws IOException, SQLException {
    server = EmbeddedPostgres.builder()
        .setServerConfig("ssl", "on")
        .setServerConfig("ssl_cert_file", certificate.certificate().toString())
        .setServerConfig("ssl_key_file", certificate.key().toString())
        .start();
    refuseUnencryptedConnections();
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  private void refuseUnencryptedConnections() throws IOException, SQLException {
    var url = "jdbc:postgresql://localhost:" + port() + "/postgres?user=postgres";
    try (var connection = DriverManager.getConnection(url);
        var statement = connection.createStatement()) {
      try (var rows = statement.executeQuery("SHOW hba_file")) {
        rows.next();
        var file = Path.of(rows.getString(1));
        var rules = new ArrayList<>(List.of("hostnossl all all all reject"));
        rules.addAll(Files.readAllLines(file));
        Files.write(file, rules);
      }
      statement.execute("SELECT pg_reload_conf()");
    }
  }
}
