package dev.verticker.user;

import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping;
import dev.verticker.message.Sessions.Identity;
import dev.verticker.message.Sessions.Session;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Sessions, the tickets they gave, and what signing in reads of users. */
final class SessionRepository {
  private static final String ACCOUNT_COLUMNS =
      "u.id AS user_id, u.username, u.full_name, u.email, u.password_hash, u.roles, u.status, u.ver";

  private static final String ACCOUNT =
      """
      SELECT %s,
             EXISTS (SELECT FROM account.sign_in_addresses a
                      WHERE a.user_id = u.id AND a.address = ANY ($2)) AS known_address
        FROM account.users u
       WHERE pg_catalog.lower(u.username COLLATE "C") = pg_catalog.lower($1 COLLATE "C")
         AND u.status <> 'deleted'
      """
          .formatted(ACCOUNT_COLUMNS);

  private static final String ACCOUNT_BY_ID =
      """
      SELECT %s, true AS known_address
        FROM account.users u
       WHERE u.id = $1
      """
          .formatted(ACCOUNT_COLUMNS);

  /** The lock makes a password change that is under way finish first; then the hash is another. */
  private static final String LOCK_ACCOUNT =
      """
      SELECT %s, true AS known_address
        FROM account.users u
       WHERE u.id = $1
         AND u.password_hash = $2
         AND u.status = 'active'
         FOR NO KEY UPDATE
      """
          .formatted(ACCOUNT_COLUMNS);

  private static final String REHASH =
      """
      UPDATE account.users
         SET password_hash = $2
       WHERE id = $1
      """;

  private static final String CHANGE_PASSWORD =
      """
      UPDATE account.users
         SET password_hash = $3, ver = ver + 1
       WHERE id = $1
         AND password_hash = $2
         AND status = 'active'
      RETURNING ver
      """;

  private static final String RAISE_VERSION =
      """
      UPDATE account.users
         SET ver = ver + 1
       WHERE id = $1
      RETURNING ver
      """;

  private static final String REMEMBER_ADDRESS =
      """
      INSERT INTO account.sign_in_addresses (user_id, address, seen_at)
      VALUES ($1, $2, $3)
      ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at
      """;

  private static final String INSERT =
      """
      INSERT INTO account.sessions (id, user_id, device, token_hash, created_at, last_used_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $5, $6)
      """;

