package dev.verticker.data;

import dev.verticker.bus.Failure;
import dev.verticker.settings.PostgresSettings;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.OpenCircuitException;
import io.vertx.circuitbreaker.TimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one service to its schema. Whatever happens to the server, an answer comes within three seconds:
 * a result, the server's own {@link PgException} for what the statement did wrong, or {@link Failure.Unavailable}. After
 * five outages in a row within ten seconds calls fail at once and one call a second tries again. Our own mistakes are not taken for
 * an outage, nor is what the server cannot do just now (no space, a row that somebody holds): that is unavailable, all else goes on.
 */
public final class Database {
  private static final Logger log = LoggerFactory.getLogger(Database.class);
  private static final int POOL_WAIT_MS = 1000;
  private static final int STATEMENT_MS = 2000;
  private static final int ANSWER_MS = 2800;
  private static final int SILENT_CONNECTION_MS = 3000;
  private static final int UNUSED_CONNECTION_MS = 2000;
  private static final int POOL_CLEANING_MS = 500;
  private static final int MAX_QUEUE = 200;
  private static final int PROBE_MS = 1000;

  /** Shorter than a statement may take, so that waiting for a row is not taken for a slow server. */
  private static final int LOCK_MS = 1500;

  /** No space on its disk; read-only; waited for a lock in vain; of two that waited for each other; not serializable. */
  private static final Set<String> NOT_NOW = Set.of("53100", "25006", "55P03", "40P01", "40001");

  private final Pool pool;
  private final CircuitBreaker breaker;
  private final String schema;
  private final Vertx vertx;
  private final long probing;
  private boolean closed;

  /** Read by the health check on a thread of its own. */
  private volatile boolean away;

  private Database(Vertx vertx, PostgresSettings settings) {
    this.schema = settings.schema();
    this.pool = pool(vertx, settings);
    this.breaker = CircuitBreaker.create(
            "postgres-" + schema,
            vertx,
            new CircuitBreakerOptions()
                .setMaxFailures(5)
                .setFailuresRollingWindow(10_000)
                .setTimeout(ANSWER_MS)
                .setResetTimeout(PROBE_MS))
        .failurePolicy(result -> result.failed() && Server.after(result.cause()) == Server.AWAY);
    this.vertx = vertx;
    this.probing = vertx.setPeriodic(PROBE_MS, id -> probe());
  }

  /** Opens no connection yet; a server that is away is no reason not to start. */
  public static Database open(Vertx vertx, PostgresSettings settings) {
    return new Database(vertx, settings);
  }

  public Future<RowSet<Row>> query(String sql, Tuple parameters) {
    return guarded(() -> pool.preparedQuery(sql).execute(parameters));
  }

  /** The results of all rows, chained through {@link RowSet#next()}. */
  public Future<RowSet<Row>> batch(String sql, List<Tuple> rows) {
    return guarded(() -> pool.preparedQuery(sql).executeBatch(rows));
  }

  /** Commits when the future succeeds, rolls back when it fails. */
  public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
    return guarded(() -> pool.withTransaction(work));
  }

  /** Why the schema cannot be reached now; empty while it can. Answers from memory. */
  public Optional<String> outage() {
    return away ? Optional.of("PostgreSQL does not answer for schema " + schema) : Optional.empty();
  }

  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(probing);
    return pool.close();
  }

  private <T> Future<T> guarded(Supplier<Future<T>> work) {
    return breaker.execute(work::get).recover(failure -> {
      if (Server.after(failure) == Server.FINE) {
        return Future.failedFuture(failure);
      }
      log.debug("no answer for schema {}", schema, failure);
      return Future.failedFuture(
          new Failure.Unavailable("database-unavailable", "The database does not answer now."));
    });
  }

  private void probe() {
    query("SELECT 1", Tuple.tuple()).onComplete(result -> {
      if (!closed && result.failed() != away) {
        away = result.failed();
        if (away) {
          log.warn("PostgreSQL does not answer for schema {}", schema);
        } else {
          log.info("PostgreSQL answers again for schema {}", schema);
        }
      }
    });
  }

  /** What a failed call says of the server. */
  private enum Server {
    /** It did its work: the statement, or our own code, is at fault. */
    FINE,
    /** It works but cannot do this now: no space, read-only, somebody else holds the row. */
    BUSY,
    /** It is away, or cannot do its work at all. */
    AWAY;

    static Server after(Throwable failure) {
      if (failure instanceof PgException pg && pg.getSqlState() != null) {
        return after(pg.getSqlState());
      }
      return failure instanceof Failure || isOurs(failure) ? FINE : AWAY;
    }

    /** Away are the classes for connection, resource, operator and system. */
    private static Server after(String sqlState) {
      if (NOT_NOW.contains(sqlState)) {
        return BUSY;
      }
      return switch (sqlState.substring(0, 2)) {
        case "08", "53", "57", "58", "XX" -> AWAY;
        default -> FINE;
      };
    }

    /** What the driver and the circuit breaker do not throw. */
    private static boolean isOurs(Throwable failure) {
      return (failure instanceof RuntimeException || failure instanceof Error)
          && !(failure instanceof VertxException
              || failure instanceof OpenCircuitException
              || failure instanceof TimeoutException);
    }
  }

  private static Pool pool(Vertx vertx, PostgresSettings settings) {
    var connect = new PgConnectOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        .setDatabase(settings.database())
        .setUser(settings.user())
        .setPassword(settings.password().value())
        .setCachePreparedStatements(true)
        .setProperties(Map.of(
            "application_name",
            "verticker-" + settings.schema(),
            "search_path",
            "pg_catalog",
            "timezone",
            "UTC",
            "statement_timeout",
            Integer.toString(STATEMENT_MS),
            "lock_timeout",
            Integer.toString(LOCK_MS),
            "idle_in_transaction_session_timeout",
            "3000"));
    var bounds = new PoolOptions()
        .setMaxSize(settings.poolSize())
        .setMaxWaitQueueSize(MAX_QUEUE)
        .setConnectionTimeout(POOL_WAIT_MS)
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
        // Before the silence below is noticed: a statement must not get a connection that is just
        // being given up.
        .setIdleTimeout(UNUSED_CONNECTION_MS)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setPoolCleanerPeriod(POOL_CLEANING_MS);
    // A connection on which nothing was heard for so long is given up: a black-holed server never
    // closes it.
    var network = new NetClientOptions()
        .setConnectTimeout(POOL_WAIT_MS)
        .setReadIdleTimeout(SILENT_CONNECTION_MS)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    return PgBuilder.pool()
        .using(vertx)
        .with(bounds)
        .with(network)
        .connectingTo(connect)
        .build();
  }
}
