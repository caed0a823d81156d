package dev.verticker.legacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LegacyImportTest {
  private static final String BCRYPT =
      "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";

  private final TestDatabase earlier = TestDatabase.createEmpty();
  private final TestDatabase here = TestDatabase.create();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void create_an_earlier_system() {
    earlier.execute(
        """
        CREATE TABLE users (id serial PRIMARY KEY, username varchar UNIQUE, full_name varchar, email varchar,
                            hashed_password varchar, created_at timestamp, updated_at timestamptz);
        CREATE TABLE exchange_info (id serial PRIMARY KEY, symbol varchar, exchange_info jsonb, called_at timestamptz);
        INSERT INTO users
        SELECT n, 'user' || n, 'Given Family' || n, 'mail' || n || '@example.com', '%1$s',
               '2025-01-01 10:00:00', '2025-02-01 10:00:00Z'
          FROM generate_series(10, 2500) AS n;
        INSERT INTO users VALUES
          (1, 'admin', NULL, NULL, '%1$s', NULL, NULL),
          (2, 'käthe', NULL, NULL, '%1$s', NULL, NULL),
          (3, 'ab', NULL, NULL, '%1$s', NULL, NULL),
          (4, 'plain', NULL, NULL, 'plaintext', NULL, NULL),
          (5, 'costly', NULL, NULL, replace('%1$s', '$12$', '$15$'), NULL, NULL),
          (2501, 'USER10', NULL, NULL, '%1$s', NULL, NULL),
          (2502, 'doubled', NULL, 'MAIL11@example.com', '%1$s', NULL, NULL),
          (2503, 'crooked', NULL, 'no address', '%1$s', NULL, NULL),
          (9000, 'blank', E'\\u200B', '', '%1$s', NULL, NULL),
          (9001, 'x y', NULL, NULL, '%1$s', NULL, NULL);
        INSERT INTO exchange_info (symbol, exchange_info, called_at)
        SELECT symbol, jsonb_build_object('symbol', symbol, 'price', (100 + n)::text), '2025-08-20 10:00:00Z'::timestamptz
               + n * interval '20 seconds'
          FROM generate_series(0, 2999) AS n, unnest(ARRAY['BTCUSDT', 'ETHUSDT']) AS symbol;
        INSERT INTO exchange_info (symbol, exchange_info, called_at) VALUES
          ('BTCUSDT', '{"symbol": "BTCUSDT"}', '2025-09-01 10:00:00Z'),
          ('BTCUSDT', '{"symbol": "BTCUSDT", "price": "-1"}', '2025-09-01 10:00:00Z'),
          ('BTCUSDT', '{"symbol": "BTCUSDT", "price": 5.10}', '2025-09-01 10:00:30.123456Z'),
          ('BTCUSDT', NULL, NULL);
        """
            .formatted(BCRYPT));
  }

  @Test
  void users_keep_their_ids_and_hashes_and_invalid_users_are_listed() {
    assertEquals(0, run(), err::toString);

    var output = out.toString(StandardCharsets.UTF_8);
    assertEquals(
        List.of(
            "user 2 \"käthe\" skipped: the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
            "user 3 \"ab\" skipped: the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
            "user 4 \"plain\" skipped: the password hash must be bcrypt with a cost of 4 to 14",
            "user 5 \"costly\" skipped: the password hash must be bcrypt with a cost of 4 to 14",
            "user 9001 \"x y\" skipped: the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
            "user 2501 \"USER10\" skipped: the username is in use, ignoring case",
            "user 2502 \"doubled\" e-mail address cleared: another user has it, ignoring case",
            "user 2503 \"crooked\" e-mail address cleared: it is not a valid e-mail address"),
        output.lines().filter(line -> line.startsWith("user ")).toList());
    assertTrue(
        output.contains(
            "users: 2501 read, 2495 imported, 0 existing, 6 skipped, 2 e-mail addresses cleared"),
        output);
    assertTrue(output.contains("users: 1000 of 2501"), "progress");
    assertFalse(output.contains("$2b$"), "a hash was printed");
    assertEquals(
        List.of("10|user10|Given Family10|mail10@example.com|" + BCRYPT
            + "|{user}|active|2025-01-01 10:00:00+00|2025-02-01 10:00:00+00"),
        rows(
            here,
            """
            SELECT id, username, full_name, email, password_hash, roles, status, created_at, updated_at
              FROM account.users WHERE id = 10
            """));
    assertEquals(
        List.of("9000"),
        rows(here, "SELECT id FROM account.users WHERE username = 'blank' AND full_name IS NULL"));
    assertEquals(
        List.of("given family10|10", "family10|10"),
        rows(
            here,
            "SELECT words, user_id FROM account.name_words WHERE user_id = 10 ORDER BY words DESC"));
    assertEquals(
        List.of("9002"),
        rows(
            here,
            """
            INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
            VALUES ('later', repeat('x', 60), ARRAY['user'], now(), now()) RETURNING id
            """));
    assertEquals(
        List.of("0"), rows(here, "SELECT count(*) FROM account.outbox"), "no event is published");
    assertEquals(List.of("users.imported"), rows(here, "SELECT action FROM account.audit"));
  }

  @Test
  void the_first_observation_of_each_symbol_and_minute_is_imported() {
    assertEquals(0, run(), err::toString);

    assertTrue(
        out.toString(StandardCharsets.UTF_8)
            .contains(
                "observations: 6004 read, 2001 imported, 0 existing, 4000 duplicates of a symbol and minute,"
                    + " 3 invalid"),
        out::toString);
    assertEquals(
        List.of(
            "BTCUSDT|{\"price\": \"100\", \"symbol\": \"BTCUSDT\"}|2025-08-20 10:00:00+00|29261400|testnet",
            "BTCUSDT|{\"price\": \"103\", \"symbol\": \"BTCUSDT\"}|2025-08-20 10:01:00+00|29261401|testnet"),
        rows(
            here,
            """
            SELECT symbol, exchange_info, called_at, slot, venue FROM market.exchange_info
             WHERE symbol = 'BTCUSDT' ORDER BY called_at LIMIT 2
            """));
    assertEquals(
        List.of("5.1|2025-09-01 10:00:30.123456+00"),
        rows(
            here,
            """
            SELECT (exchange_info ->> 'price')::numeric::float8, called_at FROM market.exchange_info
             ORDER BY called_at DESC LIMIT 1
            """));
  }

  @Test
  void a_numeric_price_keeps_every_digit() {
    earlier.execute("TRUNCATE exchange_info");
    earlier.execute(
        """
        INSERT INTO exchange_info (symbol, exchange_info, called_at) VALUES
          ('SMALL', '{"price": 0.00000001, "volume": 0.00000010}', '2025-09-01 10:00:00Z'),
          ('LONG', '{"price": 1234567890123.4567890, "volume": 98765432109876543210}', '2025-09-01 10:00:00Z'),
          ('TEXT', '{"price": "5.10"}', '2025-09-01 10:00:00Z'),
          ('NESTED', '{"price": {"amount": 5}}', '2025-09-01 10:00:00Z'),
          ('ENDLESS', '{"price": "1e999999999"}', '2025-09-01 10:00:00Z'),
          ('LIST', '[{"price": 5}]', '2025-09-01 10:00:00Z')
        """);

    assertEquals(0, run(), err::toString);

    assertEquals(
        List.of(
            "LONG|{\"price\": \"1234567890123.4567890\", \"volume\": 98765432109876543210}",
            "SMALL|{\"price\": \"0.00000001\", \"volume\": 0.00000010}",
            "TEXT|{\"price\": \"5.10\"}"),
        rows(here, "SELECT symbol, exchange_info FROM market.exchange_info ORDER BY symbol"));
  }

  @Test
  void a_second_run_keeps_existing_rows_and_imports_new_ones() {
    assertEquals(0, run(), err::toString);
    var before = rows(here, "SELECT * FROM account.users ORDER BY id");
    earlier.execute("INSERT INTO users VALUES (9500, 'newcomer', NULL, NULL, '%s', NULL, NULL)"
        .formatted(BCRYPT));

    assertEquals(0, run(), err::toString);

    var output = out.toString(StandardCharsets.UTF_8);
    assertTrue(
        output.contains(
            "users: 2502 read, 1 imported, 2495 existing, 6 skipped, 0 e-mail addresses cleared"),
        output);
    assertTrue(output.contains("observations: 6004 read, 0 imported, 2001 existing"), output);
    assertEquals(before, rows(here, "SELECT * FROM account.users WHERE id < 9500 ORDER BY id"));
  }

  @Test
  void the_import_is_rejected_after_the_first_start() {
    assertEquals(0, run());
    here.execute(
        """
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        VALUES ('stranger', repeat('x', 60), ARRAY['user'], now(), now())
        """);

    assertEquals(1, run());

    assertEquals(
        "account.users holds 1 users that were not imported: run import-legacy before the first start",
        err.toString(StandardCharsets.UTF_8).strip());
  }

  @Test
  void a_failed_import_reports_the_cause_and_keeps_the_imported_rows() {
    assertEquals(0, run(), err::toString);
    here.execute("DELETE FROM market.exchange_info");
    here.execute(
        """
        ALTER TABLE market.exchange_info
          ADD CONSTRAINT no_room CHECK (called_at < '2025-08-20 20:00:00Z')
        """);

    assertEquals(3, run());

    var output = err.toString(StandardCharsets.UTF_8);
    assertTrue(output.contains("the import failed, run it again to continue: "), output);
    assertTrue(output.contains("no_room"), output);
    assertFalse(output.contains("ROLLBACK"), "a consequence is printed as the cause: " + output);
    assertEquals(List.of("1000"), rows(here, "SELECT count(*) FROM market.exchange_info"));
    here.execute("ALTER TABLE market.exchange_info DROP CONSTRAINT no_room");
    assertEquals(0, run(), err::toString);
    assertEquals(List.of("2001"), rows(here, "SELECT count(*) FROM market.exchange_info"));
  }

  @Test
  void an_invalid_url_is_rejected_without_printing_it() {
    assertEquals(
        2,
        new LegacyImport(settings(), Path.of("target"), stream(out), stream(err))
            .run(List.of("mysql://me:topsecret@host/db")));

    assertFalse(err.toString(StandardCharsets.UTF_8).contains("topsecret"));
    assertEquals(
        2,
        new LegacyImport(settings(), Path.of("target"), stream(out), stream(err)).run(List.of()));
  }

  private int run() {
    var login = earlier.login();
    var url = "postgresql+psycopg2://%s:%s@%s:%d/%s"
        .formatted(login.user(), login.password(), login.host(), login.port(), login.name());
    return new LegacyImport(settings(), Path.of("target"), stream(out), stream(err))
        .run(List.of(url));
  }

  private HashMap<String, String> settings() {
    return new HashMap<>(here.settings());
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  /** Returns the rows with their columns separated by a bar. */
  private static List<String> rows(TestDatabase database, String sql) {
    return database.rows(sql).stream()
        .map(row -> row.stream().map(String::valueOf).collect(Collectors.joining("|")))
        .toList();
  }
}
