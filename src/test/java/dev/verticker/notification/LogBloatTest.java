package dev.verticker.notification;

import static dev.verticker.notification.LogNode.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Notifications;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests that the rows that each append updates stay short, also after a backup has held back vacuum. */
class LogBloatTest {
  private static final int APPENDS = 200;

  private static final String SIZE =
      "SELECT pg_relation_size('notification.log') + pg_relation_size('notification.topics')";

  private final TestDatabase postgres = TestDatabase.create();

  @Test
  void an_append_changes_no_index_of_the_log_and_its_topics() {
    try (var node = new LogNode(postgres)) {
      for (var id = 1; id <= APPENDS; id++) {
        node.append(entry(id, 7));
      }
    }
    awaitClosedConnections();
    assertHot("log", 1);
    assertHot("topics", 2);
  }

  /** The versions of ten minutes with ten appends a second. */
  @Test
  void appends_and_reads_stay_fast_while_a_backup_holds_back_vacuum() throws SQLException {
    try (var node = new LogNode(postgres);
        var backup = postgres.connect();
        var statement = backup.createStatement()) {
      node.append(entry(1, 7));
      backup.setAutoCommit(false);
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      statement.execute("SELECT FROM notification.log");
      postgres.execute(
          """
          DO $$
          BEGIN
            FOR i IN 1..6000 LOOP
              UPDATE notification.log SET head = head;
              UPDATE notification.topics SET seq = seq;
              COMMIT;
            END LOOP;
          END
          $$""");

      for (var id = 2; id <= 20; id++) {
        var started = System.nanoTime();
        node.append(entry(id, 7));
        assertEquals(id, node.page(Notifications.USERS).newest());
        var elapsed = Duration.ofNanos(System.nanoTime() - started);
        assertTrue(elapsed.toMillis() < 500, "append and read took " + elapsed);
      }
      backup.rollback();
      postgres.execute("VACUUM notification.log, notification.topics");
      var size = postgres.number(SIZE);
      for (var id = 21; id <= APPENDS; id++) {
        node.append(entry(id, 7));
      }
      assertEquals(size, postgres.number(SIZE), "the space of the old versions is used again");
    }
  }

  /** Index entries are spared by heap-only updates, which need free space on the page of the row. */
  private void assertHot(String table, int updatesPerAppend) {
    var row = postgres
        .rows("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables"
            + " WHERE schemaname = 'notification' AND relname = '" + table + "'")
        .get(0);
    var updates = Long.parseLong(row.get(0));
    var hot = Long.parseLong(row.get(1));
    // The first append inserts the rows.
    assertTrue(updates >= (APPENDS - 1L) * updatesPerAppend, table + ": " + row);
    assertTrue(hot >= updates * 0.9, table + ": " + hot + " of " + updates + " are heap-only");
  }

  private void awaitClosedConnections() {
    Await.until(
        "connections are closed",
        () -> postgres.number(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'verticker%'")
            == 0);
  }
}
