package dev.verticker.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevServersTest {
  private final List<String> messages = new ArrayList<>();

  @Test
  void a_test_class_gets_an_empty_database_with_a_password() throws SQLException {
    var one = TestServers.postgres().createDatabase();
    var other = TestServers.postgres().createDatabase();
    query(one, "create table mine (id int)");

    assertEquals("scram-sha-256", method(one));
    assertThrows(SQLException.class, () -> query(other, "select from mine"));
    var stranger = new PostgresDatabase(one.host(), one.port(), one.name(), one.user(), "wrong");
    var refused = assertThrows(SQLException.class, () -> query(stranger, "select 1"));
    assertEquals("28P01", refused.getSQLState());
  }

  @Test
  void after_a_crash_postgres_restarts_on_the_same_port_with_its_rows() throws SQLException {
    var postgres = TestServers.postgres();
    var database = postgres.createDatabase();
    query(database, "create table kept as select 7 as id");

    postgres.kill();
    assertFalse(Ports.answers(postgres.port()));
    postgres.start();

    assertEquals("7", query(database, "select id from kept"));
  }

  @Test
  void a_frozen_server_keeps_its_connections_and_does_not_respond() throws IOException {
    var redis = TestServers.redis();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
      socket.setSoTimeout(200);
      redis.freeze();
      ping(socket);
      assertThrows(SocketTimeoutException.class, () -> socket.getInputStream().read());
      redis.thaw();
      socket.setSoTimeout(5_000);
      assertEquals("+PONG", line(socket));
    }
  }

  @Test
  void redis_with_a_password_rejects_clients_without_it_also_after_a_restart(@TempDir Path folder)
      throws IOException {
    try (var redis = DevRedis.start(folder, 0, Optional.of("s3cret"), false, messages::add)) {
      redis.stop();
      redis.start();
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), redis.port())) {
        ping(socket);
        assertTrue(line(socket).startsWith("-NOAUTH"));
      }
      assertEquals("redis://:s3cret@127.0.0.1:" + redis.port(), redis.url());
    }
    assertEquals(List.of(), messages);
  }

  @Test
  void a_server_left_by_a_killed_run_is_stopped_with_a_message_and_its_data_is_kept(
      @TempDir Path parent) throws SQLException {
    var folder = parent.resolve("with space");
    var orphan = DevPostgres.start(folder, 0, false, messages::add);
    var database = orphan.database("verticker", "verticker", "it's \"one\" password");
    query(database, "create table kept as select 7 as id");

    try (var postgres = DevPostgres.start(folder, orphan.port(), false, messages::add)) {
      assertFalse(orphan.isRunning());
      assertEquals(orphan.port(), postgres.port());
      var renamed = postgres.database("verticker", "verticker", "another password");
      assertEquals("7", query(renamed, "select id from kept"));
      assertThrows(SQLException.class, () -> query(database, "select 1"));
    }
    assertEquals(1, messages.size(), messages::toString);
    assertTrue(
        messages.get(0).startsWith("PostgreSQL of an earlier run is still running"),
        messages::toString);
  }

  @Test
  void a_port_used_by_another_program_is_replaced_by_a_free_one(@TempDir Path folder)
      throws IOException {
    try (var stranger = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var redis = DevRedis.start(
            folder, stranger.getLocalPort(), Optional.empty(), false, messages::add)) {
      assertNotEquals(stranger.getLocalPort(), redis.port());
      assertEquals(
          List.of("port " + stranger.getLocalPort() + " is used by another program: Redis uses "
              + redis.port()),
          messages);
    }
  }

  private static String query(PostgresDatabase database, String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        var statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (var rows = statement.getResultSet()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  private static String method(PostgresDatabase database) throws SQLException {
    return query(database, "select split_part(system_user, ':', 1)");
  }

  private static void ping(Socket socket) throws IOException {
    socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  private static String line(Socket socket) throws IOException {
    var line = new StringBuilder();
    for (var c = socket.getInputStream().read();
        c != '\r';
        c = socket.getInputStream().read()) {
      line.append((char) c);
    }
    return line.toString();
  }
}
