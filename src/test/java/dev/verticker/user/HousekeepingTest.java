package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.data.Housekeeping;
import dev.verticker.user.change.UserErasure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HousekeepingTest {
  private static final Duration AUDIT_RETENTION = Duration.ofDays(400);
  private static Accounts accounts;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeAll
  static void open() {
    accounts = new Accounts();
  }

  @AfterAll
  static void close() {
    accounts.close();
  }

  @BeforeEach
  void insert_expired_and_retained_rows() {
    accounts.execute("TRUNCATE account.audit, account.outbox");
    accounts.execute(
        """
        INSERT INTO account.audit (at, action)
        SELECT now() - CASE WHEN n <= 2500 THEN interval '401 days' ELSE interval '399 days' END, 'test'
          FROM generate_series(1, 2510) AS n
        """);
    accounts.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now() - CASE WHEN n <= 3 THEN interval '8 days' ELSE interval '6 days' END, 'test', 1, '{users}', '{}'
          FROM generate_series(1, 10) AS n
        """);
  }

  @Test
  void expired_rows_are_deleted_in_batches_and_others_stay() {
    var house = housekeeping();

    accounts.await(house::run);

    assertEquals("10", accounts.one("SELECT count(*) FROM account.audit"));
    assertEquals("7", accounts.one("SELECT count(*) FROM account.outbox"));
    assertEquals(2500, removed("audit"));
    assertEquals(3, removed("outbox"));
    accounts.await(house::run);
    assertEquals(2500, removed("audit"), "nothing more");
  }

  @Test
  void a_node_without_the_lock_deletes_nothing() throws SQLException {
    var house = housekeeping();
    try (var other = accounts.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(%d, %d)"
          .formatted(AccountLocks.HOUSEKEEPING.lockClass(), AccountLocks.HOUSEKEEPING.key()));

      accounts.await(house::run);

      assertEquals("2510", accounts.one("SELECT count(*) FROM account.audit"));
      other.rollback();
    }
    accounts.await(house::run);
    assertEquals("10", accounts.one("SELECT count(*) FROM account.audit"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "audit",
        "outbox",
        "sessions WHERE expires_at < now()",
        "tickets",
        "sign_in_addresses"
      })
  void locked_rows_are_deleted_by_the_next_run(String rows) throws SQLException {
    insertExpiredRows();
    var house = housekeeping();
    try (var other = accounts.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT FROM account." + rows + " LIMIT 1 FOR UPDATE");
      accounts.await(house::run);
      assertEquals("1", accounts.one("SELECT count(*) FROM account." + rows));
      other.rollback();
    }
    accounts.await(house::run);
    assertEquals("0", accounts.one("SELECT count(*) FROM account." + rows));
  }

  /** Replaces all rows with a few, most of them expired. */
  private static void insertExpiredRows() {
    accounts.execute(
        """
        TRUNCATE account.audit, account.outbox, account.users CASCADE;
        INSERT INTO account.audit (at, action) SELECT now() - interval '401 days', 'test' FROM generate_series(1, 3);
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now() - interval '8 days', 'test', 1, '{users}', '{}' FROM generate_series(1, 3);
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        VALUES ('ada', repeat('x', 20), '{user}', now(), now());
        INSERT INTO account.sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)
        SELECT gen_random_uuid(), id, sha256(n::text::bytea), now(), now(), now() - n * interval '8 days'
          FROM account.users, generate_series(-1, 3) AS n
         WHERE n <> 0;
        INSERT INTO account.tickets (hash, session_id, token_expires_at, expires_at)
        SELECT sha256(n::text::bytea), id, now(), now() - interval '1 hour'
          FROM account.sessions, generate_series(1, 3) AS n
         WHERE expires_at > now();
        INSERT INTO account.sign_in_addresses (user_id, address, seen_at)
        SELECT id, n::text::bytea, now() - interval '200 days' FROM account.users, generate_series(1, 3) AS n;
        """);
  }

  @Test
  void a_failed_task_is_counted_by_name_and_does_not_stop_the_others() {
    var house = empty().deleteOlderThan(Duration.ZERO, "broken", "account.nowhere", "id", "at");
    AccountRetention.addCleanupTasks(house, AUDIT_RETENTION, new UserErasure(Clock.systemUTC()));

    accounts.await(house::run);

    assertEquals(2500, removed("audit"));
    assertEquals(1, failures("broken"));
    assertEquals(0, failures("audit"));
    accounts.await(house::run);
    assertEquals(2, failures("broken"), "it is tried again");
  }

  private double failures(String what) {
    return metrics.counter("housekeeping_failures_total", "what", what).count();
  }

  private Housekeeping housekeeping() {
    var house = empty();
    AccountRetention.addCleanupTasks(house, AUDIT_RETENTION, new UserErasure(Clock.systemUTC()));
    return house;
  }

  private Housekeeping empty() {
    return new Housekeeping(
        accounts.vertx, accounts.database, AccountLocks.HOUSEKEEPING, Clock.systemUTC(), metrics);
  }

  private double removed(String what) {
    return metrics.counter("housekeeping_removed_total", "what", what).count();
  }
}
