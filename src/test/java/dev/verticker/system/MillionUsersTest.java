package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.NodeProcess;
import dev.verticker.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts a node, in its own JVM, on a database with a million imported users. */
@Tag("faults")
class MillionUsersTest {
  /** The slowest start beside the slowest one without users; a scan of all users for each check takes longer. */
  private static final double MAX_RATIO = 2;

  @TempDir
  private Path folder;

  @Test
  void a_million_users_do_not_slow_down_a_start_with_or_without_an_administrator() {
    var few = TestDatabase.create();
    var many = TestDatabase.create();
    many.execute(
        """
        INSERT INTO account.users (username, full_name, email, password_hash, roles, imported, created_at, updated_at)
        SELECT 'user-' || n, 'Ada ' || n, 'user-' || n || '@example.org', repeat('x', 60), '{user}', true, now(), now()
          FROM generate_series(1, 1000000) AS n;
        INSERT INTO account.name_words (deleted, words, user_id) SELECT false, lower(full_name), id FROM account.users;
        """);
    many.execute("VACUUM ANALYZE");

    var reference = slowestOfTwoStarts("few", few);
    var elapsed = slowestOfTwoStarts("many", many);
    var ratio = (double) elapsed.toMillis() / reference.toMillis();
    System.out.printf("start: %s without users, %s with a million%n", reference, elapsed);

    assertTrue(ratio < MAX_RATIO, "a start takes " + ratio + " times as long");
  }

  /** The first start creates the administrator, the second one finds it. */
  private Duration slowestOfTwoStarts(String name, TestDatabase database) {
    var settings = database.settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.putAll(Map.of("USER_API_PORT", "0", "MANAGEMENT_PORT", "0", "DRAIN_SECONDS", "0"));
    var verticles = List.of("user-api", "user", "notification");
    try (var node = new NodeProcess(folder.resolve(name), settings, verticles)) {
      var slowest = Duration.ZERO;
      for (var start = 0; start < 2; start++) {
        var began = System.nanoTime();
        node.start();
        node.awaitReady();
        var elapsed = Duration.ofNanos(System.nanoTime() - began);
        slowest = elapsed.compareTo(slowest) > 0 ? elapsed : slowest;
        node.stop();
      }
      assertEquals(
          1, database.number("SELECT count(*) FROM account.users WHERE roles @> '{admin}'"));
      return slowest;
    }
  }
}
