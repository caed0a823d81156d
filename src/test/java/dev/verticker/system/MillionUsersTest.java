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
  private static final Duration MAX_START = Duration.ofSeconds(5);

  @TempDir
  private Path folder;

  @Test
  void a_node_starts_within_five_seconds_with_and_without_an_administrator() {
    var database = TestDatabase.create();
    database.execute(
        """
        INSERT INTO account.users (username, full_name, email, password_hash, roles, imported, created_at, updated_at)
        SELECT 'user-' || n, 'Ada ' || n, 'user-' || n || '@example.org', repeat('x', 60), '{user}', true, now(), now()
          FROM generate_series(1, 1000000) AS n;
        INSERT INTO account.name_words (deleted, words, user_id) SELECT false, lower(full_name), id FROM account.users;
        """);
    database.execute("VACUUM ANALYZE");
    var settings = database.settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.putAll(Map.of("USER_API_PORT", "0", "MANAGEMENT_PORT", "0", "DRAIN_SECONDS", "0"));
    try (var node =
        new NodeProcess(folder, settings, List.of("user-api", "user", "notification"))) {
      for (var start : List.of("without an administrator", "with an administrator")) {
        var began = System.nanoTime();
        node.start();
        node.awaitReady();
        var elapsed = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf("start %s: %d ms%n", start, elapsed.toMillis());
        assertTrue(elapsed.compareTo(MAX_START) < 0, "the start " + start + " took " + elapsed);
        node.stop();
      }
    }
    assertEquals(1, database.number("SELECT count(*) FROM account.users WHERE roles @> '{admin}'"));
  }
}
