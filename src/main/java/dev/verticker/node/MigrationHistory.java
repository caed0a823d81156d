package dev.verticker.node;

import dev.verticker.settings.PostgresSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.VertxOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * What was migrated in the schemas of one database, read over one connection of the driver that the verticles use: a start that lacks
 * nothing loads no other. Blocks; not to be used on an event loop.
 */
final class MigrationHistory implements AutoCloseable {
  /** The table, in each schema. */
  static final String TABLE = "migrations";

  private static final int MAX_SECONDS = 3;

  /** Class 08, as the server itself would say it. */
  private static final String NO_CONNECTION = "08006";

  private final Vertx vertx;
  private final SqlConnection connection;

  private MigrationHistory(Vertx vertx, SqlConnection connection) {
    this.vertx = vertx;
    this.connection = connection;
  }

  /**
   * @throws SQLException with the state that the server gave; of class 08 when none answered within three seconds; without one when
   *     the two do not understand each other
   */
  static MigrationHistory open(PostgresSettings settings) throws SQLException {
    var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    try {
      return new MigrationHistory(vertx, await(PgConnection.connect(vertx, options(settings))));
    } catch (SQLException e) {
      vertx.close();
      throw e;
    }
  }

  /** Version and checksum of each migration of this schema that succeeded: {@code 3 -1234567}. */
  Set<String> of(String schema) throws SQLException {
    return await(connection
            .query("SELECT version, checksum FROM \"" + schema + "\"." + TABLE + " WHERE success")
            .collecting(Collectors.mapping(
                row -> row.getString("version") + " " + row.getInteger("checksum"),
                Collectors.toUnmodifiableSet()))
            .execute())
        .value();
  }

  @Override
  public void close() {
    connection.close();
    vertx.close().await();
  }

  private static <T> T await(Future<T> answer) throws SQLException {
    try {
      return answer.await(MAX_SECONDS, TimeUnit.SECONDS);
    } catch (PgException e) {
      throw new SQLException(e.getErrorMessage(), e.getSqlState(), e);
    } catch (TimeoutException e) {
      throw new SQLException("no answer within " + MAX_SECONDS + " s", NO_CONNECTION, e);
    } catch (Exception e) {
      throw new SQLException(e.getMessage(), isOfTheNetwork(e) ? NO_CONNECTION : null, e);
    }
  }

  private static boolean isOfTheNetwork(Exception e) {
    return e instanceof IOException || e instanceof VertxException;
  }

  private static PgConnectOptions options(PostgresSettings settings) {
    return new PgConnectOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        .setDatabase(settings.database())
        .setUser(settings.user())
        .setPassword(settings.password().value())
        .addProperty("application_name", "verticker migrations");
  }
}
