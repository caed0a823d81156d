package dev.verticker.node;

import dev.verticker.settings.PostgresSettings;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Migrates schemas with Flyway before verticles use them. Each schema has its own folder and its own history table. */
public final class Migrations {
  private static final Logger log = LoggerFactory.getLogger(Migrations.class);
  private static final String HISTORY_TABLE = "migrations";

  /** The SQL states with which the driver reports a server without TLS, and a certificate with another host name. */
  private static final String NO_TLS = "08004";

  private static final String WRONG_HOST_NAME = "08006";
  private static final int CONNECT_TIMEOUT_SECONDS = 3;
  private static final Duration RETRY_INTERVAL = Duration.ofMillis(500);

  /** The driver logs a rejected host name, in addition to its exception. Referenced, so that it keeps its level. */
  private static final java.util.logging.Logger DRIVER =
      java.util.logging.Logger.getLogger("org.postgresql");

  static {
    DRIVER.setLevel(java.util.logging.Level.OFF);
  }

  private final String folder;
  private final Duration maxWait;

  /** @param folder on the class path, contains a folder for each schema */
  Migrations(String folder, Duration maxWait) {
    this.folder = folder;
    this.maxWait = maxWait;
  }

  /** @param maxWait how long to wait for a server that does not respond yet */
  public static Migrations packaged(Duration maxWait) {
    return new Migrations("db/migration", maxWait);
  }

  /**
   * @throws StartupException when a server is unavailable, rejects the login or has no such database, or a migration
   *     fails
   */
  public void migrateAll(List<PostgresSettings> schemas) {
    schemas.parallelStream().forEach(this::migrate);
  }

  /**
   * Migrates the schema. Does not use Flyway's own retries, because Flyway also retries authentication failures and its
   * errors do not name a setting.
   */
  public void migrate(PostgresSettings settings) {
    var end = System.nanoTime() + maxWait.toNanos();
    var flyway = flyway(settings);
    var logged = false;
    while (true) {
      try {
        var result = flyway.migrate();
        if (result.migrationsExecuted > 0) {
          log.info(
              "schema {} migrated to version {}", settings.schema(), result.targetSchemaVersion);
        }
        return;
      } catch (FlywayException e) {
        if (!isTemporary(settings, e) || System.nanoTime() > end) {
          throw new StartupException(StartupException.ENVIRONMENT, describe(settings, e), e);
        }
        if (!logged) {
          logged = true;
          log.info("waiting for PostgreSQL at {}", address(settings));
        }
        pause();
      }
    }
  }

  private Flyway flyway(PostgresSettings settings) {
    return Flyway.configure()
        .dataSource(source(settings))
        .schemas(settings.schema())
        .table(HISTORY_TABLE)
        .locations("classpath:" + folder + "/" + settings.schema())
        .failOnMissingLocations(true)
        .load();
  }

  private static DataSource source(PostgresSettings settings) {
    var source = new PGSimpleDataSource();
    source.setServerNames(new String[] {settings.host()});
    source.setPortNumbers(new int[] {settings.port()});
    source.setDatabaseName(settings.database());
    source.setUser(settings.user());
    source.setPassword(settings.password().value());
    source.setConnectTimeout(CONNECT_TIMEOUT_SECONDS);
    source.setLoginTimeout(CONNECT_TIMEOUT_SECONDS);
    source.setApplicationName("verticker migrations");
    if (settings.tls()) {
      source.setSslMode("verify-full");
      settings
          .authorities()
          .ifPresentOrElse(
              file -> source.setSslRootCert(file.toString()),
              () -> source.setSslfactory(DefaultJavaSSLFactory.class.getName()));
    }
    return source;
  }

  /** Connection failures (class 08), and a server that is starting up or shutting down (class 57P). */
  private static boolean isTemporary(PostgresSettings settings, FlywayException e) {
    var state = sqlState(e);
    return state.startsWith("08") && tlsError(settings, e).isEmpty() || state.startsWith("57P");
  }

  /**
   * Why the server's certificate is rejected, or TLS is not possible; empty for any other failure. The driver reports a
   * wrong host name as a connection failure without a cause.
   */
  private static Optional<String> tlsError(PostgresSettings settings, FlywayException e) {
    if (!settings.tls()) {
      return Optional.empty();
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof GeneralSecurityException && cause.getCause() == null) {
        return Optional.of(oneLine(cause.getMessage()));
      }
    }
    var state = sqlState(e);
    return NO_TLS.equals(state) || WRONG_HOST_NAME.equals(state) && e.getCause().getCause() == null
        ? Optional.of(oneLine(e.getCause().getMessage()))
        : Optional.empty();
  }

  private static String sqlState(FlywayException e) {
    return e.getCause() instanceof SQLException cause ? String.valueOf(cause.getSQLState()) : "";
  }

  private String describe(PostgresSettings settings, FlywayException e) {
    var server = "PostgreSQL at " + address(settings);
    return switch (sqlState(e)) {
      case "28P01", "28000" ->
        "POSTGRES_USER, POSTGRES_PASSWORD: " + server + " rejects the login of user \""
            + settings.user() + "\": check user name, password, POSTGRES_TLS and pg_hba.conf";
      case "3D000" ->
        "POSTGRES_DB: " + server + " has no database \"" + settings.database()
            + "\", create it first";
      default ->
        tlsError(settings, e)
            .map(reason -> "POSTGRES_TLS, POSTGRES_TLS_CA: no verified TLS connection to " + server
                + ": " + reason)
            .orElseGet(() -> describeOther(settings, e));
    };
  }

  private String describeOther(PostgresSettings settings, FlywayException e) {
    return isTemporary(settings, e)
        ? "POSTGRES_HOST, POSTGRES_PORT: no PostgreSQL server responds at " + address(settings)
            + " (waited " + maxWait.toSeconds() + " s)"
        : "Cannot migrate schema " + settings.schema() + ": " + oneLine(e.getMessage());
  }

  private static String address(PostgresSettings settings) {
    return settings.host() + ":" + settings.port();
  }

  private static String oneLine(String text) {
    return String.valueOf(text).strip().replaceAll("\\s*[\\r\\n]+\\s*", " | ");
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(RETRY_INTERVAL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartupException(
          StartupException.ENVIRONMENT, "Interrupted while waiting for PostgreSQL", e);
    }
  }
}
