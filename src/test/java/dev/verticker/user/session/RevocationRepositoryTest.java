package dev.verticker.user.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.RevocationCursor;
import dev.verticker.message.Sessions.RevocationPage;
import dev.verticker.user.SignIn;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RevocationRepositoryTest {
  private final SignIn node = new SignIn();

  @BeforeEach
  void delete_the_revocations_of_other_tests() {
    node.clear();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void a_lower_id_that_is_committed_later_is_still_returned() throws SQLException {
    try (var slow = open();
        var fast = open()) {
      write(slow, 1);
      write(fast, 2);
      fast.commit();
      var before = page(null);
      assertEquals(List.of(2L), users(before));
      slow.commit();
      var after = page(before.cursor());
      assertEquals(List.of(1L), users(after));
      assertEquals(List.of(), users(page(after.cursor())));
    }
  }

  @Test
  void a_rolled_back_revocation_is_never_returned() throws SQLException {
    try (var connection = open()) {
      write(connection, 1);
      var before = page(null);
      connection.rollback();
      assertEquals(List.of(), users(page(before.cursor())));
    }
  }

  @Test
  void a_long_transaction_does_not_delay_other_revocations() throws SQLException {
    try (var slow = open()) {
      write(slow, 1);
      var cursor = page(null).cursor();
      revoke(2);
      assertEquals(List.of(2L), users(page(cursor)));
    }
  }

  @Test
  void a_reader_receives_all_revocations_of_concurrent_writers() {
    var received = new ArrayList<Long>();
    var writers = LongStream.rangeClosed(1, 60)
        .mapToObj(user -> node.start(() -> revocation(user)))
        .toList();
    RevocationCursor cursor = null;
    while (writers.stream().anyMatch(writer -> !writer.isComplete())) {
      var page = page(cursor);
      received.addAll(users(page));
      cursor = page.cursor();
    }
    received.addAll(users(page(cursor)));
    assertEquals(
        LongStream.rangeClosed(1, 60).boxed().toList(),
        received.stream().sorted().toList());
  }

  @Test
  void revocations_are_paged_and_later_ones_follow_after_the_last_page() {
    node.execute(
        """
        INSERT INTO account.revocations (user_id, least_ver, reason, expires_at)
        SELECT n, 2, 'LOGGED_OUT', now() + interval '1 year' FROM generate_series(1, 1200) n""");
    var first = page(null);
    assertEquals(500, first.revocations().size());
    revoke(9999);
    var second = page(first.cursor());
    var third = page(second.cursor());
    var fourth = page(third.cursor());
    assertTrue(first.more() && second.more());
    assertFalse(third.more() || fourth.more());
    assertEquals(500, second.revocations().size());
    assertTrue(users(third).contains(9999L) || users(fourth).contains(9999L));
    assertEquals(List.of(), users(page(fourth.cursor())));
  }

  @Test
  void new_revocations_are_paged_although_their_ids_and_transactions_have_different_orders()
      throws SQLException {
    revoke(1);
    var cursor = page(null).cursor();
    try (var first = open();
        var second = open()) {
      // The first transaction gets the lower transaction id and the higher revocation ids.
      write(first, 2);
      writeMany(second, 3, 700);
      writeMany(first, 703, 1000);
      first.commit();
      second.commit();
    }
    var received = new ArrayList<Long>();
    RevocationPage page;
    do {
      page = page(cursor);
      assertTrue(page.revocations().size() <= 500);
      received.addAll(users(page));
      cursor = page.cursor();
    } while (page.more());
    assertEquals(
        LongStream.rangeClosed(2, 1702).boxed().toList(),
        received.stream().sorted().toList());
    assertEquals(List.of(), users(page(cursor)));
  }

  @Test
  void a_page_of_new_revocations_starts_again_when_its_last_row_was_deleted() throws SQLException {
    var start = page(null).cursor();
    try (var connection = open()) {
      writeMany(connection, 1, 600);
      connection.commit();
    }
    var first = page(start);
    node.execute("DELETE FROM account.revocations WHERE user_id <= 500");
    var second = page(first.cursor());
    assertEquals(LongStream.rangeClosed(501, 600).boxed().toList(), users(second));
  }

  @Test
  void a_revocation_of_every_user_is_one_entry() {
    node.execute(
        """
        INSERT INTO account.revocations (issued_before, reason, expires_at)
        VALUES ('2030-01-01T00:00:00Z', 'SESSION_ENDED', now() + interval '1 year')""");
    var entry = page(null).revocations().get(0);
    assertEquals(Instant.parse("2030-01-01T00:00:00Z"), entry.issuedBefore());
    assertEquals(Reason.SESSION_ENDED, entry.reason());
  }

  @Test
  void a_cursor_of_another_server_returns_all_revocations() {
    revoke(7);
    assertEquals(List.of(7L), users(page(new RevocationCursor("900000000:900000000:", null, 0))));
  }

  @Test
  void a_revocation_expires_a_minute_after_the_last_revoked_token() {
    revoke(7);
    node.clock.step(TokenIssuer.ACCESS_TOKEN_LIFETIME.plusSeconds(59));
    assertEquals(List.of(7L), users(page(null)));
    node.clock.step(Duration.ofSeconds(1));
    assertEquals(List.of(), users(page(null)));
  }

  @Test
  void a_hint_is_published_after_the_commit() {
    var hint = Promise.<List<Long>>promise();
    node.await(() -> node.bus.subscribe(Sessions.REVOKED, hinted -> node.revocations
        .since(null)
        .map(RevocationRepositoryTest::users)
        .onSuccess(hint::tryComplete)));
    revoke(7);
    assertEquals(List.of(7L), node.await(hint.future()));
  }

  private void revoke(long user) {
    node.await(() -> revocation(user));
  }

  private Future<Void> revocation(long user) {
    return node.database.transaction(
        transaction -> node.revocations.revokeUser(transaction, user, 2, Reason.LOGGED_OUT));
  }

  private RevocationPage page(RevocationCursor cursor) {
    return node.await(() -> node.revocations.since(cursor));
  }

  private static List<Long> users(RevocationPage page) {
    return page.revocations().stream().map(Sessions.Revocation::userId).toList();
  }

  private Connection open() throws SQLException {
    var connection = node.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  private static void writeMany(Connection connection, long firstUser, int users)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO account.revocations (user_id, least_ver, reason, expires_at)
          SELECT n, 2, 'LOGGED_OUT', now() + interval '1 year' FROM generate_series(%d, %d) n"""
              .formatted(firstUser, firstUser + users - 1));
    }
  }

  private static void write(Connection connection, long user) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO account.revocations (user_id, least_ver, reason, expires_at)
          VALUES (%d, 2, 'LOGGED_OUT', now() + interval '1 year')"""
              .formatted(user));
    }
  }
}
