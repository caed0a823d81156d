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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RevocationRepositoryTest {
  private SignIn node;

  @BeforeEach
  void start() {
    node = new SignIn();
  }

  @AfterEach
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
        SELECT n, 2, 'LOGGED_OUT', now() + interval '1 day' FROM generate_series(1, 1200) n""");
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
    node.await(() -> node.bus.subscribe(
        Sessions.REVOKED,
        hinted ->
            node.revocations.since(null).map(RevocationRepositoryTest::users).onComplete(hint)));
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

  private static void write(Connection connection, long user) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO account.revocations (user_id, least_ver, reason, expires_at)
          VALUES (%d, 2, 'LOGGED_OUT', now() + interval '1 day')"""
              .formatted(user));
    }
  }
}
