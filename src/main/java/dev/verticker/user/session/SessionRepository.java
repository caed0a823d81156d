package dev.verticker.user.session;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.first;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Session;
import dev.verticker.user.change.AccessRevocation;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The rows of {@code account.sessions}. A session that ends is deleted, and its access tokens are revoked in the same
 * transaction.
 */
public final class SessionRepository implements AccessRevocation {
  private static final String INSERT =
      """
      INSERT INTO account.sessions (id, user_id, device, token_hash, created_at, last_used_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $5, $6)
      """;

  private static final String DELETE_SURPLUS =
      """
      DELETE FROM account.sessions
       WHERE id IN (SELECT s.id
                      FROM account.sessions s
                     WHERE s.user_id = $1
                     ORDER BY s.last_used_at DESC, s.id
                    OFFSET $2)
      RETURNING id
      """;

  private static final String LOCK =
      """
      SELECT s.id, s.token_hash, s.generation, s.rotated_at, s.created_at, s.expires_at, %s,
             true AS known_address,
             CASE WHEN s.child_generation = s.generation THEN s.parent_generation
                  ELSE s.generation - 1
              END AS parent
        FROM account.sessions s
        JOIN account.users u ON u.id = s.user_id
       WHERE s.id = $1
         FOR UPDATE OF s
      """
          .formatted(AccountRepository.COLUMNS);

  private static final String ROTATE =
      """
      UPDATE account.sessions
         SET token_hash = $2, generation = $3, parent_generation = $4, child_generation = $3,
             rotated_at = $5, last_used_at = $6, expires_at = $7
       WHERE id = $1
      """;

  private static final String DELETE =
      "DELETE FROM account.sessions WHERE id = $1 AND user_id = $2";

  private static final String DELETE_OTHERS =
      "DELETE FROM account.sessions WHERE user_id = $1 AND id <> $2";

  private static final String DELETE_ALL = "DELETE FROM account.sessions WHERE user_id = $1";

  private static final String LIST =
      """
      SELECT id, device, created_at, last_used_at, expires_at
        FROM account.sessions
       WHERE user_id = $1
         AND expires_at > $2
       ORDER BY last_used_at DESC, id
      """;

  private final Database database;
  private final RevocationRepository revocations;

  public SessionRepository(Database database, RevocationRepository revocations) {
    this.database = database;
    this.revocations = revocations;
  }

  Future<Void> insert(
      SqlConnection tx,
      long userId,
      RefreshToken token,
      String device,
      Instant now,
      Instant expiresAt) {
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(
            token.session(), userId, device, Buffer.buffer(token.hash()), utc(now), utc(expiresAt)))
        .mapEmpty();
  }

  Future<Optional<SessionRow>> lock(SqlConnection tx, UUID id) {
    return tx.preparedQuery(LOCK)
        .execute(Tuple.of(id))
        .map(rows -> first(rows, SessionRepository::session));
  }

  /** @param parent generation of the token that was exchanged for the successor */
  Future<Void> rotate(
      SqlConnection tx,
      RefreshToken successor,
      int parent,
      List<Instant> rotatedAt,
      Instant now,
      Instant expiresAt) {
    var rotations = rotatedAt.stream().map(at -> utc(at)).toArray(OffsetDateTime[]::new);
    return tx.preparedQuery(ROTATE)
        .execute(Tuple.of(
            successor.session(),
            Buffer.buffer(successor.hash()),
            successor.generation(),
            parent,
            rotations,
            utc(now),
            utc(expiresAt)))
        .mapEmpty();
  }

  /** Ends the session. Returns whether it existed and belonged to the user. */
  Future<Boolean> end(SqlConnection tx, UUID id, long userId, Reason reason) {
    return tx.preparedQuery(DELETE).execute(Tuple.of(id, userId)).compose(rows -> {
      var ended = rows.rowCount() > 0 ? List.of(id) : List.<UUID>of();
      return revocations.revokeSessions(tx, userId, ended, reason).map(!ended.isEmpty());
    });
  }

  /** Ends all sessions except the {@code kept} most recently used ones. */
  Future<Void> endSurplus(SqlConnection tx, long userId, int kept) {
    return tx.preparedQuery(DELETE_SURPLUS)
        .execute(Tuple.of(userId, kept))
        .map(rows -> all(rows, row -> row.getUUID("id")))
        .compose(ended -> revocations.revokeSessions(tx, userId, ended, Reason.SESSION_ENDED));
  }

  /** Ends all sessions but one, and revokes every access token below {@code minVersion}. */
  public Future<Void> endOthers(
      SqlConnection tx, long userId, UUID kept, long minVersion, Reason reason) {
    return tx.preparedQuery(DELETE_OTHERS)
        .execute(Tuple.of(userId, kept))
        .compose(deleted -> revocations.revokeUser(tx, userId, minVersion, reason));
  }

  @Override
  public Future<Void> revokeTokens(SqlConnection tx, long userId, long minVersion) {
    return revocations.revokeUser(tx, userId, minVersion, Reason.ROLES_CHANGED);
  }

  @Override
  public Future<Void> endSessions(SqlConnection tx, long userId, long minVersion, Reason reason) {
    return tx.preparedQuery(DELETE_ALL)
        .execute(Tuple.of(userId))
        .compose(deleted -> revocations.revokeUser(tx, userId, minVersion, reason));
  }

  Future<List<Session>> list(long userId, String current, Instant now) {
    return database
        .query(LIST, Tuple.of(userId, utc(now)))
        .map(rows -> all(rows, row -> listed(row, current)));
  }

  private static SessionRow session(Row row) {
    var rotations = List.of(row.getArrayOfOffsetDateTimes("rotated_at"));
    return new SessionRow(
        row.getUUID("id"),
        AccountRepository.account(row),
        row.getBuffer("token_hash").getBytes(),
        row.getInteger("generation"),
        row.getInteger("parent"),
        rotations.stream().map(OffsetDateTime::toInstant).toList(),
        instant(row, "created_at"),
        instant(row, "expires_at"));
  }

  private static Session listed(Row row, String current) {
    var id = row.getUUID("id").toString();
    return new Session(
        id,
        row.getString("device"),
        instant(row, "created_at"),
        instant(row, "last_used_at"),
        instant(row, "expires_at"),
        id.equals(current));
  }
}
