package dev.verticker.data;

import dev.verticker.bus.Failure;
import dev.verticker.settings.PostgresSettings;
import io.vertx.circuitbreaker.CircuitBreaker;
import io.vertx.circuitbreaker.CircuitBreakerOptions;
import io.vertx.circuitbreaker.CircuitBreakerState;
import io.vertx.circuitbreaker.OpenCircuitException;
import io.vertx.circuitbreaker.TimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.TransactionRollbackException;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection pool of one service. Every call completes within three seconds: with a result, with the server's
 * {@link PgException} for an invalid statement, or with {@link Failure.Unavailable}. Five outages within ten seconds open a
 * circuit breaker: calls fail immediately, and one call per second probes the server. Invalid statements and exceptions of
 * the caller do not count as outages. Neither do temporary errors (disk full, lock timeout), which fail with
 * {@link Failure.Unavailable} too. A connection on which the driver receives invalid data is closed, and the call fails with
 * {@link Failure.Unavailable}.
 */
public final class Database {
  private static final Logger log = LoggerFactory.getLogger(Database.class);
  private static final String CODE = "database-unavailable";
  private static final String DETAIL = "The database is unavailable: try again in a moment.";
  private static final int CONNECT_TIMEOUT_MS = 1000;
  private static final int STATEMENT_TIMEOUT_MS = 2000;
  private static final int CALL_TIMEOUT_MS = 2800;
  private static final int READ_IDLE_TIMEOUT_MS = 3000;
  private static final int POOL_IDLE_TIMEOUT_MS = 2000;
  private static final int POOL_CLEANER_PERIOD_MS = 500;
  private static final int MAX_QUEUE = 200;
  private static final int PROBE_INTERVAL_MS = 1000;
  private static final long NO_TIMER = -1;

  /** Lock timeout, shorter than the statement timeout, so that a row lock does not look like a slow server. */
  private static final int LOCK_TIMEOUT_MS = 1500;

  /** Disk full, read-only transaction, lock timeout, deadlock, serialization failure. */
  private static final Set<String> TEMPORARY_ERRORS =
      Set.of("53100", "25006", "55P03", "40P01", "40001");

  private final Optional<VerifiedTls> tls;
  private final Pool pool;
  private final CircuitBreaker breaker;
  private final String schema;
  private final Vertx vertx;
  private final long probeTimer;
  private final OutageLog outageLog = new OutageLog();
  private final LongAdder startedCalls = new LongAdder();
  private boolean closed;

  // Volatile, because calls and health checks run on other threads.
  private volatile String lastFailure = OutageReason.NO_RESPONSE;
  private volatile String outage;

  private Database(Vertx vertx, PostgresSettings settings, boolean background) {
    this.schema = settings.schema();
    this.tls =
        settings.tls() ? Optional.of(new VerifiedTls(settings.authorities())) : Optional.empty();
    this.pool = pool(vertx, settings, tls, background ? schema + "-background" : schema);
    this.breaker = CircuitBreaker.create(
            "postgres-" + schema,
            vertx,
            new CircuitBreakerOptions()
                .setMaxFailures(5)
                .setFailuresRollingWindow(10_000)
                .setTimeout(CALL_TIMEOUT_MS)
                .setResetTimeout(PROBE_INTERVAL_MS))
        .failurePolicy(
            result -> result.failed() && Condition.of(result.cause()) == Condition.UNAVAILABLE);
    this.vertx = vertx;
    this.probeTimer = background ? NO_TIMER : vertx.setPeriodic(PROBE_INTERVAL_MS, id -> probe());
  }

  /** Creates the pool without a connection, so that a node starts while the server is unavailable. */
  public static Database open(Vertx vertx, PostgresSettings settings) {
    return new Database(vertx, settings, false);
  }

  /**
   * Creates a pool of one connection for work in the background, which calls of {@link #open} must not delay. It reports no
   * outage: the pool of {@link #open} does.
   */
  public static Database openForBackground(Vertx vertx, PostgresSettings settings) {
    return new Database(vertx, settings.withPoolSize(1), true);
  }

  public Future<RowSet<Row>> query(String sql, Tuple parameters) {
    return guarded((connection, start) -> {
      start.run();
      return connection.preparedQuery(sql).execute(parameters);
    });
  }

  /**
   * Wraps a handler of requests, so that another node can process a request that has had no effect on this node: the circuit
   * breaker was open, or the first call of the handler got no working connection. If any call of this pool has started since
   * the request, it may have been one of this handler, and the request counts as started.
   */
  public <Q, A> Function<Q, Future<A>> whileAvailable(Function<Q, Future<A>> handler) {
    return request -> {
      if (breaker.state() != CircuitBreakerState.CLOSED) {
        return Future.failedFuture(Failure.Unavailable.notStarted(CODE, DETAIL));
      }
      var before = startedCalls.sum();
      return handler
          .apply(request)
          .recover(failure -> Future.failedFuture(
              isNotStarted(failure) && startedCalls.sum() != before
                  ? new Failure.Unavailable(CODE, DETAIL)
                  : failure));
    };
  }

  private static boolean isNotStarted(Throwable failure) {
    return failure instanceof Failure.Unavailable unavailable && !unavailable.isStarted();
  }

