package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Users;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.User;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** The rows of {@code account.users} and of {@code account.name_words}. */
final class UserRepository {
  static final String COLUMNS =
      "id, username, full_name, email, roles, status, created_at, updated_at, revision, ver";

  private static final String FIND = "SELECT " + COLUMNS + " FROM account.users WHERE id = $1";

  private static final String LOCK_BY_USERNAME =
      """
      SELECT %s, status_if_restored
        FROM account.users
       WHERE pg_catalog.lower(username COLLATE "C") = pg_catalog.lower($1::text COLLATE "C")
         AND status <> 'deleted'
         FOR UPDATE
      """
          .formatted(COLUMNS);

  private static final String FIND_TAKEN =
      """
      SELECT EXISTS (
               SELECT FROM account.users
                WHERE pg_catalog.lower(username COLLATE "C") = pg_catalog.lower($1::text COLLATE "C")
                  AND status <> 'deleted') AS username_taken,
             EXISTS (
               SELECT FROM account.users
                WHERE pg_catalog.lower(email COLLATE "C") = pg_catalog.lower($2::text COLLATE "C")
                  AND status <> 'deleted') AS email_taken
      """;

  private static final String LOCK =
      """
      SELECT %s, status_if_restored
        FROM account.users
       WHERE id = $1
         FOR UPDATE
      """
          .formatted(COLUMNS);

  private static final String INSERT =
      """
      INSERT INTO account.users (username, full_name, email, password_hash, roles, created_at, updated_at)
      VALUES ($1, $2, $3, $4, $5, $6, $6)
      RETURNING %s
      """
          .formatted(COLUMNS);

  private static final String UPDATE =
      """
      UPDATE account.users
         SET username = $2,
             full_name = $3,
             email = $4,
             roles = $5,
             password_hash = coalesce($6, password_hash),
             status_if_restored = CASE WHEN $7 = 'deleted' THEN status END,
             deleted_at = CASE WHEN $7 = 'deleted' THEN $8::timestamptz END,
             status = $7,
             updated_at = $8,
             revision = revision + 1,
             ver = ver + $9
       WHERE id = $1
      RETURNING %s
      """
          .formatted(COLUMNS);

  private static final String DELETE = "DELETE FROM account.users WHERE id = $1";

  private static final String OTHER_ADMINISTRATOR =
      """
      SELECT EXISTS (
        SELECT FROM account.users
         WHERE roles @> ARRAY['%s']
           AND status = 'active'
           AND id <> $1)
      """
          .formatted(Users.ROLE_ADMIN);

  static final String ADMINISTRATOR_NAMES =
      """
      SELECT username
        FROM account.users
       WHERE roles @> ARRAY['%s']
         AND status <> 'deleted'
       ORDER BY id
       LIMIT $1
      """
          .formatted(Users.ROLE_ADMIN);

  /** One condition for each of the two partial indexes of administrators: no index serves both. */
  private static final String ANY_ADMINISTRATOR =
      """
      SELECT EXISTS (SELECT FROM account.users WHERE roles @> ARRAY['%1$s'] AND status <> 'deleted')
          OR EXISTS (SELECT FROM account.users WHERE roles @> ARRAY['%1$s'] AND status = 'deleted')
      """
          .formatted(Users.ROLE_ADMIN);

  private static final String INSERT_WORDS =
      """
      INSERT INTO account.name_words (deleted, words, user_id)
      SELECT $1, words, $2
        FROM pg_catalog.unnest($3::text[]) AS words
      """;

  private static final String UNIQUE_VIOLATION = "23505";

  private static final String DELETE_WORDS = "DELETE FROM account.name_words WHERE user_id = $1";

  private final Database database;

  private final Clock clock;

  UserRepository(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * A user whose row is locked until the transaction ends.
   *
   * @param restoredAs the status before the deletion, else null
   */
  record LockedUser(User user, Status restoredAs) {}

  Future<Optional<User>> find(long id) {
    return database.query(FIND, Tuple.of(id)).map(rows -> Rows.first(rows, UserRepository::user));
  }

  /** Fails with {@link Failure.Conflict} if a user that is not deleted has the username or the e-mail address. */
  Future<Void> checkAvailable(String username, String email) {
    return database
        .query(FIND_TAKEN, Tuple.of(username, email))
        .map(rows -> rows.iterator().next())
        .compose(row -> {
          if (row.getBoolean("username_taken")) {
            return Future.failedFuture(usernameTaken());
          }
          return row.getBoolean("email_taken")
              ? Future.failedFuture(emailTaken())
              : Future.succeededFuture();
        });
  }

  Future<Boolean> anyAdministrator(SqlConnection tx) {
    return tx.preparedQuery(ANY_ADMINISTRATOR).execute().map(UserRepository::exists);
  }

  /** The usernames of the first administrators, at most {@code limit}. */
  Future<List<String>> administratorNames(int limit) {
    return database
        .query(ADMINISTRATOR_NAMES, Tuple.of(limit))
        .map(rows -> Rows.all(rows, row -> row.getString("username")));
  }

  Future<Boolean> otherAdministrator(SqlConnection tx, long userId) {
    return tx.preparedQuery(OTHER_ADMINISTRATOR)
        .execute(Tuple.of(userId))
        .map(UserRepository::exists);
  }

  Future<Optional<LockedUser>> lock(SqlConnection tx, long id) {
    return tx.preparedQuery(LOCK).execute(Tuple.of(id)).map(UserRepository::locked);
  }

  Future<Optional<LockedUser>> lock(SqlConnection tx, String username) {
    return tx.preparedQuery(LOCK_BY_USERNAME)
        .execute(Tuple.of(username))
        .map(UserRepository::locked);
  }

  /** Fails as {@link #checkAvailable} does. */
  Future<User> insert(
      SqlConnection tx,
      String username,
      String fullName,
      String email,
      String passwordHash,
      List<String> roles) {
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(username, fullName, email, passwordHash, array(roles), now()))
        .map(rows -> user(rows.iterator().next()))
        .recover(UserRepository::asConflict)
        .compose(user -> insertWords(tx, user).map(user));
  }

