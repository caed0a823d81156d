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
  private static final int MORE_THAN_OPENS_THE_BREAKER = 8;

  private final TestDatabase server = TestDatabase.create();
  private final Vertx vertx = Vertx.vertx();
  private Database database;

  @BeforeEach
  void open() {
    database = Database.open(
        vertx, server.settings("account").withPoolSize(2 * MORE_THAN_OPENS_THE_BREAKER));
  }

  @AfterEach
  void close() {
    database.close().await();
    vertx.close().await();
  }

  @Test
  void an_exception_of_the_caller_is_passed_on_and_does_not_open_the_circuit_breaker() {
    for (var i = 0; i < MORE_THAN_OPENS_THE_BREAKER; i++) {
      assertThrows(ArithmeticException.class, () -> database
          .transaction(tx -> {
            throw new ArithmeticException("a mistake");
          })
          .await());
    }
    assertAvailable();
  }

  @Test
  void
      an_invalid_statement_fails_with_the_error_of_the_server_and_does_not_open_the_circuit_breaker() {
    for (var i = 0; i < MORE_THAN_OPENS_THE_BREAKER; i++) {
      var failure = assertThrows(
          PgException.class, () -> database.query("SELECT 1 / 0", Tuple.tuple()).await());
      assertEquals("22012", failure.getSqlState());
    }
    assertAvailable();
  }

  @Test
  void a_lock_timeout_is_unavailable_and_does_not_open_the_circuit_breaker() throws SQLException {
    try (var other = server.connect();
        var statement = other.createStatement()) {
      statement.execute("CREATE TABLE public.held AS SELECT 1 AS id");
      other.setAutoCommit(false);
      statement.execute("SELECT FROM public.held FOR UPDATE");
      var waiting = Stream.generate(
              () -> database.query("UPDATE public.held SET id = 2", Tuple.tuple()))
          .limit(MORE_THAN_OPENS_THE_BREAKER)
          .toList();
      for (var each : waiting) {
        var failure = assertThrows(Failure.Unavailable.class, each::await);
        assertEquals("database-unavailable", failure.code());
      }
      assertAvailable();
      other.rollback();
    }
  }

  private void assertAvailable() {
    assertEquals(
        1, database.query("SELECT 1", Tuple.tuple()).await().iterator().next().getInteger(0));
  }
}
