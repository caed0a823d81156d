package dev.verticker.user.session;

import dev.verticker.bus.Bus;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Revocation;
import dev.verticker.message.Sessions.RevocationCursor;
import dev.verticker.message.Sessions.RevocationPage;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * The rows of {@code account.revocations}: access tokens that are rejected before they expire. The transaction of a
 * change inserts a row; every API verticle polls the rows twice a second.
 */
public final class RevocationRepository {
  /** The lifetime of an access token plus one minute for clock skew. */
  private static final Duration RETENTION = TokenIssuer.ACCESS_TOKEN_LIFETIME.plusMinutes(1);

  private static final int MAX_PAGE = 500;

  private static final String WRITE =
      """
      INSERT INTO account.revocations (user_id, least_ver, session_id, reason, expires_at)
      VALUES ($1, $2, $3, $4, $5)
      """;

  /**
   * Rows that are visible now and were not visible in the caller's snapshot. Ids are assigned before the commit, so a lower
   * id may become visible after a higher one; a snapshot lists exactly the transactions it includes. A snapshot that is ahead
   * of this server comes from another server (before a restore): then all rows are returned.
   *
   * <p>All rows are read in the order of their ids, new ones in the order of their transactions, so that neither query reads
   * rows that it skips. The position $2 is an id, negative in the order of transactions.
   */
  private static final String SINCE =
      """
      WITH request AS (
        SELECT pg_catalog.pg_current_snapshot() AS now, $1::text::pg_catalog.pg_snapshot AS claimed
      ), known AS MATERIALIZED (
        SELECT now,
               CASE WHEN pg_catalog.pg_snapshot_xmax(claimed) <= pg_catalog.pg_snapshot_xmax(now)
                    THEN claimed
                END AS seen,
               (SELECT written_by FROM account.revocations WHERE id = -$2::bigint) AS reached
          FROM request
      )
      SELECT known.now::text AS now, known.seen IS NOT NULL AS by_transaction, page.*
        FROM known
        LEFT JOIN LATERAL (
          (SELECT r.written_by, r.id, r.user_id, r.least_ver, r.session_id, r.issued_before, r.reason, r.expires_at
             FROM account.revocations r
            WHERE known.seen IS NULL
              AND r.id > GREATEST($2::bigint, 0)
              AND r.expires_at > $3
            ORDER BY r.id
            LIMIT $4)
          UNION ALL
          (SELECT r.written_by, r.id, r.user_id, r.least_ver, r.session_id, r.issued_before, r.reason, r.expires_at
             FROM account.revocations r
            WHERE known.seen IS NOT NULL
              AND (r.written_by, r.id) > (COALESCE(known.reached, pg_catalog.pg_snapshot_xmin(known.seen)),
                                          CASE WHEN known.reached IS NULL THEN 0 ELSE -$2::bigint END)
              AND NOT pg_catalog.pg_visible_in_snapshot(r.written_by, known.seen)
              AND r.expires_at > $3
            ORDER BY r.written_by, r.id
            LIMIT $4)
        ) page ON true
       ORDER BY CASE WHEN known.seen IS NOT NULL THEN page.written_by END, page.id
      """;

  private final Database database;
  private final Bus bus;
  private final Clock clock;

  public RevocationRepository(Database database, Bus bus, Clock clock) {
    this.database = database;
    this.bus = bus;
    this.clock = clock;
  }

  Future<Void> revokeUser(SqlConnection tx, long userId, long minVersion, Reason reason) {
    return write(tx, List.of(Tuple.of(userId, minVersion, null, reason.name(), expiry())));
  }

  Future<Void> revokeSessions(SqlConnection tx, long userId, List<UUID> sessions, Reason reason) {
    return write(
        tx,
        sessions.stream()
            .map(session -> Tuple.of(userId, null, session, reason.name(), expiry()))
            .toList());
  }

  /**
   * Returns a page of at most 500 revocations and the cursor of the next page.
   *
   * @param position null = from the first
   */
  public Future<RevocationPage> since(RevocationCursor position) {
    var cursor = position == null ? new RevocationCursor(null, null, 0) : position;
    var parameters = Tuple.of(cursor.snapshot(), cursor.after(), now(), MAX_PAGE + 1);
    return database.query(SINCE, parameters).map(rows -> page(cursor, rows));
  }

  private Future<Void> write(SqlConnection tx, List<Tuple> rows) {
    if (rows.isEmpty()) {
      return Future.succeededFuture();
    }
    tx.transaction()
        .completion()
        .onSuccess(committed -> bus.publish(Sessions.REVOKED, new Sessions.RevokedHint()));
    return tx.preparedQuery(WRITE).executeBatch(rows).mapEmpty();
  }

  private static RevocationPage page(RevocationCursor cursor, RowSet<Row> rows) {
    var snapshot = rows.iterator().next().getString("now");
    var byTransaction = rows.iterator().next().getBoolean("by_transaction");
    // All pages of one request end at the snapshot of the first page.
    var targetSnapshot = cursor.targetSnapshot() == null ? snapshot : cursor.targetSnapshot();
    var revocations = new ArrayList<Revocation>();
    var last = cursor.after();
    for (var row : rows) {
      if (row.getLong("id") == null) {
        break;
      }
      if (revocations.size() == MAX_PAGE) {
        return new RevocationPage(
            revocations, new RevocationCursor(cursor.snapshot(), targetSnapshot, last), true);
      }
      revocations.add(revocation(row));
      last = byTransaction ? -row.getLong("id") : row.getLong("id");
    }
    return new RevocationPage(revocations, new RevocationCursor(targetSnapshot, null, 0), false);
  }

  private static Revocation revocation(Row row) {
    var issuedBefore = Rows.instant(row, "issued_before");
    var reason = reason(row.getString("reason"));
    var expiresAt = Rows.instant(row, "expires_at");
    if (issuedBefore != null) {
      return Revocation.ofEveryone(issuedBefore, reason, expiresAt);
    }
    var session = row.getUUID("session_id");
    return session == null
        ? Revocation.ofUser(row.getLong("user_id"), row.getLong("least_ver"), reason, expiresAt)
        : Revocation.ofSession(row.getLong("user_id"), session.toString(), reason, expiresAt);
  }

  private static Reason reason(String name) {
    return Arrays.stream(Reason.values())
        .filter(reason -> reason.name().equals(name))
        .findAny()
        .orElse(Reason.UNKNOWN);
  }

  private OffsetDateTime expiry() {
    return now().plus(RETENTION);
  }

  private OffsetDateTime now() {
    return Rows.utc(clock.instant());
  }
}
