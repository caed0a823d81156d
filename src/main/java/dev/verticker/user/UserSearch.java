package dev.verticker.user;

import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.User;
import dev.verticker.message.Users.UserPage;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Finds users page by page. Every filter has an index in the order of the ids, so that only the rows of the page are read
 * among a million. Role and status are literals in the statement, because PostgreSQL uses a partial index only if the statement
 * repeats its condition.
 */
final class UserSearch {
  private static final int MAX_MATCHES = 1000;

  /** Appended to a prefix, it sorts above every text that starts with the prefix. */
  private static final String END = new String(Character.toChars(Character.MAX_CODE_POINT));

  private static final String LIST =
      """
      SELECT %s
        FROM account.users
       WHERE id > $1
         AND %s
       ORDER BY id
       LIMIT $2
      """;

  private static final String FILTER_MATCHES =
      """
      SELECT %s
        FROM account.users
       WHERE id = ANY ($1)
         AND %s
       ORDER BY id
       LIMIT $2
      """;

  private static final String BY_COLUMN =
      """
      SELECT id
        FROM account.users
       WHERE pg_catalog.lower(%1$s COLLATE "C") >= $1
         AND pg_catalog.lower(%1$s COLLATE "C") < $2
         AND %2$s
       ORDER BY pg_catalog.lower(%1$s COLLATE "C")
       LIMIT $3
      """;

  private static final String BY_WORDS =
      """
      SELECT user_id
        FROM account.name_words
       WHERE deleted = %s
         AND words >= $1
         AND words < $2
       ORDER BY words
       LIMIT $3
      """;

  private final Database database;

  UserSearch(Database database) {
    this.database = database;
  }

  Future<UserPage> search(Search search) {
    UserRules.check(search);
    return search.q() == null ? list(search) : matches(search);
  }

  /** $1 is the last id of the previous page, $2 the page limit plus one. */
  static String listStatement(Search search) {
    return LIST.formatted(UserRepository.COLUMNS, filter(search));
  }

  /** $1 and $2 are the bounds of the prefix, $3 the number of matches plus one. */
  static List<String> matchStatements(boolean deleted) {
    var filter = deleted ? "status = 'deleted'" : "status <> 'deleted'";
    return List.of(
        BY_COLUMN.formatted("username", filter),
        BY_COLUMN.formatted("email", filter),
        BY_WORDS.formatted(deleted));
  }

  private Future<UserPage> list(Search search) {
    var after = search.after() == null ? 0 : search.after();
    return database
        .query(listStatement(search), Tuple.of(after, search.limit() + 1))
        .map(rows -> page(rows, search.limit(), false));
  }

  private Future<UserPage> matches(Search search) {
    var statements = matchStatements(search.status() == Status.DELETED);
    // The indexes hold usernames and e-mail addresses in lower case, collated "C".
    var text = search.q().strip().toLowerCase(Locale.ROOT);
    var usernames = ids(statements.get(0), text);
    var emails = ids(statements.get(1), text);
    var names = ids(statements.get(2), NameSuffixes.prefix(search.q()));
    return Future.all(usernames, emails, names)
        .compose(
            all -> filtered(search, List.of(usernames.result(), emails.result(), names.result())));
  }

  private Future<List<Long>> ids(String statement, String prefix) {
    if (prefix.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    return database
        .query(statement, Tuple.of(prefix, prefix + END, MAX_MATCHES + 1))
        .map(rows -> Rows.all(rows, row -> row.getLong(0)));
  }

  private Future<UserPage> filtered(Search search, List<List<Long>> fields) {
    var truncated = fields.stream().anyMatch(ids -> ids.size() > MAX_MATCHES);
    var ids = new TreeSet<Long>();
    fields.forEach(field -> field.stream().limit(MAX_MATCHES).forEach(ids::add));
    var remaining = search.after() == null ? ids : ids.tailSet(search.after(), false);
    if (remaining.isEmpty()) {
      return Future.succeededFuture(new UserPage(List.of(), null, truncated));
    }
    return database
        .query(
            FILTER_MATCHES.formatted(UserRepository.COLUMNS, filter(search)),
            Tuple.of(remaining.toArray(Long[]::new), search.limit() + 1))
        .map(rows -> page(rows, search.limit(), truncated));
  }

  private static UserPage page(RowSet<Row> rows, int limit, boolean truncated) {
    var users = Rows.all(rows, UserRepository::user);
    return Rows.page(users, limit, User::id, (page, next) -> new UserPage(page, next, truncated));
  }

  /** The literals are safe: {@link UserRules} has validated role and status. */
  private static String filter(Search search) {
    var status = search.status() == null
        ? "status <> 'deleted'"
        : "status = '" + search.status().wireName() + "'";
    return search.role() == null ? status : status + " AND roles @> ARRAY['" + search.role() + "']";
  }
}
