package dev.verticker.user.login;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LoginThrottleTest {
  private static final String PASSWORD = "a long walk by the sea";
  private static final String ELSEWHERE = "198.51.100.77";

  private SignIn node;
  private String ada;

  @BeforeEach
  void start() {
    // Each test has its own secret: the tests share one Redis, and the keys are derived from the
    // secret.
    node = node();
    ada = "ada" + UUID.randomUUID().toString().substring(0, 8);
    node.given(ada, PASSWORD);
  }

  @AfterEach
  void stop() {
    node.close();
    if (!TestServers.redis().isRunning()) {
      TestServers.redis().start();
    }
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
        var attempt =
            new LoginKeys(node.auth.keys(), "login-attempts").attempt(ada, "198.51.100." + address);
        var failures = new LoginFailuresInRedis(node.redis, LoginLimits.LOGINS, node.clock);
        node.await(() -> failures.record(Outcome.FAILURE, attempt, false));
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
    var guesses = IntStream.range(0, 20)
        .mapToObj(n -> node.signIn(ada, "guess number " + n, ELSEWHERE))
        .map(node::outcome)
        .toList();
    assertEquals(5, Collections.frequency(guesses, "invalid-credentials"), guesses.toString());
    assertEquals(15, Collections.frequency(guesses, "too-many-attempts"), guesses.toString());
  }

  @Test
  void concurrent_successful_sign_ins_are_not_throttled() {
    var all = new ArrayList<Future<?>>();
    // More than the limit of failures, and few enough to be hashed before the deadline on a busy
    // machine.
    IntStream.range(0, 7).forEach(n -> all.add(node.signIn(ada, PASSWORD, SignIn.HOME)));
    assertEquals(Collections.nCopies(7, "ok"), all.stream().map(node::outcome).toList());
  }

  @Test
  void two_nodes_share_the_count() {
    try (var other = new SignIn(node.postgres, node.clock, Map.of("JWT_SECRET", secret(node)))) {
      assertEquals(wrong(3), guesses(3, "wrong"));
      for (var guess = 0; guess < 2; guess++) {
        assertEquals("invalid-credentials", other.outcome(other.signIn(ada, "wrong", SignIn.HOME)));
      }
      assertEquals("too-many-attempts", outcome(ada, "wrong", SignIn.HOME));
      assertEquals("too-many-attempts", other.outcome(other.signIn(ada, PASSWORD, SignIn.HOME)));
    }
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
  void
      the_twenty_first_registration_from_an_address_must_wait_whatever_the_outcome_of_the_others() {
    try (var open = new SignIn(
        node.postgres, node.clock, Map.of("JWT_SECRET", secret(node), "REGISTRATION", "open"))) {
      for (var n = 0; n < 10; n++) {
        assertEquals("ok", register(open, "name" + n, ELSEWHERE));
        assertEquals("username-taken", register(open, ada, ELSEWHERE));
      }
      assertEquals("too-many-attempts", register(open, "another", ELSEWHERE));
      assertEquals("ok", register(open, "another", SignIn.HOME));
      assertEquals("ok", open.outcome(open.signIn(ada, PASSWORD, ELSEWHERE)));
      node.clock.step(Duration.ofMinutes(10).plusMillis(1));
      assertEquals("username-taken", register(open, "another", ELSEWHERE));
    }
  }

  private static String register(SignIn node, String username, String address) {
    return node.outcome(node.start(() -> node.bus.request(
        Sessions.REGISTER,
        new Sessions.Register(
            username, null, null, new Password(PASSWORD), new Client(address, "a test")))));
  }

  @Test
  void keys_contain_neither_username_nor_address() {
    var keys = new LoginKeys(node.auth.keys(), "login-attempts");
    var attempt = keys.attempt(ada, SignIn.HOME);
    assertTrue(
        attempt.keys().stream().noneMatch(key -> key.contains(ada) || key.contains(SignIn.HOME)));
    assertEquals(
        attempt.keys(), keys.attempt(ada.toUpperCase(Locale.ROOT), SignIn.HOME).keys());
  }

  private static SignIn node() {
    return new SignIn(
        TestDatabase.create(),
        new SteppedClock(Instant.parse("2030-01-01T00:00:00Z")),
        Map.of("JWT_SECRET", "secret of this test " + UUID.randomUUID()));
  }

  private static String secret(SignIn node) {
    return node.auth.keys().get(0).secret().value();
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
