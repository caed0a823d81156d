package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Password;
import dev.verticker.message.Users.Create;
import dev.verticker.message.Users.Delete;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.Update;
import dev.verticker.message.Users.User;
import dev.verticker.message.Users.UserPage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UserSearchTest {
  private static Accounts accounts;

  @BeforeAll
  static void open() {
    accounts = new Accounts();
  }

  @AfterAll
  static void close() {
    accounts.close();
  }

  /** Uses a separate database with users written in this order. */
  @Nested
  class AFew {
    @Test
    void are_found_by_prefixes_of_username_email_and_each_word_of_the_full_name() {
      accounts.execute("TRUNCATE account.users CASCADE");
      var ada = create("ada", "Ada Lovelace-King", "countess@example.com");
      var zoe = create("zoe_99", "Zoë Kravitz", null);
      var adams = create("d.adams", "Douglas Adams", "hello@adams.example");
      var thai = create("somchai", "สมชาย ใจดี", null);

      assertEquals(List.of(ada, adams), found("ada"));
      assertEquals(List.of(ada), found("ADA L "));
      assertEquals(List.of(ada), found("love"));
      assertEquals(List.of(ada), found("lovelace k"));
      assertEquals(List.of(ada), found("Countess@"));
      assertEquals(List.of(zoe), found("zoe"));
      assertEquals(List.of(zoe), found("ZOË KRA"));
      assertEquals(List.of(zoe), found("zoe_"));
      assertEquals(List.of(thai), found("ใจ"));
      assertEquals(List.of(), found("velace"), "not inside a word");
      assertEquals(List.of(), found("%"));
      assertEquals(List.of(), found("..."));
      assertEquals(List.of(), found("z\uFDFA".repeat(100)));
    }

    @Test
    void only_current_names_match_and_deleted_users_match_only_among_the_deleted() {
      accounts.execute("TRUNCATE account.users CASCADE");
      var root = accounts.given("root", "admin");
      var ada = create("ada", "Ada Byron", "ada@example.com");
      var renamed = accounts.await(() -> accounts.users.update(new Update(
          Accounts.as(root),
          ada.id(),
          null,
          null,
          FieldUpdate.of("Ada Lovelace"),
          null,
          null,
          null)));
      assertEquals(List.of(), found("byron"));
      assertEquals(List.of(renamed), found("lovelace"));

      accounts.await(
          () -> accounts.users.delete(new Delete(Accounts.as(root), ada.id(), true, null)));

      for (var q : List.of("ada", "lovelace", "ada@")) {
        assertEquals(List.of(), found(q));
        assertEquals(
            List.of(ada.id()), ids(search(new Search(q, null, Status.DELETED, null, 100))), q);
      }
      assertEquals(List.of(root.id()), ids(search(new Search(null, null, null, null, 100))));
      assertEquals(
          List.of(ada.id()), ids(search(new Search(null, null, Status.DELETED, null, 100))));
    }

    @Test
    void an_invalid_search_fails_with_a_pointer_per_error() {
      var refused = accounts.failure(
          () -> accounts.search.search(new Search("a\u0000", "god", Status.UNKNOWN, null, 1001)));

      assertEquals(
          List.of("query/limit", "query/q", "query/role", "query/status"),
          ((Failure.Invalid) refused)
              .errors().stream().map(Failure.Error::pointer).toList());
    }

    private List<User> found(String q) {
      return search(new Search(q, null, null, null, 100)).users();
    }

    private User create(String username, String fullName, String email) {
      return accounts.await(() -> accounts.users.create(new Create(
          Accounts.ANONYMOUS, username, fullName, email, new Password("correct horse"), null)));
    }
  }

  /** Uses 100 000 generated users: one in 10 disabled, one in 20 deleted, one in 1 000 an administrator. */
  @Nested
  class AHundredThousand {
    private static final int LIMIT = 100;

    static boolean generated;

    AHundredThousand() {
      if (!generated) {
        generate();
        generated = true;
      }
    }

    static Stream<Search> searches() {
      var roles = Stream.of(null, "user", "admin").toList();
      var statuses =
          Stream.of(null, Status.ACTIVE, Status.DISABLED, Status.DELETED).toList();
      return roles.stream()
          .flatMap(role -> statuses.stream().flatMap(status -> Stream.of(null, 50_000L, 99_000L)
              .map(after -> new Search(null, role, status, after, LIMIT))));
    }

    @ParameterizedTest
    @MethodSource("searches")
    void a_page_reads_only_its_own_rows_from_an_index(Search search) throws SQLException {
      var after = search.after() == null ? 0 : search.after();
      for (var mode : List.of("force_custom_plan", "force_generic_plan")) {
        var plan = plan(
            mode,
            UserSearch.listStatement(search),
            "bigint, integer",
            after + ", " + (search.limit() + 1));
        var rows = plan.getDouble("Actual Rows");
        assertNoneOf(plan, "Seq Scan", "Sort");
        assertTrue(
            read(plan) <= rows + LIMIT, mode + " reads " + read(plan) + ": " + plan.encode());
      }
    }

    @Test
    void a_prefix_reads_at_most_one_row_beyond_the_limit_in_each_field() throws SQLException {
      for (var deleted : List.of(false, true)) {
        for (var statement : UserSearch.matchStatements(deleted)) {
          for (var mode : List.of("force_custom_plan", "force_generic_plan")) {
            var plan = plan(mode, statement, "text, text, integer", "'u', 'u\uDBFF\uDFFF', 1001");
            assertNoneOf(plan, "Seq Scan", "Sort", "Bitmap Heap Scan");
            assertTrue(read(plan) <= 1001, mode + " reads " + read(plan) + ": " + plan.encode());
          }
        }
      }
    }

    @Test
    void more_than_a_thousand_matches_per_field_are_truncated_and_flagged() {
      var first = search(new Search("user4", null, null, null, LIMIT));
      var all = new ArrayList<Long>();
      var pages = 0;
      for (var page = first; ; page = search(new Search("user4", null, null, page.next(), LIMIT))) {
        assertTrue(page.truncated());
        all.addAll(ids(page));
        pages++;
        if (page.next() == null) {
          break;
        }
      }

      assertEquals(1000, all.size(), "one field matches");
      assertEquals(10, pages);
      assertEquals(all.stream().sorted().distinct().toList(), all);
      var few = search(new Search("user4242", null, null, null, LIMIT));
      assertFalse(few.truncated());
      assertEquals(10, few.users().size(), "user4242 and user42420 to 42429, one of them deleted");
    }

    @Test
    void every_user_is_on_exactly_one_page_while_others_are_created_and_deleted() {
      var expected = accounts.one("SELECT count(*) FROM account.users WHERE status <> 'deleted'");
      var seen = new ArrayList<Long>();
      var page = search(new Search(null, null, null, null, 1000));
      for (var i = 0; page.next() != null; i++) {
        seen.addAll(ids(page));
        insert("late_" + i);
        accounts.execute("DELETE FROM account.users WHERE id = " + seen.get(i));
        page = search(new Search(null, null, null, page.next(), 1000));
      }
      seen.addAll(ids(page));

      assertEquals(seen.stream().sorted().distinct().toList(), seen);
      assertEquals(
          Long.parseLong(expected), seen.stream().filter(id -> id <= 100_000).count());
      assertNull(page.next());
    }

    private static void generate() {
      accounts.execute("TRUNCATE account.users RESTART IDENTITY CASCADE");
      accounts.execute(
          """
          INSERT INTO account.users (username, full_name, email, password_hash, roles, status, status_if_restored,
                                     deleted_at, created_at, updated_at)
          SELECT 'user' || n, 'Given' || n % 1000 || ' Family' || n, 'mail' || n || '@example.com', repeat('x', 60),
                 CASE WHEN n % 1000 = 0 THEN ARRAY['admin', 'user'] ELSE ARRAY['user'] END,
                 CASE WHEN n % 20 = 1 THEN 'deleted' WHEN n % 10 = 2 THEN 'disabled' ELSE 'active' END,
                 CASE WHEN n % 20 = 1 THEN 'active' END, CASE WHEN n % 20 = 1 THEN now() END, now(), now()
            FROM generate_series(1, 100000) AS n
          """);
      accounts.execute(
          """
          INSERT INTO account.name_words (deleted, words, user_id)
          SELECT status = 'deleted', word, id
            FROM account.users,
                 LATERAL (VALUES (lower(full_name)), (split_part(lower(full_name), ' ', 2))) AS words (word)
          """);
      accounts.execute("ANALYZE account.users, account.name_words");
    }

    private static void insert(String username) {
      accounts.execute(
          """
          INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
          VALUES ('%s', repeat('x', 60), ARRAY['user'], now(), now())
          """
              .formatted(username));
    }

    private static JsonObject plan(String mode, String statement, String types, String values)
        throws SQLException {
      try (var connection = accounts.connect();
          var sql = connection.createStatement()) {
        sql.execute("SET search_path = pg_catalog");
        sql.execute("SET plan_cache_mode = " + mode);
        sql.execute("PREPARE search (" + types + ") AS " + statement);
        try (var rows =
            sql.executeQuery("EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE search (" + values + ")")) {
          rows.next();
          return new JsonArray(rows.getString(1)).getJsonObject(0).getJsonObject("Plan");
        }
      }
    }

    private static void assertNoneOf(JsonObject plan, String... kinds) {
      nodes(plan).forEach(node -> {
        for (var kind : kinds) {
          assertFalse(node.getString("Node Type").contains(kind), kind + " in " + plan.encode());
        }
      });
    }

    /** Returns the number of scanned rows, including those that a filter removed. */
    private static double read(JsonObject plan) {
      return nodes(plan)
          .filter(node -> node.getString("Node Type").contains("Scan"))
          .mapToDouble(node -> node.getDouble("Actual Loops")
              * (node.getDouble("Actual Rows") + node.getDouble("Rows Removed by Filter", 0.0)))
          .sum();
    }

    private static Stream<JsonObject> nodes(JsonObject plan) {
      var children = plan.getJsonArray("Plans", new JsonArray()).stream();
      return Stream.concat(Stream.of(plan), children.flatMap(child -> nodes((JsonObject) child)));
    }
  }

  private static UserPage search(Search search) {
    return accounts.await(() -> accounts.search.search(search));
  }

  private static List<Long> ids(UserPage page) {
    return page.users().stream().map(User::id).toList();
  }
}
