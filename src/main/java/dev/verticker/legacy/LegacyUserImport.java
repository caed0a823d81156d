package dev.verticker.legacy;

import dev.verticker.node.StartupException;
import dev.verticker.user.AccountLocks;
import dev.verticker.user.NameSuffixes;
import dev.verticker.user.UserRules;
import dev.verticker.user.password.PasswordHasher;
import dev.verticker.user.session.Account;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Imports the users of the earlier system with their ids and bcrypt hashes, before the first start. Can be repeated: existing
 * users stay unchanged. Imported users get the default role; the first start creates the administrator.
 */
final class LegacyUserImport {
  private static final int PAGE = 1000;

  private static final String NOT_IMPORTED =
      "SELECT count(*) FROM account.users WHERE NOT imported";
  private static final String TOTAL = "SELECT count(*) FROM users";

  private static final String READ =
      """
      SELECT id, username, full_name, email, hashed_password,
             coalesce(created_at::timestamptz, now()) AS created_at,
             coalesce(updated_at::timestamptz, created_at::timestamptz, now()) AS updated_at
        FROM users
       WHERE id > ?
       ORDER BY id
       LIMIT ?
      """;

  private static final String INSERT =
      """
      INSERT INTO account.users (id, username, full_name, email, password_hash, roles, imported, created_at, updated_at)
      OVERRIDING SYSTEM VALUE
      VALUES (?, ?, ?, ?, ?, ARRAY['user'], true, ?, ?)
      ON CONFLICT DO NOTHING
      """;

  private static final String ADD_WORDS =
      "INSERT INTO account.name_words (deleted, words, user_id) VALUES (false, ?, ?)";

  private static final String EXISTS = "SELECT FROM account.users WHERE id = ?";

  private static final String USERNAME_TAKEN =
      """
      SELECT FROM account.users
       WHERE pg_catalog.lower(username COLLATE "C") = pg_catalog.lower(?::text COLLATE "C")
         AND status <> 'deleted'
      """;

  /** Ids of later users must be above every id of the earlier system, including those of skipped users. */
  private static final String MOVE_SEQUENCE =
      """
      SELECT pg_catalog.setval('account.users_id_seq', greatest(last_value, %d))
        FROM account.users_id_seq
      """;

  private static final String AUDIT =
      """
      INSERT INTO account.audit (at, action, details)
      VALUES (now(), 'users.imported', ?::jsonb)
      """;

  private final Connection from;
  private final Connection to;
  private final PrintStream out;
  private long read;
  private long imported;
  private long existing;
  private long skipped;
  private long clearedEmails;

  private LegacyUserImport(Connection from, Connection to, PrintStream out) {
    this.from = from;
    this.to = to;
    this.out = out;
  }

  private record LegacyUser(
      long id,
      String username,
      String fullName,
      String email,
      String hash,
      OffsetDateTime createdAt,
      OffsetDateTime updatedAt) {
    LegacyUser withoutEmail() {
      return new LegacyUser(id, username, fullName, null, hash, createdAt, updatedAt);
    }
  }

  /**
   * @param out receives each skipped or changed user, the progress, and the totals
   * @throws StartupException if a user exists that was not imported, or another import is running
   */
  static void run(Connection from, Connection to, PrintStream out) throws SQLException {
    var lock = ImportLock.acquire(to, AccountLocks.IMPORT);
    try (lock) {
      var users = new LegacyUserImport(from, to, out);
      users.requireOnlyImportedUsers();
      users.copy();
    }
  }

  private void requireOnlyImportedUsers() throws SQLException {
    var others = Long.parseLong(JdbcConnections.queryOne(to, NOT_IMPORTED));
    if (others > 0) {
      throw new StartupException(
          StartupException.CONFIGURATION,
          "account.users holds " + others
              + " users that were not imported: run import-legacy before the first start");
    }
  }

  private void copy() throws SQLException {
    var total = Long.parseLong(JdbcConnections.queryOne(from, TOTAL));
    var last = Long.MIN_VALUE;
    to.setAutoCommit(false);
    for (var page = page(last); !page.isEmpty(); page = page(last)) {
      copy(page);
      last = page.get(page.size() - 1).id();
      to.commit();
      out.println("users: " + read + " of " + total);
    }
    to.setAutoCommit(true);
    finish(last);
  }

  private void copy(List<LegacyUser> page) throws SQLException {
    var valid = new ArrayList<LegacyUser>();
    for (var user : page) {
      read++;
      var violation = violation(user);
      if (violation != null) {
        skip(user, violation);
      } else {
        valid.add(user);
      }
    }
    var inserted = insert(valid.stream().map(LegacyUserImport::withValidEmail).toList());
    for (var user : valid) {
      if (!inserted.contains(user.id())) {
        resolveConflict(user);
      } else if (!UserRules.isEmail(user.email())) {
        emailCleared(user, "it is not a valid e-mail address");
      }
    }
  }