  /** Runs a transaction: commits if the future succeeds, rolls back if it fails. */
  public <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
    return guarded((connection, start) -> connection.begin().compose(tx -> {
      start.run();
      return Future.succeededFuture(connection)
          .compose(work)
          .compose(result -> tx.commit().map(result), failure -> rollBack(tx, failure));
    }));
  }

  /** The current outage, as of the last probe; empty while the server is available. */
  public Optional<String> outage() {
    return Optional.ofNullable(outage)
        .map(reason -> "PostgreSQL is unavailable for schema " + schema + ": " + reason);
  }

  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(probeTimer);
    return pool.close();
  }

  /** An exception of the caller leaves a connection that can roll back; one of the driver does not. */
  private static <T> Future<T> rollBack(Transaction tx, Throwable failure) {
    return failure instanceof TransactionRollbackException
        ? Future.failedFuture(failure)
        : tx.rollback()
            .transform(rolledBack -> Future.failedFuture(
                rolledBack.succeeded() && isException(failure)
                    ? new CallerException(failure)
                    : failure));
  }

  /** Neither an error of the server nor a failure that the driver or the circuit breaker reports. */
  private static boolean isException(Throwable failure) {
    return (failure instanceof RuntimeException || failure instanceof Error)
        && !(failure instanceof Failure
            || failure instanceof VertxException
            || failure instanceof OpenCircuitException
            || failure instanceof TimeoutException);
  }

  /** @param work calls the second argument before its first statement that can have an effect */
  private <T> Future<T> guarded(BiFunction<SqlConnection, Runnable, Future<T>> work) {
    var started = new AtomicBoolean();
    Runnable start = () -> {
      started.set(true);
      startedCalls.increment();
    };
    Supplier<Future<T>> call = () -> pool.withConnection(connection ->
        Future.succeededFuture(connection).compose(ready -> work.apply(ready, start)));
    return breaker.execute(call).recover(failure -> {
      if (failure instanceof CallerException) {
        return Future.failedFuture(failure.getCause());
      }
      if (Condition.of(failure) == Condition.AVAILABLE) {
        return Future.failedFuture(failure);
      }
      if (isException(failure)) {
        log.warn("Invalid data from PostgreSQL for schema {}: connection closed", schema, failure);
      } else {
        log.debug("call failed for schema {}", schema, failure);
      }
      if (!(failure instanceof OpenCircuitException)) {
        lastFailure = reason(failure);
      }
      // After a timeout of the circuit breaker, the call may still start.
      return Future.failedFuture(
          started.get() || failure instanceof TimeoutException
              ? new Failure.Unavailable(CODE, DETAIL)
              : Failure.Unavailable.notStarted(CODE, DETAIL));
    });
  }

  private String reason(Throwable failure) {
    return failure instanceof VertxException
        ? tls.flatMap(VerifiedTls::rejection).orElseGet(() -> OutageReason.of(failure))
        : OutageReason.of(failure);
  }

  private void probe() {
    query("SELECT 1", Tuple.tuple()).onComplete(result -> {
      if (closed) {
        return;
      }
      if (result.succeeded()) {
        outage = null;
        if (outageLog.end()) {
          log.info("PostgreSQL is available again for schema {}", schema);
        }
        return;
      }
      outage = result.cause() instanceof Failure ? lastFailure : reason(result.cause());
      if (outageLog.accepts(outage)) {
        log.warn("PostgreSQL is unavailable for schema {}: {}", schema, outage);
      }
    });
  }

  /** An exception in the work of a transaction. */
  private static final class CallerException extends RuntimeException {
    CallerException(Throwable cause) {
      super(null, cause, false, false);
    }
  }

  /** The condition of the server after a failed call. */
  private enum Condition {
    /** The statement, or the caller's code, is wrong. */
    AVAILABLE,
    /** The server works and rejects this call with a temporary error. */
    BUSY,
    /** The server is unreachable or does not work. */
    UNAVAILABLE;

    static Condition of(Throwable failure) {
      if (failure instanceof PgException pg && pg.getSqlState() != null) {
        return ofSqlState(pg.getSqlState());
      }
      return failure instanceof Failure || failure instanceof CallerException
          ? AVAILABLE
          : UNAVAILABLE;
    }

    /** Classes: connection exception, insufficient resources, operator intervention, system error, internal error. */
    private static Condition ofSqlState(String sqlState) {
      if (TEMPORARY_ERRORS.contains(sqlState)) {
        return BUSY;
      }
      return switch (sqlState.substring(0, 2)) {
        case "08", "53", "57", "58", "XX" -> UNAVAILABLE;
        default -> AVAILABLE;
      };
    }
  }

  /** @param name tag of the metrics of the pool */
  private static Pool pool(
      Vertx vertx, PostgresSettings settings, Optional<VerifiedTls> tls, String name) {
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
            Integer.toString(STATEMENT_TIMEOUT_MS),
            "lock_timeout",
            Integer.toString(LOCK_TIMEOUT_MS),
            "idle_in_transaction_session_timeout",
            "3000"));
    tls.ifPresent(
        verified -> connect.setSslMode(SslMode.VERIFY_FULL).setSslOptions(verified.options()));
    var bounds = new PoolOptions()
        .setName(name)
        .setMaxSize(settings.poolSize())
        .setMaxWaitQueueSize(MAX_QUEUE)
        .setConnectionTimeout(CONNECT_TIMEOUT_MS)
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
        // Shorter than the read idle timeout below: a statement must not get a connection that is
        // about to be closed.
        .setIdleTimeout(POOL_IDLE_TIMEOUT_MS)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setPoolCleanerPeriod(POOL_CLEANER_PERIOD_MS);
    // A black-holed server never closes its connections.
    var network = new NetClientOptions()
        .setConnectTimeout(CONNECT_TIMEOUT_MS)
        .setReadIdleTimeout(READ_IDLE_TIMEOUT_MS)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    return PgBuilder.pool()
        .using(vertx)
        .with(bounds)
        .with(network)
        .connectingTo(connect)
        .build();
  }
}
