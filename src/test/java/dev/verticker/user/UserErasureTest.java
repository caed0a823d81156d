package dev.verticker.user;

import static dev.verticker.user.Accounts.as;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Users.Delete;
import dev.verticker.message.Users.FindAudit;
import dev.verticker.message.Users.User;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests what a hard delete does to a long audit trail: it hides the entries at once and rewrites them in batches. */
class UserErasureTest {
  private static final String PERSONAL =
      "SELECT count(*) FROM account.audit WHERE details IS NOT NULL OR address = '198.51.100.1'";

  private static Accounts accounts;
  private User admin;
  private User ada;

  @BeforeAll
  static void open() {
    accounts = new Accounts();
  }

  @AfterAll
  static void close() {
    accounts.close();
  }

  @BeforeEach
  void insert_a_user_with_audit_entries() {
    accounts.execute(
        "TRUNCATE account.users, account.audit, account.outbox, account.erasures CASCADE");
    admin = accounts.given("root", "admin");
    ada = accounts.given("ada", "admin");
    accounts.execute("TRUNCATE account.audit, account.outbox");
  }

  @Test
  void entries_are_hidden_at_once_and_rewritten_by_housekeeping() {
    insertEntries(ada.id(), ada.id(), 1300);
    insertEntries(admin.id(), ada.id(), 1300);
    insertEntries(ada.id(), admin.id(), 10);
    insertEntries(admin.id(), admin.id(), 10);

    erase(ada);

    assertHidden();
    assertEquals("2620", accounts.one(PERSONAL), "the deletion itself rewrites no entry");
    accounts.keepHouseAfter(Duration.ZERO);
    assertEquals("2620", accounts.one(PERSONAL), "other transactions may still write entries");

    var metrics = accounts.keepHouseAfter(Duration.ofMinutes(2));

    // Details about the administrator stay, and so do the addresses from which the administrator
    // acted.
    assertEquals(
        "0",
        accounts.one(
            "SELECT count(*) FROM account.audit WHERE user_id = %1$d AND details IS NOT NULL"
                .formatted(ada.id())));
    assertEquals(
        "0",
        accounts.one(
            "SELECT count(*) FROM account.audit WHERE actor_id = %d AND (address IS NOT NULL OR session IS NOT NULL)"
                .formatted(ada.id())));
    assertEquals(
        "1310",
        accounts.one("SELECT count(*) FROM account.audit WHERE user_id = %d AND details IS NOT NULL"
            .formatted(admin.id())));
    assertEquals(
        "20",
        accounts.one(
            "SELECT count(*) FROM account.audit WHERE actor_id = %d AND address = '198.51.100.1'"
                .formatted(admin.id())));
    assertEquals(
        2611,
        metrics.counter("housekeeping_removed_total", "what", "erased-audit").count(),
        "each entry once");
    assertHidden();
    accounts.keepHouseAfter(Duration.ofMinutes(2));
    assertEquals("t", accounts.one("SELECT rewritten FROM account.erasures"));
  }

  @Test
  void a_late_entry_of_an_erased_user_is_hidden_too() {
    erase(ada);
    accounts.keepHouseAfter(Duration.ofMinutes(2));

    insertEntries(ada.id(), ada.id(), 5);

    assertHidden();
  }

  @Test
  void many_erased_users_are_rewritten_in_one_run() {
    var users = 45;
    accounts.execute(
        """
        INSERT INTO account.erasures (user_id, erased_at) SELECT n, now() FROM generate_series(1001, %d) AS n;
        INSERT INTO account.audit (at, action, user_id, actor_id, details)
        SELECT now(), 'test', n, n, '{}' FROM generate_series(1001, %1$d) AS n;
        """
            .formatted(1000 + users));

    accounts.keepHouseAfter(Duration.ofMinutes(2));

    assertEquals("0", accounts.one(PERSONAL));
    assertEquals("0", accounts.one("SELECT count(*) FROM account.erasures WHERE NOT rewritten"));
  }

  @Test
  void the_record_of_an_erasure_stays_until_the_last_entry_of_the_user_is_deleted()
      throws SQLException {
    insertEntries(admin.id(), ada.id(), 5);
    erase(ada);
    accounts.keepHouseAfter(Duration.ofDays(399));
    assertEquals("1", accounts.one("SELECT count(*) FROM account.erasures"));
    try (var other = accounts.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          "SELECT FROM account.audit WHERE actor_id = %d LIMIT 1 FOR UPDATE".formatted(ada.id()));

      accounts.keepHouseAfter(Duration.ofDays(401));

      assertEquals("1", accounts.one("SELECT count(*) FROM account.erasures"));
      other.rollback();
    }
    accounts.keepHouseAfter(Duration.ofDays(401));
    assertEquals("0", accounts.one("SELECT count(*) FROM account.erasures"));
  }

  @Test
  void a_backlog_of_waiting_events_is_redacted_in_batches_and_the_deletion_itself_stays() {
    accounts.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'user_updated', %1$d, '{users}',
               jsonb_build_object('event', 'user_updated', 'user_id', %1$d, 'data', 'Ada Lovelace')
          FROM generate_series(1, 2500)
        """
            .formatted(ada.id()));
    var readable =
        "SELECT count(*) FROM account.outbox WHERE NOT payload ? 'redacted' AND payload ? 'data'";

    erase(ada);
    assertEquals("1501", accounts.one(readable), "at most 1,000 in the deletion");

    accounts.keepHouseAfter(Duration.ofMinutes(2));

    assertEquals("1", accounts.one(readable));
    assertEquals(
        "hard",
        accounts.one(
            "SELECT payload ->> 'mode' FROM account.outbox WHERE NOT payload ? 'redacted'"));
  }

  private void assertHidden() {
    var entries = accounts
        .await(() -> accounts.audit.read(new FindAudit(ada.id(), null, 1000)))
        .entries();
    assertTrue(!entries.isEmpty());
    for (var entry : entries) {
      assertEquals(null, entry.details());
      if (entry.actorId() == ada.id()) {
        assertEquals(null, entry.address());
        assertEquals(null, entry.session());
        assertEquals(null, entry.actorUsername());
      }
    }
  }

  private void erase(User user) {
    accounts.await(() -> accounts.users.delete(new Delete(as(admin), user.id(), false, null)));
  }

  private static void insertEntries(long userId, long actorId, int count) {
    accounts.execute(
        """
        INSERT INTO account.audit (at, action, user_id, actor_id, session, address, details)
        SELECT now(), 'user.updated', %d, %d, 'a session', '198.51.100.1', '{"full_name": {"to": "Ada"}}'
          FROM generate_series(1, %d)
        """
            .formatted(userId, actorId, count));
  }
}
