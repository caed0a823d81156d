package dev.verticker.node;

import dev.verticker.settings.PostgresSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a schema up to date before a verticle uses it. One folder and one history table per schema. */
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

  /** @throws CannotStart when the server, the database or the login is not there, or a migration fails */
  public void migrate(PostgresSettings settings) {
    var source = source(settings);
    await(source, settings);
    try {
      var result = Flyway.configure()
          .dataSource(source)
          .schemas(settings.schema())
          .defaultSchema(settings.schema())
          .table("migrations")
          .locations("classpath:" + folder + "/" + settings.schema())
          .failOnMissingLocations(true)
          .load()
          .migrate();
      if (result.migrationsExecuted > 0) {
        log.info("schema {} is now at version {}", settings.schema(), result.targetSchemaVersion);
      }
    } catch (FlywayException e) {
      throw new CannotStart(
          CannotStart.ENVIRONMENT,
          "schema " + settings.schema() + " cannot be migrated: " + oneLine(e.getMessage()),
          e);
    }
  }

  private void await(PGSimpleDataSource source, PostgresSettings settings) {
    var end = System.nanoTime() + patience.toNanos();
    var told = false;
    while (true) {
      try {
        source.getConnection().close();
        return;
      } catch (SQLException e) {
        var mayCome = mayCome(e);
        if (!mayCome || System.nanoTime() > end) {
          throw refused(settings, e);
        }
        if (!told) {
          told = true;
          log.info("waiting for PostgreSQL at {}", where(settings));
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

  private CannotStart refused(PostgresSettings settings, SQLException e) {
    var message =
        switch (String.valueOf(e.getSQLState())) {
          case "28P01", "28000" ->
            "POSTGRES_USER, POSTGRES_PASSWORD: PostgreSQL at " + where(settings)
                + " refuses user \"" + settings.user() + "\" with this password";
          case "3D000" ->
            "POSTGRES_DB: PostgreSQL at " + where(settings) + " has no database \""
                + settings.database() + "\"";
          default ->
            mayCome(e)
                ? "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL answers at " + where(settings)
                    + " (waited " + patience.toSeconds() + " s)"
                : "PostgreSQL at " + where(settings) + " cannot be used: "
                    + oneLine(e.getMessage());
        };
    return new CannotStart(CannotStart.ENVIRONMENT, message, e);
  }

  private static PGSimpleDataSource source(PostgresSettings settings) {
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

  private static String where(PostgresSettings settings) {
    return settings.host() + ":" + settings.port();
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
