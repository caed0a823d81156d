package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.Secret;
import dev.verticker.testing.RefusingPort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MigrationsTest {
  private static final String FOLDER = "db/test-migration";

  private static EmbeddedPostgres postgres;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = EmbeddedPostgres.builder().start();
    execute("CREATE ROLE ada LOGIN SUPERUSER PASSWORD 'right'");
    askAdaForHerPassword();
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  @Test
  void each_schema_has_its_own_folder_and_history_and_a_second_run_changes_nothing()
      throws SQLException {
    var migrations = new Migrations(FOLDER, Duration.ZERO);
    for (var run = 0; run < 2; run++) {
      migrations.migrate(settings("market", postgres.getPort(), "postgres", "right"));
      migrations.migrate(settings("account", postgres.getPort(), "postgres", "right"));
    }
    assertEquals(
        List.of("account.migrations", "account.other", "market.migrations", "market.thing"),
        query("SELECT table_schema || '.' || table_name FROM information_schema.tables"
            + " WHERE table_schema IN ('account', 'market') ORDER BY 1"));
    assertEquals(
        List.of("1", "2"),
        query("SELECT version FROM market.migrations WHERE version IS NOT NULL ORDER BY 1"));
  }

  @Test
  void all_schemas_of_a_node_are_migrated_together() throws SQLException {
    execute("CREATE DATABASE whole");
    migrate("whole", "ada", "market", "account");
    migrate("whole", "ada", "market", "account");
    executeIn("whole", "INSERT INTO market.thing SELECT FROM account.other WHERE false");
  }

  @Test
  void a_migration_that_was_edited_after_it_ran_is_rejected() throws SQLException {
    execute("CREATE DATABASE edited");
    migrate("edited", "ada", "market");
    executeIn("edited", "UPDATE market.migrations SET checksum = 1 WHERE version = '1'");

    var refusal = assertThrows(StartupException.class, () -> migrate("edited", "ada", "market"));

    assertTrue(refusal.getMessage().startsWith("Cannot migrate schema market: "));
    assertTrue(refusal.getMessage().contains("checksum mismatch"), refusal.getMessage());
  }

  @Test
  void a_database_of_version_1_0_0_keeps_starting_although_comments_were_reworded()
      throws SQLException {
    execute("CREATE DATABASE released");
    var settings = settings("account", postgres.getPort(), "released", "ada", "right");
    var migrations = Migrations.packaged(Duration.ZERO);
    migrations.migrate(settings);
    var checksum = "UPDATE account.migrations SET checksum = %d WHERE version = '%d'";
    executeIn("released", checksum.formatted(-1941576075, 1));
    executeIn("released", checksum.formatted(1095059179, 2));
    executeIn("released", checksum.formatted(796455495, 3));

    migrations.migrate(settings);

    executeIn("released", checksum.formatted(1, 2));
    assertThrows(StartupException.class, () -> migrations.migrate(settings));
  }

  @Test
  void a_wrong_password_fails_at_once_and_is_not_printed() {
    var refusal = refusal(FOLDER, settings("market", postgres.getPort(), "postgres", "wrong"));
    assertEquals(
        "POSTGRES_USER, POSTGRES_PASSWORD: PostgreSQL at localhost:" + postgres.getPort()
            + " rejects the login of user \"ada\": check user name, password, POSTGRES_TLS and pg_hba.conf",
        refusal.getMessage());
    assertFalse(refusal.getMessage().contains("wrong"));
  }

  @Test
  void a_missing_database_is_reported_with_its_name() {
    assertEquals(
        "POSTGRES_DB: PostgreSQL at localhost:" + postgres.getPort()
            + " has no database \"nowhere\", create it first",
        refusal(FOLDER, settings("market", postgres.getPort(), "nowhere", "right"))
            .getMessage());
  }

  @Test
  void a_server_that_does_not_respond_is_reported_after_the_timeout() {
    var port = RefusingPort.number();
    assertEquals(
        "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL server responds at localhost:" + port
            + " (waited 1 s)",
        assertThrows(StartupException.class, () -> new Migrations(FOLDER, Duration.ofSeconds(1))
                .migrate(settings("market", port, "postgres", "right")))
            .getMessage());
  }

  @Test
  void a_broken_migration_is_reported_in_one_line() throws SQLException {
    execute("CREATE DATABASE broken");
    var message = refusal(
            "db/broken-migration", settings("market", postgres.getPort(), "broken", "right"))
        .getMessage();
    assertTrue(message.startsWith("Cannot migrate schema market: "), message);
    assertTrue(message.contains("TABEL"), message);
    assertFalse(message.contains("\n"), message);
  }

  private static StartupException refusal(String folder, PostgresSettings settings) {
    var refusal =
        assertThrows(StartupException.class, () -> new Migrations(folder, Duration.ofMinutes(5))
            .migrate(settings));
    assertEquals(StartupException.ENVIRONMENT, refusal.exitCode());
    return refusal;
  }

  private static void migrate(String database, String user, String... schemas) {
    new Migrations(FOLDER, Duration.ZERO)
        .migrateAll(Stream.of(schemas)
            .map(schema -> settings(schema, postgres.getPort(), database, user, "right"))
            .toList());
  }

  private static PostgresSettings settings(
      String schema, int port, String database, String password) {
    return settings(schema, port, database, "ada", password);
  }

  private static PostgresSettings settings(
      String schema, int port, String database, String user, String password) {
    return new PostgresSettings(
        schema,
        "localhost",
        port,
        database,
        user,
        new Secret(password),
        1,
        false,
        Optional.empty());
  }

  /** The embedded server accepts any password; a production server does not. */
  private static void askAdaForHerPassword() throws IOException, SQLException {
    var file = Path.of(query("SHOW hba_file").get(0));
    var rules = new ArrayList<>(List.of("host all ada all scram-sha-256"));
    rules.addAll(Files.readAllLines(file));
    Files.write(file, rules);
    execute("SELECT pg_reload_conf()");
  }

  private static void execute(String sql) throws SQLException {
    executeIn("postgres", sql);
  }

  private static void executeIn(String database, String sql) throws SQLException {
    try (var connection = postgres.getDatabase("postgres", database).getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(String sql) throws SQLException {
    try (var connection = postgres.getPostgresDatabase().getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var all = new ArrayList<String>();
      while (rows.next()) {
        all.add(rows.getString(1));
      }
      return all;
    }
  }
}
