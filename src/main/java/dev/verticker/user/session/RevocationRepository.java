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
   */
  private static final String SINCE =
      """
      WITH request AS (
        SELECT pg_catalog.pg_current_snapshot() AS now, $1::text::pg_catalog.pg_snapshot AS claimed
      ), known AS (
        SELECT now,
               CASE WHEN pg_catalog.pg_snapshot_xmax(claimed) <= pg_catalog.pg_snapshot_xmax(now)
                    THEN claimed
                END AS seen
          FROM request
      )
      SELECT known.now::text AS now, page.*
        FROM known
        LEFT JOIN LATERAL (
          SELECT r.id, r.user_id, r.least_ver, r.session_id, r.reason, r.expires_at
            FROM account.revocations r
           WHERE r.id > $2
             AND r.expires_at > $3
             AND r.written_by >= coalesce(pg_catalog.pg_snapshot_xmin(known.seen), '0'::pg_catalog.xid8)
             AND (known.seen IS NULL OR NOT pg_catalog.pg_visible_in_snapshot(r.written_by, known.seen))
           ORDER BY r.id
           LIMIT $4
        ) page ON true
       ORDER BY page.id
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
      last = row.getLong("id");
    }
    return new RevocationPage(revocations, new RevocationCursor(targetSnapshot, null, 0), false);
  }

  private static Revocation revocation(Row row) {
    var session = row.getUUID("session_id");
    return new Revocation(
        row.getLong("user_id"),
        row.getLong("least_ver"),
        session == null ? null : session.toString(),
        reason(row.getString("reason")),
        Rows.instant(row, "expires_at"));
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
