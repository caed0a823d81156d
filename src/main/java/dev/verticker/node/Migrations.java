package dev.verticker.node;

import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
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

  /** What several schemas may share. */
  private record Login(String host, int port, String database, String user, Secret password) {
    static Login of(PostgresSettings settings) {
      return new Login(
          settings.host(),
          settings.port(),
          settings.database(),
          settings.user(),
          settings.password());
    }

    DataSource source() {
      var source = new PGSimpleDataSource();
      source.setServerNames(new String[] {host});
      source.setPortNumbers(new int[] {port});
      source.setDatabaseName(database);
      source.setUser(user);
      source.setPassword(password.value());
      source.setConnectTimeout(CONNECT_SECONDS);
      source.setLoginTimeout(CONNECT_SECONDS);
      source.setApplicationName("verticker migrations");
      return source;
    }

    String where() {
      return host + ":" + port;
    }
  }

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
    schemas.stream()
        .collect(Collectors.groupingBy(Login::of, LinkedHashMap::new, Collectors.toList()))
        .forEach(this::migrate);
  }

  /** The same for one schema. */
  public void migrate(PostgresSettings schema) {
    migrateAll(List.of(schema));
  }

  private void migrate(Login login, List<PostgresSettings> schemas) {
    try (var connection = await(login)) {
      schemas.stream()
          .filter(each -> !packaged(each.schema()).areIn(connection))
          .forEach(each -> migrate(login.source(), each.schema()));
    } catch (SQLException e) {
      throw refused(login, e);
    }
  }

  private PackagedMigrations packaged(String schema) {
    return new PackagedMigrations(folder + "/" + schema, schema);
  }

  private void migrate(DataSource source, String schema) {
    try {
      var result = Flyway.configure()
          .dataSource(source)
          .schemas(schema)
          .defaultSchema(schema)
          .table(PackagedMigrations.HISTORY)
          .locations("classpath:" + folder + "/" + schema)
          .failOnMissingLocations(true)
          .load()
          .migrate();
      if (result.migrationsExecuted > 0) {
        log.info("schema {} is now at version {}", schema, result.targetSchemaVersion);
      }
    } catch (FlywayException e) {
      throw new CannotStart(
          CannotStart.ENVIRONMENT,
          "schema " + schema + " cannot be migrated: " + oneLine(e.getMessage()),
          e);
    }
  }

  private Connection await(Login login) {
    var end = System.nanoTime() + patience.toNanos();
    var told = false;
    while (true) {
      try {
        return login.source().getConnection();
      } catch (SQLException e) {
        var mayCome = mayCome(e);
        if (!mayCome || System.nanoTime() > end) {
          throw refused(login, e);
        }
        if (!told) {
          told = true;
          log.info("waiting for PostgreSQL at {}", login.where());
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

  private CannotStart refused(Login login, SQLException e) {
    var message =
        switch (String.valueOf(e.getSQLState())) {
          case "28P01", "28000" ->
            "POSTGRES_USER, POSTGRES_PASSWORD: PostgreSQL at " + login.where() + " refuses user \""
                + login.user() + "\" with this password";
          case "3D000" ->
            "POSTGRES_DB: PostgreSQL at " + login.where() + " has no database \"" + login.database()
                + "\"";
          default ->
            mayCome(e)
                ? "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL answers at " + login.where()
                    + " (waited " + patience.toSeconds() + " s)"
                : "PostgreSQL at " + login.where() + " cannot be used: " + oneLine(e.getMessage());
        };
    return new CannotStart(CannotStart.ENVIRONMENT, message, e);
  }

  private static String oneLine(String text) {
    return String.valueOf(text).strip().replaceAll("\\s*[\\r\\n]+\\s*", " | ");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CannotStart(CannotStart.ENVIRONMENT, "interrupted while waiting for PostgreSQL", e);
    }
  }
}
