package dev.verticker.node;

import dev.verticker.settings.PostgresSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings schemas up to date before verticles use them. One folder and one history table per schema. Flyway is asked only for those
 * whose history lacks something: with each schema it opens connections and reads through the jar.
 */
public final class Migrations {
  private static final Logger log = LoggerFactory.getLogger(Migrations.class);
  private static final String FOLDER = "db/migration";
  private static final int CONNECT_SECONDS = 3;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final String folder;
  private final Duration patience;

  /**
   * @param folder on the class path, holds a folder for each schema
   * @param patience how long to wait for a server that does not answer yet
   */
  Migrations(String folder, Duration patience) {
    this.folder = folder;
    this.patience = patience;
  }

  /**
   * Those in the jar.
   *
   * @param patience how long to wait for a server that does not answer yet
   */
  public static Migrations packaged(Duration patience) {
    return new Migrations(FOLDER, patience);
  }

  /** @throws CannotStart when a server, a database or a login is not there, or a migration fails */
  public void migrateAll(List<PostgresSettings> schemas) {
    schemas.stream().collect(Collectors.groupingBy(Migrations::login)).values().stream()
        .flatMap(ofOneLogin -> lacking(ofOneLogin).stream())
        .forEach(this::migrateByFlyway);
  }

  /** The same for one schema. */
  public void migrate(PostgresSettings schema) {
    migrateAll(List.of(schema));
  }

  /** What several schemas may share. */
  private static List<Object> login(PostgresSettings schema) {
    return List.of(
        schema.host(),
        schema.port(),
        schema.database(),
        schema.user(),
        schema.password().value());
  }

  private List<PostgresSettings> lacking(List<PostgresSettings> ofOneLogin) {
    try (var history = await(ofOneLogin.get(0))) {
      return ofOneLogin.stream()
          .filter(each -> !packaged(each.schema()).areIn(history))
          .toList();
    }
  }

  private PackagedMigrations packaged(String schema) {
    return new PackagedMigrations(folder + "/" + schema, schema);
  }

  private void migrateByFlyway(PostgresSettings settings) {
    var schema = settings.schema();
    try {
      var result = Flyway.configure()
          .dataSource(source(settings))
          .schemas(schema)
          .defaultSchema(schema)
          .table(MigrationHistory.TABLE)
          .locations("classpath:" + folder + "/" + schema)
          .failOnMissingLocations(true)
          .load()
          .migrate();
      if (result.migrationsExecuted > 0) {
        log.info("schema {} is now at version {}", schema, result.targetSchemaVersion);
      }
    } catch (FlywayException e) {
      throw new StartupException(
          StartupException.ENVIRONMENT,
          "schema " + schema + " cannot be migrated: " + oneLine(e.getMessage()),
          e);
    }
  }

  private static DataSource source(PostgresSettings settings) {
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {settings.host()});
    source.setPortNumbers(new int[] {settings.port()});
    source.setDatabaseName(settings.database());
    source.setUser(settings.user());
    source.setPassword(settings.password().value());
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setLoginTimeout(CONNECT_SECONDS);
    source.setApplicationName("verticker migrations");
    return source;
  }

  private MigrationHistory await(PostgresSettings login) {
    var end = System.nanoTime() + patience.toNanos();
    var told = false;
    while (true) {
      try {
        return MigrationHistory.open(login);
      } catch (SQLException e) {
        var mayCome = mayCome(e);
        if (!mayCome || System.nanoTime() > end) {
          throw refused(login, e);
        }
        if (!told) {
          told = true;
          log.info("waiting for PostgreSQL at {}", where(login));
        }
        pause();
      }
    }
  }

  /** Connection class 08, or the server says that it is starting up or shutting down (57P01 to 57P03). */
  private static boolean mayCome(SQLException e) {
    var state = String.valueOf(e.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }

  private StartupException refused(PostgresSettings login, SQLException e) {
    var message =
        switch (String.valueOf(e.getSQLState())) {
          case "28P01", "28000" ->
            "POSTGRES_USER, POSTGRES_PASSWORD: PostgreSQL at " + where(login) + " refuses user \""
                + login.user() + "\" with this password";
          case "3D000" ->
            "POSTGRES_DB: PostgreSQL at " + where(login) + " has no database \"" + login.database()
                + "\"";
          default ->
            mayCome(e)
                ? "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL answers at " + where(login)
                    + " (waited " + patience.toSeconds() + " s)"
                : "PostgreSQL at " + where(login) + " cannot be used: " + oneLine(e.getMessage());
        };
    return new StartupException(StartupException.ENVIRONMENT, message, e);
  }

  private static String where(PostgresSettings login) {
    return login.host() + ":" + login.port();
  }

  private static String oneLine(String text) {
    return String.valueOf(text).strip().replaceAll("\\s*[\\r\\n]+\\s*", " | ");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartupException(
          StartupException.ENVIRONMENT, "interrupted while waiting for PostgreSQL", e);
    }
  }
}
