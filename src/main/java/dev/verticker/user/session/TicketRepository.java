package dev.verticker.user.session;

import static dev.verticker.data.Rows.first;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import dev.verticker.message.Sessions.Identity;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The rows of {@code account.tickets}: one-time tickets that open a socket. */
public final class TicketRepository {
  /** Waits for a transaction that ends the session: otherwise the check of the foreign key would fail after it. */
  private static final String INSERT =
      """
      INSERT INTO account.tickets (hash, session_id, token_expires_at, expires_at)
      SELECT $1, s.id, $4, $5
        FROM account.sessions s
       WHERE s.id = $2
         AND s.user_id = $3
         AND s.expires_at > $6
         FOR KEY SHARE OF s
      """;

  private static final String REDEEM =
      """
      DELETE FROM account.tickets t
       USING account.sessions s, account.users u
       WHERE t.hash = $1
         AND s.id = t.session_id
         AND u.id = s.user_id
      RETURNING t.expires_at > $2 AND u.status = 'active' AS valid, t.token_expires_at, s.id, u.id AS user_id,
                u.username, u.roles, u.ver
      """;

  private final Database database;

  public TicketRepository(Database database) {
    this.database = database;
  }

  /** Stores the ticket, unless the session has ended. Returns whether it was stored. */
  Future<Boolean> insert(
      byte[] hash,
      UUID session,
      long userId,
      Instant tokenExpiresAt,
      Instant now,
      Instant expiresAt) {
    return database
        .query(
            INSERT,
            Tuple.of(
                Buffer.buffer(hash),
                session,
                userId,
                utc(tokenExpiresAt),
                utc(expiresAt),
                utc(now)))
        .map(rows -> rows.rowCount() > 0);
  }

  /** Deletes the ticket, so that it cannot be redeemed twice; empty if it is not valid. */
  Future<Optional<Identity>> redeem(byte[] hash, Instant now) {
    return database.query(REDEEM, Tuple.of(Buffer.buffer(hash), utc(now))).map(rows -> first(
            rows, row -> row)
        .filter(row -> row.getBoolean("valid"))
        .map(TicketRepository::identity));
  }

  private static Identity identity(Row row) {
    return new Identity(
        row.getLong("user_id"),
        row.getString("username"),
        List.of(row.getArrayOfStrings("roles")),
        row.getUUID("id").toString(),
        row.getLong("ver"),
        instant(row, "token_expires_at"));
  }
}
