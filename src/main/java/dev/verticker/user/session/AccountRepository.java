package dev.verticker.user.session;

import static dev.verticker.data.Rows.first;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import dev.verticker.message.Users.Status;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The columns of {@code account.users} that sign-in reads and writes, and the rows of {@code account.sign_in_addresses}. */
public final class AccountRepository {
  /** The columns of {@code account.users u}. */
  static final String COLUMNS =
      "u.id AS user_id, u.username, u.full_name, u.email, u.password_hash, u.roles, u.status, u.ver";

  private static final String FIND =
      """
      SELECT %s,
             EXISTS (SELECT FROM account.sign_in_addresses a
                      WHERE a.user_id = u.id AND a.address = ANY ($2)) AS known_address
        FROM account.users u
       WHERE pg_catalog.lower(u.username COLLATE "C") = pg_catalog.lower($1 COLLATE "C")
         AND u.status <> 'deleted'
      """
          .formatted(COLUMNS);

  private static final String FIND_BY_ID =
      "SELECT " + COLUMNS + ", true AS known_address FROM account.users u WHERE u.id = $1";

  /** Waits for a concurrent password change to finish; no row matches after it, because the hash differs. */
  private static final String LOCK =
      """
      SELECT %s, true AS known_address
        FROM account.users u
       WHERE u.id = $1
         AND u.password_hash = $2
         AND u.status = 'active'
         FOR NO KEY UPDATE
      """
          .formatted(COLUMNS);

  private static final String REHASH = "UPDATE account.users SET password_hash = $2 WHERE id = $1";

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
      "UPDATE account.users SET ver = ver + 1 WHERE id = $1 RETURNING ver";

  private static final String REMEMBER_ADDRESS =
      """
      INSERT INTO account.sign_in_addresses (user_id, address, seen_at)
      VALUES ($1, $2, $3)
      ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at
      """;

  private final Database database;

  public AccountRepository(Database database) {
    this.database = database;
  }

  /** @param addressHashes the client's address, hashed with every accepted key */
  public Future<Optional<Account>> find(String username, List<byte[]> addressHashes) {
    if (!Account.isUsername(username)) {
      return Future.succeededFuture(Optional.empty());
    }
    var addresses = addressHashes.stream().map(Buffer::buffer).toArray(Buffer[]::new);
    return database
        .query(FIND, Tuple.of(username, (Object) addresses))
        .map(rows -> first(rows, AccountRepository::account));
  }

  public Future<Optional<Account>> find(long id) {
    return database
        .query(FIND_BY_ID, Tuple.of(id))
        .map(rows -> first(rows, AccountRepository::account));
  }

  /** The current account, locked; empty if it is not active or its password hash has changed. */
  public Future<Optional<Account>> lock(SqlConnection tx, Account read) {
    return tx.preparedQuery(LOCK)
        .execute(Tuple.of(read.id(), read.passwordHash()))
        .map(rows -> first(rows, AccountRepository::account));
  }

  public Future<Void> rehash(SqlConnection tx, long userId, String hash) {
    return tx.preparedQuery(REHASH).execute(Tuple.of(userId, hash)).mapEmpty();
  }

  /** The new version; empty if the account is not active or its password hash has changed. */
  public Future<Optional<Long>> changePassword(SqlConnection tx, Account read, String hash) {
    return tx.preparedQuery(CHANGE_PASSWORD)
        .execute(Tuple.of(read.id(), read.passwordHash(), hash))
        .map(rows -> first(rows, row -> row.getLong("ver")));
  }

  /** The new version; empty if the user does not exist. */
  Future<Optional<Long>> raiseVersion(SqlConnection tx, long userId) {
    return tx.preparedQuery(RAISE_VERSION)
        .execute(Tuple.of(userId))
        .map(rows -> first(rows, row -> row.getLong("ver")));
  }

  public Future<Void> rememberAddress(
      SqlConnection tx, long userId, byte[] addressHash, Instant now) {
    return tx.preparedQuery(REMEMBER_ADDRESS)
        .execute(Tuple.of(userId, Buffer.buffer(addressHash), utc(now)))
        .mapEmpty();
  }

  static Account account(Row row) {
    return new Account(
        row.getLong("user_id"),
        row.getString("username"),
        row.getString("full_name"),
        row.getString("email"),
        row.getString("password_hash"),
        List.of(row.getArrayOfStrings("roles")),
        Status.ACTIVE.wireName().equals(row.getString("status")),
        row.getLong("ver"),
        row.getBoolean("known_address"));
  }
}
