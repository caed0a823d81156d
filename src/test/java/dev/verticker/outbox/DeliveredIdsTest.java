package dev.verticker.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.outbox.DeliveredIds.Poll;
import dev.verticker.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeliveredIdsTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final DeliveredIds delivered = new DeliveredIds();
  private final OutboxTable outbox = new OutboxTable("account", row -> null);
  private Connection writer;

  @BeforeEach
  void open() throws SQLException {
    writer = postgres.connect();
    writer.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    writer.close();
  }

  @Test
  void deleted_entries_are_skipped_after_three_polls() {
    insert(10);
    assertEquals(0, poll());
    assertEquals(0, poll());
    assertEquals(0, poll(), "the entries are still there");
    delete();
    assertEquals(9, poll(), "the last id of the sequence may be unused");
    insert(1);
    poll();
    delete();
    poll();
    assertEquals(10, poll());
  }

  @Test
  void an_entry_that_commits_late_is_not_skipped() throws SQLException {
    insert(5);
    insertOpen();
    insert(5);
    delete();
    for (var i = 0; i < 5; i++) {
      assertEquals(0, poll(), "entry 6 may still be committed");
    }
    writer.commit();
    for (var i = 0; i < 5; i++) {
      assertEquals(0, poll(), "entry 6 is not delivered");
    }
    assertEquals("6", postgres.value("SELECT id FROM account.outbox"));
    delete();
    assertEquals(10, poll());
  }

  @Test
  void an_entry_that_is_rolled_back_does_not_stop_the_limit() throws SQLException {
    insertOpen();
    insert(5);
    delete();
    poll();
    poll();
    assertEquals(0, poll());
    writer.rollback();
    assertEquals(5, poll());
  }

  @Test
  void a_writer_is_a_transaction_before_it_gets_an_id() throws SQLException {
    postgres.execute(
        """
        CREATE FUNCTION account.transaction_of_id() RETURNS bigint LANGUAGE plpgsql
          AS 'BEGIN RETURN COALESCE(pg_current_xact_id_if_assigned()::text::bigint, 0); END';
        ALTER TABLE account.outbox ALTER COLUMN user_id SET DEFAULT account.transaction_of_id();
        INSERT INTO account.outbox (at, event, topics, payload) VALUES (now(), 'test', '{users}', '{}');
        """);
    assertEquals("t", postgres.value("SELECT user_id > 0 FROM account.outbox"));
  }

  @Test
  void a_backup_does_not_stop_the_limit() throws SQLException {
    try (var backup = postgres.connect();
        var statement = backup.createStatement()) {
      backup.setAutoCommit(false);
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
      statement.execute("SELECT count(*) FROM account.outbox");
      insert(1000);
      delete();
      poll();
      poll();
      assertEquals(999, poll());
    }
  }

  @Test
  void a_restored_database_is_read_from_the_start() {
    insert(10);
    delete();
    poll();
    poll();
    assertEquals(9, poll());
    postgres.execute("TRUNCATE account.outbox RESTART IDENTITY");
    insert(1);
    assertEquals(0, poll());
  }

  private long poll() {
    var row = postgres
        .rows(outbox.selectOldest().replace("$1", Long.toString(delivered.limit())))
        .get(0);
    delivered.onPoll(new Poll(
        row.get(0) == null ? null : Long.valueOf(row.get(0)),
        Long.parseLong(row.get(3)),
        Long.parseLong(row.get(4)),
        Long.parseLong(row.get(2))));
    return delivered.limit();
  }

  private void insert(int rows) {
    postgres.execute(
        """
        INSERT INTO account.outbox (at, event, user_id, topics, payload)
        SELECT now(), 'test', 1, '{users}', '{}' FROM generate_series(1, %d)"""
            .formatted(rows));
  }

  private void insertOpen() throws SQLException {
    try (var statement = writer.createStatement()) {
      statement.execute(
          "INSERT INTO account.outbox (at, event, user_id, topics, payload) VALUES (now(), 'test', 1, '{users}', '{}')");
    }
  }

  private void delete() {
    postgres.execute("DELETE FROM account.outbox");
  }
}
