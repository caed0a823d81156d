package dev.verticker.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.verticker.bus.Failure;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseTest {
  private static final int MORE_THAN_THE_BREAKER_BEARS = 8;

  private final TestDatabase server = TestDatabase.create();
  private final Vertx vertx = Vertx.vertx();
  private Database database;

  @BeforeEach
  void open() {
    database = Database.open(
        vertx, server.settings("account").withPoolSize(2 * MORE_THAN_THE_BREAKER_BEARS));
  }

  @AfterEach
  void close() {
    database.close().await();
    vertx.close().await();
  }

  @Test
  void a_mistake_of_our_own_is_told_as_it_is_and_keeps_nobody_from_the_database() {
    for (var i = 0; i < MORE_THAN_THE_BREAKER_BEARS; i++) {
      assertThrows(ArithmeticException.class, () -> database
          .transaction(tx -> {
            throw new ArithmeticException("a mistake");
          })
          .await());
    }
    answers();
  }

  @Test
  void a_statement_that_is_wrong_hears_what_the_server_says_and_keeps_nobody_from_the_database() {
    for (var i = 0; i < MORE_THAN_THE_BREAKER_BEARS; i++) {
      var failure = assertThrows(
          PgException.class, () -> database.query("SELECT 1 / 0", Tuple.tuple()).await());
      assertEquals("22012", failure.getSqlState());
    }
    answers();
  }

  @Test
  void who_waits_for_a_row_in_vain_is_told_to_come_back_and_keeps_nobody_from_the_database()
      throws SQLException {
    try (var other = server.connect();
        var statement = other.createStatement()) {
      statement.execute("CREATE TABLE public.held AS SELECT 1 AS id");
      other.setAutoCommit(false);
      statement.execute("SELECT FROM public.held FOR UPDATE");
      var waiting = Stream.generate(
              () -> database.query("UPDATE public.held SET id = 2", Tuple.tuple()))
          .limit(MORE_THAN_THE_BREAKER_BEARS)
          .toList();
      for (var each : waiting) {
        var failure = assertThrows(Failure.Unavailable.class, each::await);
        assertEquals("database-unavailable", failure.code());
      }
      answers();
      other.rollback();
    }
  }

  private void answers() {
    assertEquals(
        1, database.query("SELECT 1", Tuple.tuple()).await().iterator().next().getInteger(0));
  }
}
