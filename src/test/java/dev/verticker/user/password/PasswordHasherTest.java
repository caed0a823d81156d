package dev.verticker.user.password;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.password4j.BcryptFunction;
import com.password4j.types.Bcrypt;
import dev.verticker.bus.Failure;
import dev.verticker.message.Password;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PasswordHasherTest {
  /** Takes about 300 ms to verify. */
  private static final String SLOW =
      BcryptFunction.getInstance(Bcrypt.B, 13).hash("of old").getResult();

  private static final HashingClient CLIENT = HashingClient.of("192.0.2.7", "ada", true);

  private final Vertx vertx = Vertx.vertx();
  private final PasswordHasher passwords = PasswordHasher.open(
      vertx, 2, PasswordHasher.Cost.OWASP, Clock.systemUTC(), new SimpleMeterRegistry());

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_hash_contains_its_parameters_and_a_random_salt() {
    var one = hash("a long walk by the sea");
    assertTrue(one.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), one);
    assertFalse(one.equals(hash("a long walk by the sea")));
    assertEquals(
        new PasswordHasher.Comparison(true, false), compare("a long walk by the sea", one));
    assertFalse(compare("a long walk by the see", one).matches());
  }

  @Test
  void a_password_is_not_truncated() {
    var long128 = "ü".repeat(127);
    var hash = hash(long128 + "a");
    assertFalse(compare(long128 + "b", hash).matches());
    assertTrue(compare(long128 + "a", hash).matches());
  }

  @Test
  void bcrypt_hashes_of_every_variant_match_as_in_the_earlier_system() {
    for (var type : List.of(Bcrypt.A, Bcrypt.B, Bcrypt.Y)) {
      var hash = BcryptFunction.getInstance(type, 4).hash("pässword of old").getResult();
      assertEquals(
          new PasswordHasher.Comparison(true, true), compare("pässword of old", hash), hash);
      assertFalse(compare("passwort of old", hash).matches());
    }
    var seventyTwo = "x".repeat(72);
    var hash = BcryptFunction.getInstance(Bcrypt.B, 4).hash(seventyTwo).getResult();
    assertTrue(
        compare(seventyTwo + " and what the earlier system never read", hash).matches());
  }

  @Test
  void a_test_vector_of_another_bcrypt_implementation_matches() {
    // Test vector of the crypt_blowfish package (public domain).
    assertTrue(compare("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
        .matches());
  }

  @Test
  void a_hash_with_an_excessive_cost_never_matches() {
    assertFalse(compare("x", "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
        .matches());
  }

  @Test
  void an_unknown_user_never_matches() {
    assertFalse(
        passwords.compare(CLIENT, new Password(""), Optional.empty()).await().matches());
  }

  @Test
  void at_most_twenty_four_tasks_wait() {
    var all = IntStream.range(0, 40)
        .mapToObj(n -> passwords.compare(CLIENT, new Password("number " + n), Optional.of(SLOW)))
        .toList();
    var rejected = all.stream().filter(Future::failed).toList();
    var hashed = all.stream().filter(Future::succeeded).count();
    // One thread for two cores, and the queue; other tasks are rejected at once. A task that is
    // hashed before the last one
    // arrives makes room.
    assertTrue(
        rejected.size() <= 15 && rejected.size() >= 15 - hashed,
        () -> rejected.size() + " rejected, " + hashed + " hashed");
    rejected.forEach(each -> assertEquals("hashing-busy", code(each)));
    all.forEach(PasswordHasherTest::code);
    assertEquals("ok", code(passwords.hashWithoutPolicy(CLIENT, new Password("afterwards"))));
  }

  @Test
  void a_password_whose_caller_has_timed_out_is_not_hashed() {
    var line = IntStream.range(0, 25)
        .mapToObj(n -> passwords.compare(CLIENT, new Password("of old"), Optional.of(SLOW)))
        .toList();

    var outcomes = line.stream().map(PasswordHasherTest::code).toList();

    assertEquals("ok", outcomes.get(0));
    assertEquals("hashing-busy", outcomes.get(24));
    assertEquals("ok", code(passwords.hashWithoutPolicy(CLIENT, new Password("afterwards"))));
  }

  private String hash(String password) {
    return passwords.hashWithoutPolicy(CLIENT, new Password(password)).await();
  }

  private PasswordHasher.Comparison compare(String password, String hash) {
    return passwords.compare(CLIENT, new Password(password), Optional.of(hash)).await();
  }

  private static String code(Future<?> work) {
    return work.transform(result ->
            Future.succeededFuture(result.succeeded() ? "ok" : ((Failure) result.cause()).code()))
        .await();
  }
}
