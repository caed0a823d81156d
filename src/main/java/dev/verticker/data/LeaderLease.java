package dev.verticker.data;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease in PostgreSQL: the node that holds it is the leader. Each new holder has a higher token. The holder extends the lease
 * every second; without success it resigns before the lease expires on the clock of the server, and another node acquires it.
 * Used on one event loop.
 *
 * <p>A node that was suspended may still run a transaction after its lease expired: {@link #check} in each transaction of the
 * leader rejects those that begin after another node acquired the lease.
 */
public final class LeaderLease {
  private static final Logger log = LoggerFactory.getLogger(LeaderLease.class);

  /** Another node leads within this time and one interval after a crash. */
  public static final Duration DEFAULT_TERM = Duration.ofSeconds(5);

  private static final int PARTS = 5;

  /** Extends the lease of this node, or takes one that has expired. */
  private static final String ACQUIRE =
      """
      INSERT INTO %1$s.leases AS held (name, holder, token, expires_at)
      VALUES ($1, $2, 1, clock_timestamp() + $3::bigint * interval '1 millisecond')
          ON CONFLICT (name) DO UPDATE
         SET token = CASE held.holder WHEN excluded.holder THEN held.token ELSE held.token + 1 END,
             holder = excluded.holder,
             expires_at = excluded.expires_at
       WHERE held.holder = excluded.holder
          OR held.expires_at < clock_timestamp()
      RETURNING token
      """;

  private static final String RELEASE =
      """
      UPDATE %1$s.leases
         SET expires_at = clock_timestamp() - interval '1 millisecond'
       WHERE name = $1
         AND holder = $2
      """;

  private static final String CHECK =
      """
      SELECT
        FROM %1$s.leases
       WHERE name = $1
         AND holder = $2
         AND token = $3
      """;

  private final Vertx vertx;
  private final Database database;
  private final Key key;
  private final Duration term;
  private final LongSupplier nanoTime;
  private final String holder = UUID.randomUUID().toString();
  private final List<Listener> listeners = new ArrayList<>();
  private long token;
  private long heldUntil;
  private boolean leader;
  private boolean requested;
  private boolean stopped;

  /**
   * @param schema the schema with the table {@code leases}
   * @param name of the work that the leader does
   */
  public record Key(String schema, String name) {}

  /** Called on the event loop of the lease. */
  public interface Listener {
    void onElected();

    void onResigned();
  }

  /** Another node has acquired the lease. */
  public static final class LeaseLostException extends RuntimeException {
    LeaseLostException(String name) {
      super("this node does not hold the lease \"" + name + "\" any more", null, false, false);
    }
  }

  public LeaderLease(Vertx vertx, Database database, Key key) {
    this(vertx, database, key, DEFAULT_TERM, System::nanoTime);
  }

  /** @param nanoTime monotonic */
  LeaderLease(Vertx vertx, Database database, Key key, Duration term, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.database = database;
    this.key = key;
    this.term = term;
    this.nanoTime = nanoTime;
  }

  public LeaderLease addListener(Listener listener) {
    listeners.add(listener);
    return this;
  }

  /** Requests the lease now and periodically, until the undeployment of the calling verticle. */
  public void start() {
    vertx.setPeriodic(term.toMillis() / PARTS, timer -> request());
    request();
  }

  /** Lets another node acquire the lease at once; never fails. */
  public Future<Void> stop() {
    stopped = true;
    resign("the node stops");
    return database
        .query(RELEASE.formatted(key.schema()), Tuple.of(key.name(), holder))
        .otherwiseEmpty()
        .mapEmpty();
  }

  /** Returns whether this node leads. */
  public boolean isHeld() {
    if (leader && nanoTime.getAsLong() - heldUntil >= 0) {
      resign("the database did not extend it in time");
    }
    return leader;
  }

  /** Fails with {@link LeaseLostException} unless this node leads; call it in each transaction of the leader. */
  public Future<Void> check(SqlConnection tx) {
    if (!isHeld()) {
      return Future.failedFuture(new LeaseLostException(key.name()));
    }
    return tx.preparedQuery(CHECK.formatted(key.schema()))
        .execute(Tuple.of(key.name(), holder, token))
        .compose(rows -> rows.size() == 1
            ? Future.succeededFuture()
            : Future.failedFuture(new LeaseLostException(key.name())));
  }

  private void request() {
    isHeld();
    if (requested || stopped) {
      return;
    }
    requested = true;
    var sentAt = nanoTime.getAsLong();
    database
        .query(ACQUIRE.formatted(key.schema()), Tuple.of(key.name(), holder, term.toMillis()))
        .onComplete(result -> {
          requested = false;
          if (stopped || result.failed()) {
            isHeld();
            return;
          }
          var rows = result.result().iterator();
          if (rows.hasNext()) {
            // One interval earlier than on the server, so that this node resigns before another one
            // leads.
            heldUntil = sentAt + term.minus(term.dividedBy(PARTS)).toNanos();
            elect(rows.next().getLong("token"));
          } else {
            resign("another node acquired it");
          }
        });
  }

  private void elect(long newToken) {
    var renewed = leader && token == newToken;
    if (leader && !renewed) {
      resign("another node acquired it in between");
    }
    token = newToken;
    if (!renewed && nanoTime.getAsLong() - heldUntil < 0) {
      leader = true;
      log.info("acquired the lease \"{}\" with token {}", key.name(), token);
      listeners.forEach(Listener::onElected);
    }
  }

  private void resign(String reason) {
    if (leader) {
      leader = false;
      log.info("resigned the lease \"{}\" with token {}: {}", key.name(), token, reason);
      listeners.forEach(Listener::onResigned);
    }
  }
}
