package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.data.Housekeeping;
import dev.verticker.message.Actor;
import dev.verticker.message.Notifications;
import dev.verticker.message.Notifications.Appended;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.RevocationCursor;
import dev.verticker.message.Users;
import dev.verticker.message.Users.ChangeStatus;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.User;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserSettings;
import dev.verticker.testing.Await;
import dev.verticker.testing.SequentialScans;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import dev.verticker.user.change.UserErasure;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs every query of the schema {@code account} on a million users, audit entries and revocations. */
@Tag("faults")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class AccountPlansTest {
  private static final int REPETITIONS = 8;
  private static final int MILLION = 1_000_000;
  private static final String PASSWORD = "a long walk by the sea";
  private static final Client CLIENT = new Client(SignIn.HOME, "a test");

  private static final String[] LARGE_TABLES = {
    "audit", "erasures", "name_words", "revocations", "sessions", "sign_in_addresses", "users"
  };

  private static final TestDatabase postgres = TestDatabase.create();

  @BeforeAll
  static void insert_a_million_rows() {
    postgres.execute(
        """
        INSERT INTO account.users (username, full_name, email, password_hash, roles, imported, created_at, updated_at, status,
                                   status_if_restored, deleted_at)
        SELECT 'user-' || n, 'Ada ' || n, 'user-' || n || '@example.org', repeat('x', 60), '{user}', true, now(), now(),
               CASE WHEN n %% 50 = 0 THEN 'deleted' WHEN n %% 40 = 0 THEN 'disabled' ELSE 'active' END,
               CASE WHEN n %% 50 = 0 THEN 'active' END, CASE WHEN n %% 50 = 0 THEN now() END
          FROM generate_series(1, %1$d - 1) AS n;
        SELECT setval(pg_get_serial_sequence('account.users', 'id'), %1$d);
        INSERT INTO account.name_words (deleted, words, user_id)
        SELECT status = 'deleted', words, id
          FROM account.users, LATERAL (VALUES (lower(full_name))) AS word (words);
        INSERT INTO account.audit (at, action, user_id, actor_id, session, address, details)
        SELECT now() - interval '30 days' + n * interval '1 second', 'user.updated', n %% 1000 + 1, n %% 5000 + 1,
               'a session', '198.51.100.1', '{"full_name": {"to": "Ada"}}'
          FROM generate_series(1, %1$d) AS n;
        INSERT INTO account.sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)
        SELECT gen_random_uuid(), id, sha256(id::text::bytea), now(), now(), now() + interval '10 days'
          FROM account.users WHERE id <= 100000;
        INSERT INTO account.sign_in_addresses (user_id, address, seen_at)
        SELECT id, sha256(id::text::bytea), now() FROM account.users WHERE id <= 100000;
        INSERT INTO account.revocations (user_id, session_id, reason, expires_at)
        SELECT n, gen_random_uuid(), 'SESSION_ENDED', now() + interval '1 day' FROM generate_series(1, %1$d) AS n;
        INSERT INTO account.erasures (user_id, erased_at, rewritten)
        SELECT n, now(), true FROM generate_series(2000001, 2100000) AS n;
        """
            .formatted(MILLION));
    postgres.execute("VACUUM ANALYZE");
  }

  @AfterAll
  static void check_that_the_rows_remain() {
    assertTrue(postgres.number("SELECT count(*) FROM account.users") > MILLION / 2);
  }

  /** Rows that a test leaves would make it a large table of the next one. */
  @AfterEach
  void empty_the_outbox() {
    postgres.execute("TRUNCATE account.outbox");
  }

  @Test
  void a_start_without_an_administrator_scans_no_users() {
    postgres.execute("UPDATE account.users SET roles = '{user}' WHERE roles @> '{admin}'");
    var scans = SequentialScans.of(postgres, "account");
    var accounts = new Accounts(postgres);
    try {
      var settings = SettingsReader.read(
          SignIn.settings(postgres, Map.of("ADMIN_USERNAME", "first-of-all")), UserSettings::read);
      var administrator = new FirstAdministrator(
          accounts.database, accounts.rows, accounts.users, accounts.hashing, settings);
      var started = System.nanoTime();
      accounts.await(administrator::ensure);
      accounts.await(administrator::ensure);
      var elapsed = Duration.ofNanos(System.nanoTime() - started);
      assertTrue(elapsed.toSeconds() < 5, "the start took " + elapsed);
    } finally {
      accounts.close();
    }
    scans.assertNone(LARGE_TABLES);
  }

  @Test
  void no_request_scans_a_large_table() {
    var scans = SequentialScans.of(postgres, "account");
    var clock = new SteppedClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    var node = new SignIn(postgres, clock, Map.of("REGISTRATION", "open"));
    try {
      repeat(run -> changeUsers(node, "plan-" + run));
      repeat(run -> search(node));
      repeat(run -> useSessions(node, "session-" + run));
      repeat(run -> pollRevocations(node));
      keepHouse(node);
    } finally {
      node.close();
    }
    scans.assertNone(LARGE_TABLES);
  }

  @Test
  void polling_reads_only_new_revocations() {
    var node = new SignIn(postgres, new SteppedClock(Instant.now()), Map.of());
    try {
      var page = node.await(() -> node.revocations.since(null));
      var cursor = new RevocationCursor(page.cursor().targetSnapshot(), null, 0);
      var started = System.nanoTime();
      repeat(run -> {
        node.execute(
            """
            INSERT INTO account.revocations (user_id, least_ver, reason, expires_at)
            VALUES (77, 2, 'LOGGED_OUT', now() + interval '1 day')""");
        var news = node.await(() -> node.revocations.since(cursor));
        assertEquals(run + 1, news.revocations().size());
      });
      var each = Duration.ofNanos(System.nanoTime() - started).dividedBy(REPETITIONS);
      assertTrue(each.toMillis() < 100, "a poll took " + each);
    } finally {
      node.close();
    }
  }

  @Test
  void erasing_a_user_with_a_million_audit_entries_takes_less_than_two_seconds() {
    var node = new SignIn(postgres, new SteppedClock(Instant.now()), Map.of());
    try {
      var ada = create(node, "with-a-history");
      node.execute(
          """
          INSERT INTO account.audit (at, action, user_id, actor_id, session, address, details)
          SELECT now(), 'user.updated', CASE WHEN n %% 2 = 0 THEN %1$d ELSE 1 END, %1$d, 'a session', '198.51.100.1', '{}'
            FROM generate_series(1, %2$d) AS n;
          """
              .formatted(ada.id(), MILLION));
      node.execute("VACUUM ANALYZE account.audit");
      var started = System.nanoTime();

      node.await(() -> node.bus.request(
          Users.DELETE, new Users.Delete(SignIn.ADMINISTRATOR, ada.id(), false, null)));

      var elapsed = Duration.ofNanos(System.nanoTime() - started);
      assertTrue(elapsed.toMillis() < 2000, "the deletion took " + elapsed);
      var entries = node.await(
              () -> node.bus.request(Users.AUDIT, new Users.FindAudit(ada.id(), null, 1000)))
          .entries();
      assertEquals(1000, entries.size());
      assertTrue(entries.stream().allMatch(entry -> entry.details() == null));
      node.clock.step(Duration.ofMinutes(2));
      Await.until(Duration.ofMinutes(10), "all entries are rewritten", () -> {
        keepHouse(node);
        return postgres
            .value("SELECT rewritten FROM account.erasures WHERE user_id = " + ada.id())
            .equals("t");
      });
      assertEquals(
          0,
          postgres.number(
              "SELECT count(*) FROM account.audit WHERE actor_id = %1$d AND address IS NOT NULL OR user_id = %1$d AND details IS NOT NULL"
                  .formatted(ada.id())));
    } finally {
      node.close();
    }
  }

  @Test
  void the_relay_empties_a_full_outbox_without_a_scan() {
    postgres.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'user_updated', n, '{users}', '{}' FROM generate_series(1, 100000) AS n""");
    postgres.execute("VACUUM ANALYZE account.outbox");
    var scans = SequentialScans.of(postgres, "account");
    var node = new SignIn(postgres, new SteppedClock(Instant.now()), Map.of());
    var delivered = new AtomicInteger();
    try {
      node.await(() -> node.bus.serve(Notifications.APPEND, append -> Future.succeededFuture(
              new Appended(append.entries().size()))
          .onSuccess(appended -> delivered.addAndGet(appended.added()))));
      Await.until(Duration.ofMinutes(2), "the outbox is empty", () -> delivered.get() >= 100_000);
    } finally {
      node.close();
    }
    scans.assertNone(Stream.concat(Stream.of(LARGE_TABLES), Stream.of("outbox"))
        .sorted()
        .toArray(String[]::new));
  }

  @Test
  void the_names_of_administrators_are_read_from_their_index() {
    var plan = String.join(
        "\n",
        postgres.column("EXPLAIN " + UserRepository.ADMINISTRATOR_NAMES.replace("$1", "1000")));
    assertTrue(plan.contains("Index Scan using users_admin_listed"), plan);
  }

  private static void changeUsers(SignIn node, String name) {
    var ada = create(node, name);
    find(node, ada);
    node.await(() -> node.bus.request(
        Users.UPDATE,
        new Users.Update(
            SignIn.ADMINISTRATOR,
            ada.id(),
            null,
            FieldUpdate.of(name + "-renamed"),
            FieldUpdate.of("Augusta " + name),
            FieldUpdate.of(name + "@example.com"),
            FieldUpdate.of(Users.ROLES),
            null)));
    var change = new ChangeStatus(SignIn.ADMINISTRATOR, ada.id(), null);
    node.await(() -> node.bus.request(Users.DISABLE, change));
    node.await(() -> node.bus.request(Users.ENABLE, change));
    node.await(() -> node.bus.request(
        Users.DELETE, new Users.Delete(SignIn.ADMINISTRATOR, ada.id(), true, null)));
    node.await(() -> node.bus.request(Users.RESTORE, change));
    node.await(() -> node.bus.request(Users.AUDIT, new Users.FindAudit(ada.id(), null, 100)));
    node.await(() -> node.bus.request(Users.AUDIT, new Users.FindAudit(7, 500_000L, 100)));
    node.await(() -> node.bus.request(
        Users.DELETE, new Users.Delete(SignIn.ADMINISTRATOR, ada.id(), false, null)));
  }

  private static void search(SignIn node) {
    for (var role : new String[] {null, Users.ROLE_ADMIN, Users.ROLE_USER}) {
      for (var status : new Status[] {null, Status.ACTIVE, Status.DISABLED, Status.DELETED}) {
        for (var q : new String[] {null, "user-1234", "ada", "1234", "nothing like it"}) {
          for (var after : new Long[] {null, 500_000L}) {
            node.await(
                () -> node.bus.request(Users.SEARCH, new Search(q, role, status, after, 100)));
          }
        }
      }
    }
  }

  private static void useSessions(SignIn node, String name) {
    var userId = node.given(name, PASSWORD);
    node.outcome(node.signIn(name, "a wrong password", SignIn.HOME));
    var grant = node.refreshed(node.signIn(name, PASSWORD));
    var end = node.clock.instant().plusSeconds(900);
    var ticket = node.await(() -> node.bus.request(
        Sessions.ISSUE_TICKET, new Sessions.IssueTicket(userId, grant.sessionId(), end)));
    node.await(
        () -> node.bus.request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(ticket.ticket())));
    node.await(() ->
        node.bus.request(Sessions.LIST, new Sessions.ListSessions(userId, grant.sessionId())));
    node.await(() -> node.bus.request(
        Sessions.CHANGE_PASSWORD,
        new Sessions.ChangePassword(
            userId,
            grant.sessionId(),
            new Password(PASSWORD),
            new Password("moon over water"),
            CLIENT)));
    node.await(() -> node.bus.request(
        Sessions.END, new Sessions.EndSession(userId, grant.sessionId(), null, CLIENT)));
    var second = node.signIn(name, "moon over water");
    node.await(() ->
        node.bus.request(Sessions.LOGOUT, new Sessions.Logout(second.refreshToken(), CLIENT)));
    node.signIn(name, "moon over water");
    node.await(() -> node.bus.request(Sessions.LOGOUT_ALL, new Sessions.LogoutAll(userId, CLIENT)));
    node.await(() -> node.bus.request(
        Sessions.REGISTER,
        new Sessions.Register(name + "-new", null, null, new Password(PASSWORD), CLIENT)));
  }

  /** Reads the first pages, then those after the newest revocation. */
  private static void pollRevocations(SignIn node) {
    var first = node.await(() -> node.revocations.since(null));
    node.await(() -> node.revocations.since(first.cursor()));
    node.await(() ->
        node.revocations.since(new RevocationCursor(first.cursor().targetSnapshot(), null, 0)));
  }

  private static void keepHouse(SignIn node) {
    var housekeeping = new Housekeeping(
        node.vertx, node.database, AccountLocks.HOUSEKEEPING, node.clock, node.metrics);
    AccountRetention.addCleanupTasks(
        housekeeping, Duration.ofDays(400), new UserErasure(node.clock));
    node.await(housekeeping::run);
  }

  private static User create(SignIn node, String name) {
    return node.await(() -> node.bus.request(
        Users.CREATE,
        new Users.Create(
            Actor.anonymous(SignIn.HOME),
            name,
            "Ada " + name,
            name + "@example.org",
            new Password(PASSWORD),
            null)));
  }

  private static void find(SignIn node, User user) {
    node.await(() -> node.bus.request(Users.FIND, new Users.FindUser(user.id())));
  }

  private static void repeat(IntConsumer work) {
    for (var run = 0; run < REPETITIONS; run++) {
      work.accept(run);
    }
  }
}