  /** The insert skipped the user because of the id, the username or the e-mail address. */
  private void resolveConflict(LegacyUser user) throws SQLException {
    if (exists(EXISTS, user.id())) {
      existing++;
    } else if (exists(USERNAME_TAKEN, user.username())) {
      skip(user, "the username is in use, ignoring case");
    } else {
      insert(List.of(user.withoutEmail()));
      emailCleared(user, "another user has it, ignoring case");
    }
  }

  /** Returns the ids of the inserted users. */
  private Set<Long> insert(List<LegacyUser> users) throws SQLException {
    var inserted = new HashSet<Long>();
    try (var insert = to.prepareStatement(INSERT);
        var words = to.prepareStatement(ADD_WORDS)) {
      for (var user : users) {
        add(insert, user);
      }
      var counts = insert.executeBatch();
      for (var i = 0; i < counts.length; i++) {
        if (counts[i] == 1) {
          inserted.add(users.get(i).id());
          addWords(words, users.get(i));
        }
      }
      words.executeBatch();
    }
    imported += inserted.size();
    return inserted;
  }

  private static void add(PreparedStatement insert, LegacyUser user) throws SQLException {
    insert.setLong(1, user.id());
    insert.setString(2, user.username());
    insert.setString(3, user.fullName());
    insert.setString(4, user.email());
    insert.setString(5, user.hash());
    insert.setObject(6, user.createdAt());
    insert.setObject(7, user.updatedAt());
    insert.addBatch();
  }

  private static void addWords(PreparedStatement words, LegacyUser user) throws SQLException {
    for (var entry : NameSuffixes.of(user.fullName())) {
      words.setString(1, entry);
      words.setLong(2, user.id());
      words.addBatch();
    }
  }

  private void finish(long last) throws SQLException {
    if (last > 0) {
      JdbcConnections.queryOne(to, MOVE_SEQUENCE.formatted(last));
    }
    try (var statement = to.createStatement()) {
      // Otherwise PostgreSQL would plan the first queries for empty tables.
      statement.execute("ANALYZE account.users, account.name_words");
    }
    if (imported > 0) {
      writeAuditEntry();
    }
    out.printf(
        "users: %d read, %d imported, %d existing, %d skipped, %d e-mail addresses cleared%n",
        read, imported, existing, skipped, clearedEmails);
  }

  private void writeAuditEntry() throws SQLException {
    var details = new JsonObject().put("imported", imported).put("skipped", skipped);
    try (var insert = to.prepareStatement(AUDIT)) {
      insert.setString(1, details.encode());
      insert.execute();
    }
  }

  private static LegacyUser withValidEmail(LegacyUser user) {
    return UserRules.isEmail(user.email()) ? user : user.withoutEmail();
  }

  private static String violation(LegacyUser user) {
    if (user.id() <= 0) {
      return "the id must be positive";
    }
    if (!Account.isUsername(user.username())) {
      return "the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens";
    }
    if (!UserRules.isFullName(user.fullName())) {
      return "the full name must have at most 100 characters, no control characters";
    }
    return user.hash() != null && PasswordHasher.isBcrypt(user.hash())
        ? null
        : "the password hash must be bcrypt with a cost of 4 to 14";
  }

  private void skip(LegacyUser user, String reason) {
    skipped++;
    out.println("user " + user.id() + " " + printable(user.username()) + " skipped: " + reason);
  }

  private void emailCleared(LegacyUser user, String reason) {
    clearedEmails++;
    out.println("user " + user.id() + " " + printable(user.username()) + " e-mail address cleared: "
        + reason);
  }

  private static String printable(String username) {
    return username == null ? "(no name)" : '"' + username.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private List<LegacyUser> page(long after) throws SQLException {
    try (var query = from.prepareStatement(READ)) {
      query.setLong(1, after);
      query.setInt(2, PAGE);
      try (var rows = query.executeQuery()) {
        var page = new ArrayList<LegacyUser>();
        while (rows.next()) {
          page.add(user(rows));
        }
        return page;
      }
    }
  }

  private static LegacyUser user(ResultSet row) throws SQLException {
    var email = row.getString("email");
    return new LegacyUser(
        row.getLong("id"),
        row.getString("username"),
        UserRules.cleanedFullName(row.getString("full_name")),
        email == null || email.isBlank() ? null : email,
        row.getString("hashed_password"),
        row.getObject("created_at", OffsetDateTime.class),
        row.getObject("updated_at", OffsetDateTime.class));
  }

  private boolean exists(String sql, Object value) throws SQLException {
    try (var query = to.prepareStatement(sql)) {
      query.setObject(1, value);
      try (var rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }
}
