package dev.verticker.user.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.TestServers;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.testing.Await;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.SteppedClock;
import dev.verticker.testing.TestDatabase;
import dev.verticker.user.SignIn;
import dev.verticker.user.login.LoginFailures.Outcome;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LoginThrottleTest {
  private static final String PASSWORD = "a long walk by the sea";
  private static final String ELSEWHERE = "198.51.100.77";

  /** The keys in the shared Redis are derived from the secret. */
  private final Map<String, String> secret =
      Map.of("JWT_SECRET", "secret of this test " + UUID.randomUUID(), "REGISTRATION", "open");

  private final TestDatabase database = TestDatabase.create();
  private final SteppedClock clock = new SteppedClock(Instant.parse("2030-01-01T00:00:00Z"));
  private final SignIn node = new SignIn(database, clock, secret);
  private final SignIn other = new SignIn(database, clock, secret);
  private String ada;
  private long adaId;

  @BeforeEach
  void start_without_failed_attempts() {
    node.clear();
    other.awaitRedis();
    createUser(node);
  }

  private void createUser(SignIn by) {
    ada = "ada" + UUID.randomUUID().toString().substring(0, 8);
    adaId = by.given(ada, PASSWORD);
  }

  @AfterEach
  void restart_redis() {
    if (!TestServers.redis().isRunning()) {
      TestServers.redis().start();
    }
  }

  @AfterAll
  void stop() {
    node.close();
    other.close();
  }

  @Test
  void the_sixth_attempt_from_an_address_is_throttled_even_with_the_correct_password() {
    assertEquals(wrong(5), guesses(5, "wrong"));
    assertEquals("too-many-attempts", outcome(ada, PASSWORD, SignIn.HOME));
    node.clock.step(Duration.ofMinutes(15).plusMillis(1));
    assertEquals("ok", outcome(ada, PASSWORD, SignIn.HOME));
  }

  @Test
  void an_attacker_cannot_lock_a_user_out_from_a_known_address() {
    node.signIn(ada, PASSWORD);
    guess120Times();
    assertEquals("ok", outcome(ada, PASSWORD, SignIn.HOME));
    assertEquals("too-many-attempts", outcome(ada, PASSWORD, "203.0.113.250"));
  }

  private void guess120Times() {
    for (var address = 0; address < 24; address++) {
      for (var guess = 0; guess < 5; guess++) {
        var attempt = new LoginKeys(node.auth.keys(), "login-attempts")
            .attempt(adaId, "198.51.100." + address, false);
        var failures = new LoginFailures(node.redis, LoginLimits.LOGINS, node.clock);
        node.await(() -> failures.record(Outcome.FAILURE, attempt));
      }
    }
  }

  @Test
  void password_spraying_is_throttled_at_the_sixtieth_attempt() {
    var outcomes = IntStream.range(0, 60)
        .mapToObj(n -> outcome("person" + n, "summer2024 again", ELSEWHERE))
        .toList();
    assertEquals(20, Collections.frequency(outcomes, "invalid-credentials"));
    assertEquals("too-many-attempts", outcomes.get(59));
  }

  @Test
  void five_of_many_concurrent_guesses_are_verified() {
    try (var real = nodeWithRealHashes()) {
      var guesses = IntStream.range(0, 20)
          .mapToObj(n -> real.signIn(ada, "guess number " + n, ELSEWHERE))
          .map(real::outcome)
          .toList();
      assertEquals(5, Collections.frequency(guesses, "invalid-credentials"), guesses.toString());
      assertEquals(15, Collections.frequency(guesses, "too-many-attempts"), guesses.toString());
    }
  }

  @Test
  void concurrent_successful_sign_ins_are_not_throttled() {
    try (var real = nodeWithRealHashes()) {
      real.signIn(ada, PASSWORD);
      // More than the limit of failures. On a busy machine the last ones exceed the deadline of the
      // bus.
      var all = IntStream.range(0, 7)
          .mapToObj(n -> real.signIn(ada, PASSWORD, SignIn.HOME))
          .toList();
      var outcomes = all.stream().map(real::outcome).toList();
      assertTrue(Set.of("ok", "unavailable").containsAll(outcomes), outcomes.toString());
      assertEquals("ok", real.outcome(real.signIn(ada, PASSWORD, SignIn.HOME)));
    }
  }

  /** The clock stands still, so only the place in the queue decides, not the speed of the machine. */
  @Test
  void forty_eight_guesses_at_once_from_one_address_do_not_keep_others_from_signing_in() {
    try (var real = nodeWithRealHashes()) {
      // The first statements of a cold JVM may exceed the timeout of the database.
      real.signIn(ada, PASSWORD);
      var guesses = IntStream.range(0, 48)
          .mapToObj(n -> real.signIn("name" + n, "summer2024 again", ELSEWHERE))
          .toList();

      assertNotRejected(real, "grace", "203.0.113.1");
      assertNotRejected(real, ada, "203.0.113.2");

      assertRejected(real, guesses);
    }
  }

  @Test
  void an_account_that_signs_in_all_the_time_does_not_keep_others_from_signing_in() {
    try (var real = nodeWithRealHashes()) {
      real.signIn(ada, PASSWORD);
      var flood = new ArrayList<Future<?>>();
      for (var other = 0; other < 3; other++) {
        IntStream.range(0, 40).forEach(n -> flood.add(real.signIn(ada, PASSWORD, SignIn.HOME)));
        assertNotRejected(real, "other" + other, "203.0.113." + other);
      }
      assertRejected(real, flood);
    }
  }

  /** Opens a node on which concurrent sign-ins wait for each other, and creates its user. */
  private SignIn nodeWithRealHashes() {
    var real = SignIn.withRealHashes(database, clock, secret);
    createUser(real);
    return real;
  }

  private static void assertNotRejected(SignIn node, String username, String address) {
    assertNotEquals("hashing-busy", node.outcome(node.signIn(username, "a password", address)));
  }

  private static void assertRejected(SignIn node, List<? extends Future<?>> flood) {
    var outcomes = flood.stream().map(node::outcome).toList();
    assertTrue(outcomes.contains("hashing-busy"), outcomes.toString());
  }

  @Test
  void two_nodes_share_the_count() {
    assertEquals(wrong(3), guesses(3, "wrong"));
    for (var guess = 0; guess < 2; guess++) {
      assertEquals("invalid-credentials", other.outcome(other.signIn(ada, "wrong", SignIn.HOME)));
    }
    assertEquals("too-many-attempts", outcome(ada, "wrong", SignIn.HOME));
    assertEquals("too-many-attempts", other.outcome(other.signIn(ada, PASSWORD, SignIn.HOME)));
  }

  @Test
  @Provokes(4)
  void an_outage_of_redis_does_not_reset_the_count_of_the_node() {
    assertEquals(wrong(3), guesses(3, "wrong"));
    TestServers.redis().kill();
    Await.until(
        "the node detects the outage of Redis",
        () -> !node.redis.outageDuration().isZero());
    assertEquals(wrong(2), guesses(2, "wrong"));
    assertEquals("too-many-attempts", outcome(ada, "wrong", SignIn.HOME));
    assertEquals("ok", outcome(ada, PASSWORD, ELSEWHERE));
  }

  @Test
  void a_flush_of_redis_does_not_reset_the_count_of_any_node() {
    assertEquals(wrong(3), guesses(3, "wrong"));
    assertEquals("invalid-credentials", other.outcome(other.signIn(ada, "wrong", SignIn.HOME)));
    forgetFailures();
    assertEquals(wrong(1), guesses(1, "wrong"));
    assertEquals("too-many-attempts", other.outcome(other.signIn(ada, "wrong", SignIn.HOME)));
    assertEquals("too-many-attempts", outcome(ada, PASSWORD, SignIn.HOME));
  }

  @Test
  void a_successful_sign_in_resets_the_failures_on_every_node() {
    for (var guess = 0; guess < 4; guess++) {
      assertEquals("invalid-credentials", other.outcome(other.signIn(ada, "wrong", SignIn.HOME)));
    }
    assertEquals("ok", outcome(ada, PASSWORD, SignIn.HOME));
    assertEquals("invalid-credentials", other.outcome(other.signIn(ada, "wrong", SignIn.HOME)));
    assertEquals("ok", other.outcome(other.signIn(ada, PASSWORD, SignIn.HOME)));
  }

  /** Removes the keys of this test only, because other tests share the server. */
  private void forgetFailures() {
    var keys = new LoginKeys(node.auth.keys(), "login-attempts").attempt(adaId, SignIn.HOME, false);
    var command = Request.cmd(Command.DEL);
    keys.keys().forEach(key -> command.arg("login-failures:" + key));
    node.await(() -> node.redis.send(command));
  }

  @Test
  void a_successful_sign_in_resets_the_failures() {
    assertEquals(wrong(4), guesses(4, "wrong"));
    assertEquals("ok", outcome(ada, PASSWORD, SignIn.HOME));
    assertEquals(wrong(5), guesses(5, "wrong"));
  }

  @Test
  void an_ipv6_network_counts_as_one_address() {
    for (var host = 1; host <= 5; host++) {
      assertEquals("invalid-credentials", outcome(ada, "wrong", "2001:db8:1:2::" + host));
    }
    assertEquals("too-many-attempts", outcome(ada, "wrong", "2001:db8:1:2:ffff::1"));
    assertEquals("ok", outcome(ada, PASSWORD, "2001:db8:1:3::1"));
  }

  @Test
  void an_ipv4_address_counts_as_itself_in_every_form() {
    assertEquals(wrong(3), guesses(3, "wrong"));
    assertEquals("invalid-credentials", outcome(ada, "wrong", "::ffff:" + SignIn.HOME));
    assertEquals("invalid-credentials", outcome(ada, "wrong", "64:ff9b::" + SignIn.HOME));
    assertEquals("too-many-attempts", outcome(ada, PASSWORD, SignIn.HOME));
    assertEquals("ok", outcome(ada, PASSWORD, "::ffff:" + ELSEWHERE));
  }

  @Test
  void renaming_oneself_does_not_reset_the_throttle_on_the_current_password_or_on_signing_in() {
    var session = node.signIn(ada, PASSWORD).sessionId();
    for (var guess = 0; guess < 5; guess++) {
      assertEquals("wrong-password", changePassword(session, "wrong"));
    }
    node.execute("UPDATE account.users SET username = 'x" + ada + "' WHERE id = " + adaId);
    assertEquals("too-many-attempts", changePassword(session, PASSWORD));
    assertEquals("too-many-attempts", outcome("x" + ada, PASSWORD, SignIn.HOME));
  }

  private String changePassword(String session, String current) {
    return node.outcome(node.start(() -> node.bus.request(
        Sessions.CHANGE_PASSWORD,
        new Sessions.ChangePassword(
            adaId,
            session,
            new Password(current),
            new Password("moon over water"),
            new Client(SignIn.HOME, "a test")))));
  }

  @Test
  void
      the_twenty_first_registration_from_an_address_must_wait_whatever_the_outcome_of_the_others() {
    for (var n = 0; n < 10; n++) {
      assertEquals("ok", register("name" + n, ELSEWHERE));
      assertEquals("username-taken", register(ada, ELSEWHERE));
    }
    assertEquals("too-many-attempts", register("another", ELSEWHERE));
    assertEquals("ok", register("another", SignIn.HOME));
    assertEquals("ok", outcome(ada, PASSWORD, ELSEWHERE));
    node.clock.step(Duration.ofMinutes(10).plusMillis(1));
    assertEquals("username-taken", register("another", ELSEWHERE));
  }

  private String register(String username, String address) {
    return node.outcome(node.start(() -> node.bus.request(
        Sessions.REGISTER,
        new Sessions.Register(
            username, null, null, new Password(PASSWORD), new Client(address, "a test")))));
  }

  @Test
  void keys_contain_neither_username_nor_address() {
    var keys = new LoginKeys(node.auth.keys(), "login-attempts");
    var attempt = keys.attempt(ada, SignIn.HOME, false);
    assertTrue(
        attempt.keys().stream().noneMatch(key -> key.contains(ada) || key.contains(SignIn.HOME)));
    assertEquals(
        attempt.keys(),
        keys.attempt(ada.toUpperCase(Locale.ROOT), SignIn.HOME, false).keys());
  }

  private List<String> guesses(int times, String password) {
    return IntStream.range(0, times)
        .mapToObj(n -> outcome(ada, password, SignIn.HOME))
        .toList();
  }

  private static List<String> wrong(int times) {
    return Collections.nCopies(times, "invalid-credentials");
  }

  private String outcome(String username, String password, String address) {
    return node.outcome(node.signIn(username, password, address));
  }
}