  /** All but the last used ones. */
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
             true AS known_address
        FROM account.sessions s
        JOIN account.users u ON u.id = s.user_id
       WHERE s.id = $1
         FOR UPDATE OF s
      """
          .formatted(ACCOUNT_COLUMNS);

  private static final String ROTATE =
      """
      UPDATE account.sessions
         SET token_hash = $2, generation = generation + 1, rotated_at = $3, last_used_at = $4, expires_at = $5
       WHERE id = $1
      """;

  private static final String DELETE =
      """
      DELETE FROM account.sessions
       WHERE id = $1
         AND user_id = $2
      RETURNING id
      """;

  private static final String DELETE_OTHERS =
      """
      DELETE FROM account.sessions
       WHERE user_id = $1
         AND id <> $2
      """;

  private static final String DELETE_ALL =
      """
      DELETE FROM account.sessions
       WHERE user_id = $1
      """;

  private static final String LIST =
      """
      SELECT id, device, created_at, last_used_at, expires_at
        FROM account.sessions
       WHERE user_id = $1
         AND expires_at > $2
       ORDER BY last_used_at DESC, id
      """;

  private static final String INSERT_TICKET =
      """
      INSERT INTO account.tickets (hash, session_id, token_expires_at, expires_at)
      SELECT $1, s.id, $4, $5
        FROM account.sessions s
       WHERE s.id = $2
         AND s.user_id = $3
         AND s.expires_at > $6
      """;

  private static final String REDEEM_TICKET =
      """
      DELETE FROM account.tickets t
       USING account.sessions s, account.users u
       WHERE t.hash = $1
         AND s.id = t.session_id
         AND u.id = s.user_id
      RETURNING t.expires_at > $2 AND u.status = 'active' AS valid, t.token_expires_at, s.id, u.id AS user_id,
                u.username, u.roles, u.ver
      """;

  private static final String REMOVE_SESSIONS =
      """
      DELETE FROM account.sessions
       WHERE id IN (SELECT id FROM account.sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
      """;

  private static final String REMOVE_TICKETS =
      """
      DELETE FROM account.tickets
       WHERE hash IN (SELECT hash FROM account.tickets WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)
      """;

  private static final String REMOVE_ADDRESSES =
      """
      DELETE FROM account.sign_in_addresses
       WHERE (user_id, address) IN (SELECT user_id, address
                                      FROM account.sign_in_addresses
                                     WHERE seen_at <= $1
                                     ORDER BY seen_at
                                     LIMIT $2)
      """;

  private static final Duration ADDRESS_REMEMBERED = Duration.ofDays(180);

  private final Database database;

  SessionRepository(Database database) {
    this.database = database;
  }

  <T> Future<T> transaction(Function<SqlConnection, Future<T>> work) {
    return database.transaction(work);
  }

  /** @param addressHashes the asking address under every accepted key */
  Future<Optional<Account>> account(String username, List<byte[]> addressHashes) {
    var addresses = addressHashes.stream().map(Buffer::buffer).toArray(Buffer[]::new);
    return database
        .query(ACCOUNT, Tuple.of(username, (Object) addresses))
        .map(rows -> first(rows, SessionRepository::account));
  }

  Future<Optional<Account>> account(long id) {
    return database
        .query(ACCOUNT_BY_ID, Tuple.of(id))
        .map(rows -> first(rows, SessionRepository::account));
  }

  /** The account as it is now, locked; empty when it is not active or has another password hash by now. */
  Future<Optional<Account>> lockAccount(SqlConnection transaction, Account read) {
    return transaction
        .preparedQuery(LOCK_ACCOUNT)
        .execute(Tuple.of(read.id(), read.passwordHash()))
        .map(rows -> first(rows, SessionRepository::account));
  }

  Future<Void> rehash(SqlConnection transaction, long userId, String hash) {
    return transaction.preparedQuery(REHASH).execute(Tuple.of(userId, hash)).mapEmpty();
  }

  /** The new version; empty when the account is not active or has another password hash by now. */
  Future<Optional<Long>> changePassword(SqlConnection transaction, Account read, String hash) {
    return transaction
        .preparedQuery(CHANGE_PASSWORD)
        .execute(Tuple.of(read.id(), read.passwordHash(), hash))
        .map(rows -> first(rows, row -> row.getLong("ver")));
  }

  /** The new version; empty when there is no such user. */
  Future<Optional<Long>> raiseVersion(SqlConnection transaction, long userId) {
    return transaction
        .preparedQuery(RAISE_VERSION)
        .execute(Tuple.of(userId))
        .map(rows -> first(rows, row -> row.getLong("ver")));
  }

  Future<Void> rememberAddress(
      SqlConnection transaction, long userId, byte[] addressHash, Instant now) {
    return transaction
        .preparedQuery(REMEMBER_ADDRESS)
        .execute(Tuple.of(userId, Buffer.buffer(addressHash), utc(now)))
        .mapEmpty();
  }

  Future<Void> insert(
      SqlConnection transaction,
      long userId,
      RefreshToken token,
      String device,
      Instant now,
      Instant expiresAt) {
    return transaction
        .preparedQuery(INSERT)
        .execute(Tuple.of(
            token.session(), userId, device, Buffer.buffer(token.hash()), utc(now), utc(expiresAt)))
        .mapEmpty();
  }

  /** Ends all but the last used ones; the ids of those that ended. */
  Future<List<UUID>> deleteSurplus(SqlConnection transaction, long userId, int kept) {
    return transaction
        .preparedQuery(DELETE_SURPLUS)
        .execute(Tuple.of(userId, kept))
        .map(rows -> all(rows, row -> row.getUUID("id")));
  }

  Future<Optional<SessionRow>> lock(SqlConnection transaction, UUID id) {
    return transaction
        .preparedQuery(LOCK)
        .execute(Tuple.of(id))
        .map(rows -> first(rows, SessionRepository::session));
  }

  Future<Void> rotate(
      SqlConnection transaction,
      RefreshToken successor,
      List<Instant> rotatedAt,
      Instant now,
      Instant expiresAt) {
    var rotations = rotatedAt.stream().map(SessionRepository::utc).toArray(OffsetDateTime[]::new);
    return transaction
        .preparedQuery(ROTATE)
        .execute(Tuple.of(
            successor.session(),
            Buffer.buffer(successor.hash()),
            rotations,
            utc(now),
            utc(expiresAt)))
        .mapEmpty();
  }

  /** Whether there was such a session of this user. */
  Future<Boolean> delete(SqlConnection transaction, UUID id, long userId) {
    return transaction
        .preparedQuery(DELETE)
        .execute(Tuple.of(id, userId))
        .map(rows -> rows.size() > 0);
  }

  Future<Void> deleteOthers(SqlConnection transaction, long userId, UUID kept) {
    return transaction
        .preparedQuery(DELETE_OTHERS)
        .execute(Tuple.of(userId, kept))
        .mapEmpty();
  }

  Future<Void> deleteAll(SqlConnection transaction, long userId) {
    return transaction.preparedQuery(DELETE_ALL).execute(Tuple.of(userId)).mapEmpty();
  }

  Future<List<Session>> list(long userId, String current, Instant now) {
    return database
        .query(LIST, Tuple.of(userId, utc(now)))
        .map(rows -> all(rows, row -> listed(row, current)));
  }

  /** Whether the session is there to give one. */
  Future<Boolean> insertTicket(
      byte[] hash,
      UUID session,
      long userId,
      Instant tokenExpiresAt,
      Instant now,
      Instant expiresAt) {
    return database
        .query(
            INSERT_TICKET,
            Tuple.of(
                Buffer.buffer(hash),
                session,
                userId,
                utc(tokenExpiresAt),
                utc(expiresAt),
                utc(now)))
        .map(rows -> rows.rowCount() > 0);
  }

  /** Takes the ticket away, so that nobody else can; empty when it is not valid. */
  Future<Optional<Identity>> redeemTicket(byte[] hash, Instant now) {
    return database
        .query(REDEEM_TICKET, Tuple.of(Buffer.buffer(hash), utc(now)))
        .map(rows -> first(rows, row -> row)
            .filter(row -> row.getBoolean("valid"))
            .map(row -> identity(row)));
  }

  static void addChores(Housekeeping housekeeping) {
    housekeeping
        .removing("sessions", REMOVE_SESSIONS, Duration.ZERO)
        .removing("tickets", REMOVE_TICKETS, Duration.ZERO)
        .removing("sign-in addresses", REMOVE_ADDRESSES, ADDRESS_REMEMBERED);
  }

  private static Account account(Row row) {
    return new Account(
        row.getLong("user_id"),
        row.getString("username"),
        row.getString("full_name"),
        row.getString("email"),
        row.getString("password_hash"),
        List.of(row.getArrayOfStrings("roles")),
        "active".equals(row.getString("status")),
        row.getLong("ver"),
        row.getBoolean("known_address"));
  }

  private static SessionRow session(Row row) {
    var rotations = List.of(row.getArrayOfOffsetDateTimes("rotated_at"));
    return new SessionRow(
        row.getUUID("id"),
        account(row),
        row.getBuffer("token_hash").getBytes(),
        row.getInteger("generation"),
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

  private static Identity identity(Row row) {
    return new Identity(
        row.getLong("user_id"),
        row.getString("username"),
        List.of(row.getArrayOfStrings("roles")),
        row.getUUID("id").toString(),
        row.getLong("ver"),
        instant(row, "token_expires_at"));
  }

  private static <T> Optional<T> first(RowSet<Row> rows, Function<Row, T> shape) {
    return all(rows, shape).stream().findFirst();
  }

  private static <T> List<T> all(RowSet<Row> rows, Function<Row, T> shape) {
    return StreamSupport.stream(rows.spliterator(), false).map(shape).toList();
  }

  private static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
