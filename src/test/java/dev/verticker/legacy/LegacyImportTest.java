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
  void an_earlier_system() {
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
          (9000, 'blank', '', '', '%1$s', NULL, NULL),
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
  void users_keep_their_ids_and_hashes_and_who_breaks_a_rule_is_listed() {
    assertEquals(0, run(), err::toString);

    var said = out.toString(StandardCharsets.UTF_8);
    assertEquals(
        List.of(
            "user 2 \"käthe\" skipped: the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
            "user 3 \"ab\" skipped: the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
            "user 4 \"plain\" skipped: the password hash must be bcrypt with a cost of 4 to 14",
            "user 5 \"costly\" skipped: the password hash must be bcrypt with a cost of 4 to 14",
            "user 9001 \"x y\" skipped: the username must have 3 to 50 ASCII letters, digits, dots, underscores, hyphens",
            "user 2501 \"USER10\" skipped: the username is taken, ignoring case",
            "user 2502 \"doubled\" e-mail address emptied: it belongs to another user, ignoring case",
            "user 2503 \"crooked\" e-mail address emptied: it is no e-mail address"),
        said.lines().filter(line -> line.startsWith("user ")).toList());
    assertTrue(
        said.contains(
            "users: 2501 read, 2495 imported, 0 here already, 6 skipped, 2 e-mail addresses emptied"),
        said);
    assertTrue(said.contains("users: 1000 of 2501"), "progress");
    assertFalse(said.contains("$2b$"), "a hash got out");
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
    assertEquals(List.of("0"), rows(here, "SELECT count(*) FROM account.outbox"), "nobody is told");
    assertEquals(List.of("users.imported"), rows(here, "SELECT action FROM account.audit"));
  }

  @Test
  void of_each_symbol_and_minute_the_first_observation_is_kept() {
    assertEquals(0, run(), err::toString);

    assertTrue(
        out.toString(StandardCharsets.UTF_8)
            .contains(
                "observations: 6004 read, 2001 kept, 0 here already, 4000 more of the same symbol and minute,"
                    + " 3 unusable"),
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
  void a_price_that_is_a_number_keeps_every_digit() {
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
  void a_second_run_changes_nothing_and_brings_what_was_added_meanwhile() {
    assertEquals(0, run(), err::toString);
    var before = rows(here, "SELECT * FROM account.users ORDER BY id");
    earlier.execute("INSERT INTO users VALUES (9500, 'newcomer', NULL, NULL, '%s', NULL, NULL)"
        .formatted(BCRYPT));

    assertEquals(0, run(), err::toString);

    var said = out.toString(StandardCharsets.UTF_8);
    assertTrue(
        said.contains(
            "users: 2502 read, 1 imported, 2495 here already, 6 skipped, 0 e-mail addresses emptied"),
        said);
    assertTrue(said.contains("observations: 6004 read, 0 kept, 2001 here already"), said);
    assertEquals(before, rows(here, "SELECT * FROM account.users WHERE id < 9500 ORDER BY id"));
  }

  @Test
  void after_the_first_start_nothing_is_imported() {
    assertEquals(0, run());
    here.execute(
        """
        INSERT INTO account.users (username, password_hash, roles, created_at, updated_at)
        VALUES ('stranger', repeat('x', 60), ARRAY['user'], now(), now())
        """);

    assertEquals(1, run());

    assertEquals(
        "account.users holds 1 users that were not imported: import-legacy runs before the first start",
        err.toString(StandardCharsets.UTF_8).strip());
  }

  @Test
  void what_stopped_an_import_is_said_and_what_was_taken_before_is_kept() {
    assertEquals(0, run(), err::toString);
    here.execute("DELETE FROM market.exchange_info");
    here.execute(
        """
        ALTER TABLE market.exchange_info
          ADD CONSTRAINT no_room CHECK (called_at < '2025-08-20 20:00:00Z')
        """);

    assertEquals(3, run());

    var said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("the import was cut short, repeat it: "), said);
    assertTrue(said.contains("no_room"), said);
    assertFalse(said.contains("ROLLBACK"), "a consequence is no cause: " + said);
    assertEquals(List.of("1000"), rows(here, "SELECT count(*) FROM market.exchange_info"));
    here.execute("ALTER TABLE market.exchange_info DROP CONSTRAINT no_room");
    assertEquals(0, run(), err::toString);
    assertEquals(List.of("2001"), rows(here, "SELECT count(*) FROM market.exchange_info"));
  }

  @Test
  void an_address_that_is_none_is_refused_without_repeating_it() {
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

  /** Columns apart by a bar. */
  private static List<String> rows(TestDatabase database, String sql) {
    return database.rows(sql).stream()
        .map(row -> row.stream().map(String::valueOf).collect(Collectors.joining("|")))
        .toList();
  }
}
