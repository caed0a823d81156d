package dev.verticker.legacy;

import dev.verticker.user.AccountLocks;
import dev.verticker.user.NameWords;
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
 * Takes over the users of the earlier system with their ids and bcrypt hashes, before the first start. Can be repeated:
 * whoever is here already is left as he is. Everybody becomes an ordinary user; the first start makes the administrator.
 */
public final class LegacyUserImport {
  private static final int PAGE = 1000;

  private static final String STRANGERS = "SELECT count(*) FROM account.users WHERE NOT imported";
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
      """
      INSERT INTO account.name_words (deleted, words, user_id)
      VALUES (false, ?, ?)
      """;

  private static final String EXISTS = "SELECT FROM account.users WHERE id = ?";

  private static final String USERNAME_TAKEN =
      """
      SELECT FROM account.users
       WHERE pg_catalog.lower(username COLLATE "C") = pg_catalog.lower(?::text COLLATE "C")
         AND status <> 'deleted'
      """;

  /** Never back: ids of later users must be above every id the earlier system gave, also to those left out. */
  private static final String MOVE_SEQUENCE =
      """
      SELECT pg_catalog.setval('account.users_id_seq', greatest(last_value, ?))
        FROM account.users_id_seq
      """;

  private static final String NOTE =
      """
      INSERT INTO account.audit (at, action, details)
      VALUES (now(), 'users.imported', ?::jsonb)
      """;

  private final Connection from;
  private final Connection to;
  private final PrintStream out;
  private long read;
  private long imported;
  private long present;
  private long skipped;
  private long emptied;

  private LegacyUserImport(Connection from, Connection to, PrintStream out) {
    this.from = from;
    this.to = to;
    this.out = out;
  }

  private record Legacy(
      long id,
      String username,
      String fullName,
      String email,
      String hash,
      OffsetDateTime createdAt,
      OffsetDateTime updatedAt) {
    Legacy withoutEmail() {
      return new Legacy(id, username, fullName, null, hash, createdAt, updatedAt);
    }
  }

  /**
   * @param from the database of the earlier system, where {@code users} is found without a schema
   * @param to the database of schema {@code account}, migrated
   * @param out told of everybody left out or changed, of progress, and of the sums
   * @throws ImportRefused when somebody is here who was not imported, or another import runs
   */
  public static void run(Connection from, Connection to, PrintStream out) throws SQLException {
    new LegacyUserImport(from, to, out).run();
  }

  private void run() throws SQLException {
    new ImportLock(to, AccountLocks.IMPORT).run(() -> {
      refuseStrangers();
      take();
    });
  }

  private void refuseStrangers() throws SQLException {
    var strangers = Long.parseLong(one(to, STRANGERS));
    if (strangers > 0) {
      throw new ImportRefusedException("account.users holds " + strangers
          + " users that were not imported: import-legacy runs before the first start");
    }
  }

  private void take() throws SQLException {
    var total = Long.parseLong(one(from, TOTAL));
    var last = Long.MIN_VALUE;
    to.setAutoCommit(false);
    for (var page = page(last); !page.isEmpty(); page = page(last)) {
      take(page);
      last = page.get(page.size() - 1).id();
      to.commit();
      out.println("users: " + read + " of " + total);
    }
    to.setAutoCommit(true);
    finish(last);
  }

  private void take(List<Legacy> page) throws SQLException {
    var usable = new ArrayList<Legacy>();
    for (var user : page) {
      read++;
      var broken = brokenRule(user);
      if (broken != null) {
        skip(user, broken);
      } else {
        usable.add(user);
      }
    }
    var taken = insert(usable.stream().map(LegacyUserImport::withUsableEmail).toList());
    for (var user : usable) {
      if (!taken.contains(user.id())) {
        settle(user);
      } else if (!UserRules.isEmail(user.email())) {
        empty(user, "it is no e-mail address");
      }
    }
  }

  /** Somebody the insert left out: because of the id, the name or the e-mail address. */
  private void settle(Legacy user) throws SQLException {
    if (exists(EXISTS, user.id())) {
      present++;
    } else if (exists(USERNAME_TAKEN, user.username())) {
      skip(user, "the username is taken, ignoring case");
    } else {
      insert(List.of(user.withoutEmail()));
      empty(user, "it belongs to another user, ignoring case");
    }
  }

  /** The ids of those who were inserted. */
  private Set<Long> insert(List<Legacy> users) throws SQLException {
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

  private static void add(PreparedStatement insert, Legacy user) throws SQLException {
    insert.setLong(1, user.id());
    insert.setString(2, user.username());
    insert.setString(3, user.fullName());
    insert.setString(4, user.email());
    insert.setString(5, user.hash());
    insert.setObject(6, user.createdAt());
    insert.setObject(7, user.updatedAt());
    insert.addBatch();
  }

  private static void addWords(PreparedStatement words, Legacy user) throws SQLException {
    for (var entry : NameWords.of(user.fullName())) {
      words.setString(1, entry);
      words.setLong(2, user.id());
      words.addBatch();
    }
  }

  private void finish(long last) throws SQLException {
    if (last > 0) {
      try (var move = to.prepareStatement(MOVE_SEQUENCE)) {
        move.setLong(1, last);
        move.execute();
      }
    }
    try (var statement = to.createStatement()) {
      // Plans of the first requests must not be those for empty tables.
      statement.execute("ANALYZE account.users, account.name_words");
    }
    if (imported > 0) {
      note();
    }
    out.printf(
        "users: %d read, %d imported, %d here already, %d skipped, %d e-mail addresses emptied%n",
        read, imported, present, skipped, emptied);
  }

  private void note() throws SQLException {
    var details = new JsonObject().put("imported", imported).put("skipped", skipped);
    try (var note = to.prepareStatement(NOTE)) {
      note.setString(1, details.encode());
      note.execute();
    }
  }

  private static Legacy withUsableEmail(Legacy user) {
    return UserRules.isEmail(user.email()) ? user : user.withoutEmail();
  }

  private static String brokenRule(Legacy user) {
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

  private void skip(Legacy user, String reason) {
    skipped++;
    out.println("user " + user.id() + " " + shown(user.username()) + " skipped: " + reason);
  }

  private void empty(Legacy user, String reason) {
    emptied++;
    out.println(
        "user " + user.id() + " " + shown(user.username()) + " e-mail address emptied: " + reason);
  }

  private static String shown(String username) {
    return username == null ? "(no name)" : '"' + username.replaceAll("\\p{Cntrl}", "?") + '"';
  }

  private List<Legacy> page(long after) throws SQLException {
    try (var query = from.prepareStatement(READ)) {
      query.setLong(1, after);
      query.setInt(2, PAGE);
      try (var rows = query.executeQuery()) {
        var page = new ArrayList<Legacy>();
        while (rows.next()) {
          page.add(user(rows));
        }
        return page;
      }
    }
  }

  private static Legacy user(ResultSet row) throws SQLException {
    var email = row.getString("email");
    return new Legacy(
        row.getLong("id"),
        row.getString("username"),
        row.getString("full_name"),
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

  private static String one(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
