package dev.verticker.legacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.dev.TlsPostgres;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.Secret;
import dev.verticker.testing.TestAuthority;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcConnectionsTest {
  @Test
  void the_import_verifies_the_certificate_and_host_name_of_the_database(@TempDir Path folder)
      throws Exception {
    var authority = new TestAuthority(folder, "authority");
    var other = new TestAuthority(folder, "other-authority");
    try (var postgres = new TlsPostgres(authority.issue("server", "dns:localhost"))) {
      try (var connection =
          JdbcConnections.open(settings("localhost", postgres.port(), authority))) {
        assertEquals(
            "t",
            JdbcConnections.queryOne(
                connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"));
      }
      assertThrows(
          SQLException.class,
          () -> JdbcConnections.open(settings("localhost", postgres.port(), other)));
      assertThrows(
          SQLException.class,
          () -> JdbcConnections.open(settings("127.0.0.1", postgres.port(), authority)));
    }
  }

  private static PostgresSettings settings(String host, int port, TestAuthority trusted) {
    return new PostgresSettings(
        "account",
        host,
        port,
        "postgres",
        "postgres",
        new Secret("any"),
        1,
        true,
        Optional.of(trusted.file()));
  }
}