  /**
   * Fails as {@link #checkAvailable} does.
   *
   * @param passwordHash null = unchanged
   * @param revokeTokens whether to revoke the access tokens issued so far
   */
  Future<User> update(
      SqlConnection tx, User before, User after, String passwordHash, boolean revokeTokens) {
    var parameters = Tuple.tuple()
        .addLong(after.id())
        .addString(after.username())
        .addString(after.fullName())
        .addString(after.email())
        .addArrayOfString(array(after.roles()))
        .addString(passwordHash)
        .addString(after.status().wireName())
        .addOffsetDateTime(now())
        .addInteger(revokeTokens ? 1 : 0);
    return tx.preparedQuery(UPDATE)
        .execute(parameters)
        .map(rows -> user(rows.iterator().next()))
        .recover(UserRepository::asConflict)
        .compose(stored -> updateWords(tx, before, stored).map(stored));
  }

  /** Deletes the words of the name too. */
  Future<Void> delete(SqlConnection tx, long id) {
    return tx.preparedQuery(DELETE).execute(Tuple.of(id)).mapEmpty();
  }

  static User user(Row row) {
    var fullName = row.getString("full_name");
    return new User(
        row.getLong("id"),
        row.getString("username"),
        // An earlier version stored empty names.
        fullName == null || fullName.isEmpty() ? null : fullName,
        row.getString("email"),
        List.of(row.getArrayOfStrings("roles")),
        Status.of(row.getString("status")),
        Rows.instant(row, "created_at"),
        Rows.instant(row, "updated_at"),
        row.getLong("revision"),
        row.getLong("ver"));
  }

  private Future<Void> updateWords(SqlConnection tx, User before, User after) {
    if (NameSuffixes.of(before.fullName()).equals(NameSuffixes.of(after.fullName()))
        && (before.status() == Status.DELETED) == (after.status() == Status.DELETED)) {
      return Future.succeededFuture();
    }
    return tx.preparedQuery(DELETE_WORDS)
        .execute(Tuple.of(after.id()))
        .compose(deleted -> insertWords(tx, after));
  }

  private Future<Void> insertWords(SqlConnection tx, User user) {
    var words = NameSuffixes.of(user.fullName());
    if (words.isEmpty()) {
      return Future.succeededFuture();
    }
    return tx.preparedQuery(INSERT_WORDS)
        .execute(Tuple.of(user.status() == Status.DELETED, user.id(), array(words)))
        .mapEmpty();
  }

  private static Optional<LockedUser> locked(RowSet<Row> rows) {
    return Rows.first(rows, row -> {
      var restoredAs = row.getString("status_if_restored");
      return new LockedUser(user(row), restoredAs == null ? null : Status.of(restoredAs));
    });
  }

  private OffsetDateTime now() {
    return Rows.utc(clock.instant());
  }

  private static boolean exists(RowSet<Row> rows) {
    return rows.iterator().next().getBoolean(0);
  }

  private static String[] array(List<String> list) {
    return list.toArray(String[]::new);
  }

  /** The unique indexes decide between concurrent requests. */
  private static <T> Future<T> asConflict(Throwable failure) {
    if (failure instanceof PgException pg && UNIQUE_VIOLATION.equals(pg.getSqlState())) {
      if ("users_username".equals(pg.getConstraint())) {
        return Future.failedFuture(usernameTaken());
      }
      if ("users_email".equals(pg.getConstraint())) {
        return Future.failedFuture(emailTaken());
      }
    }
    return Future.failedFuture(failure);
  }

  private static Failure usernameTaken() {
    return taken("username", "The username is already in use: choose another one.");
  }

  private static Failure emailTaken() {
    return taken("email", "The e-mail address is already in use: choose another one.");
  }

  private static Failure taken(String field, String detail) {
    return new Failure.Conflict(
        field + "-taken", detail, new Failure.Error("/" + field, "taken", detail));
  }
}
