package dev.verticker.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.dev.TcpProxy;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.junit5.VertxExtension;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class DatabaseTest {
  private static final int MORE_THAN_OPENS_THE_BREAKER = 8;

  private final TestDatabase server = TestDatabase.create();
  private final Vertx vertx;
  private Database database;

  DatabaseTest(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeEach
  void open() {
    database = Database.open(
        vertx, server.settings("account").withPoolSize(2 * MORE_THAN_OPENS_THE_BREAKER));
  }

  @AfterEach
  void close() {
    database.close().await();
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

  private static List<Buffer> garbage() {
    var random = new Random(20_260_603);
    var garbage = new ArrayList<>(List.of(
        Buffer.buffer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        Buffer.buffer().appendByte((byte) 'D').appendInt(-1).appendInt(0),
        Buffer.buffer().appendByte((byte) 'D').appendInt(6).appendShort((short) 9),
        Buffer.buffer().appendByte((byte) 'Z').appendInt(5).appendByte((byte) 'I'),
        Buffer.buffer().appendByte((byte) 'E').appendInt(5).appendByte((byte) 0),
        Buffer.buffer().appendByte((byte) '?').appendInt(4)));
    for (var i = 0; i < 10; i++) {
      var bytes = new byte[1 + random.nextInt(200)];
      random.nextBytes(bytes);
      garbage.add(Buffer.buffer(bytes));
    }
    return garbage;
  }

  /** A server whose responses a proxy replaces. */
  private record GarbledServer(TcpProxy proxy, Database database) {
    Future<Integer> query() {
      return database.query("SELECT 1", Tuple.tuple()).map(DatabaseTest::one);
    }

    Future<Integer> transaction() {
      return database.transaction(tx -> tx.query("SELECT 1").execute().map(DatabaseTest::one));
    }
  }

  private GarbledServer garbledServer() {
    var settings = server.settings("account");
    var proxy = TcpProxy.before(vertx, settings.port());
    var proxied = new PostgresSettings(
        settings.schema(),
        "127.0.0.1",
        proxy.port(),
        settings.database(),
        settings.user(),
        settings.password(),
        2,
        false,
        Optional.empty());
    return new GarbledServer(proxy, Database.open(vertx, proxied));
  }

  @Test
  void a_connection_that_delivers_garbage_is_unavailable_and_replaced() {
    var garbage = garbage();
    var servers = Stream.generate(this::garbledServer).limit(garbage.size()).toList();
    servers.forEach(each -> Await.until("connects", () -> succeeds(each.query())));

    var calls = new ArrayList<Future<Integer>>();
    for (var i = 0; i < garbage.size(); i++) {
      servers.get(i).proxy().garble(garbage.get(i));
      calls.add(servers.get(i).query());
      calls.add(servers.get(i).transaction());
    }

    calls.forEach(DatabaseTest::assertUnavailable);
    servers.forEach(each -> each.proxy().passOn());
    for (var each : servers) {
      Await.until(
          Duration.ofSeconds(10),
          "a new connection",
          () -> succeeds(each.query()) && succeeds(each.transaction()));
      each.database().close().await();
    }
  }

  private static boolean succeeds(Future<?> call) {
    return Await.await(call.transform(result -> Future.succeededFuture(result.succeeded())));
  }

  private static void assertUnavailable(Future<?> call) {
    var failure = Await.failureOf(call);
    assertTrue(failure instanceof Failure.Unavailable, failure::toString);
  }

  private static int one(RowSet<Row> rows) {
    return rows.iterator().next().getInteger(0);
  }

  private void assertAvailable() {
    assertEquals(
        1, database.query("SELECT 1", Tuple.tuple()).await().iterator().next().getInteger(0));
  }
}
