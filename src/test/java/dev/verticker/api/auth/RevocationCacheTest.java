package dev.verticker.api.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Revocation;
import dev.verticker.message.Sessions.RevocationCursor;
import dev.verticker.message.Sessions.RevocationPage;
import dev.verticker.testing.Await;
import dev.verticker.testing.SteppedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RevocationCacheTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final String SESSION = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
  private static final String OTHER_SESSION = "6ba7b810-9dad-41d1-80b4-00c04fd430c9";

  private final Vertx vertx = Vertx.vertx();
  private final SteppedClock clock = new SteppedClock(NOW);
  private final Bus bus = new Bus(vertx, clock, new SimpleMeterRegistry());
  private final RevocationCache revoked = new RevocationCache(vertx, bus, clock);
  private final List<Revocation> entries = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile Failure trouble;
  private MessageConsumer<?> verticle;

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_revoked_session_is_refused_and_others_pass() {
    serve();
    entries.add(session(SESSION));
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
    assertEquals("passes", refusal(token(7, 1, OTHER_SESSION)));
  }

  @Test
  void tokens_of_a_user_below_the_least_version_are_refused() {
    serve();
    entries.add(user(7, 3));
    entries.add(user(7, 2));
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 2, SESSION)));
    assertEquals("passes", refusal(token(7, 3, SESSION)));
    assertEquals("passes", refusal(token(8, 1, SESSION)));
  }

  @Test
  void news_is_heard_within_a_second_without_any_hint() {
    serve();
    revoked.start().await();
    var told = new CopyOnWriteArrayList<Reason>();
    revoked.onRevoked(revocation -> told.add(revocation.reason()));
    entries.add(user(7, 2));
    Await.until(Duration.ofSeconds(1), "refused", () -> revoked.isRevoked(token(7, 1, SESSION)));
    // Whoever looks from another thread may see the refusal a moment before it is told.
    Await.until("told", () -> !told.isEmpty());
    assertEquals(List.of(Reason.USER_DISABLED), told);
  }

  @Test
  void a_hint_makes_it_ask_at_once() {
    serve();
    revoked.start().await();
    var before = asked.get();
    entries.add(user(7, 2));
    bus.publish(Sessions.REVOKED, new Sessions.RevokedHint());
    Await.until(Duration.ofMillis(400), "refused", () -> revoked.isRevoked(token(7, 1, SESSION)));
    assertTrue(asked.get() > before);
  }

  @Test
  void all_pages_are_read_before_anybody_is_let_in() {
    serve();
    for (var user = 1; user <= 7; user++) {
      entries.add(user(user, 2));
    }
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
    assertEquals(4, asked.get());
  }

  @Test
  void when_postgres_is_down_tokens_pass_however_long_it_takes() {
    serve();
    revoked.start().await();
    entries.add(session(SESSION));
    Await.until("heard", () -> revoked.isRevoked(token(7, 1, SESSION)));
    trouble = new Failure.Unavailable("database-unavailable", "The database does not answer now.");
    clock.step(Duration.ofMinutes(1));
    Await.until("asked", () -> revoked.outage().isEmpty());
    assertEquals("passes", refusal(token(8, 1, OTHER_SESSION)));
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
  }

  @Test
  void without_any_user_verticle_nobody_passes_after_ten_seconds_and_all_do_when_it_is_back() {
    serve();
    revoked.start().await();
    verticle.unregister().await();
    clock.step(Duration.ofSeconds(9));
    assertEquals("passes", refusal(token(7, 1, SESSION)));
    clock.step(Duration.ofSeconds(2));
    assertEquals("unavailable", refusal(token(7, 1, SESSION)));
    serve();
    Await.until("lets in again", () -> revoked.outage().isEmpty());
  }

  @Test
  void a_front_door_that_never_heard_lets_nobody_in_even_when_postgres_is_down() {
    revoked.start().await();
    assertEquals("unavailable", refusal(token(7, 1, SESSION)));
    trouble = new Failure.Unavailable("database-unavailable", "The database does not answer now.");
    serve();
    var before = asked.get();
    Await.until("asked twice", () -> asked.get() > before + 1);
    assertEquals("unavailable", refusal(token(7, 1, SESSION)));
    trouble = null;
    Await.until("lets in", () -> revoked.outage().isEmpty());
  }

  @Test
  void an_entry_is_forgotten_when_its_tokens_have_expired() {
    serve();
    entries.add(session(SESSION));
    revoked.start().await();
    entries.clear();
    clock.step(Duration.ofMinutes(16));
    Await.until("forgotten", () -> !revoked.isRevoked(token(7, 1, SESSION)));
    assertFalse(revoked.isRevoked(token(7, 1, SESSION)));
  }

  /** A user verticle that hands out two entries a page; the cursor counts them. */
  private void serve() {
    verticle = bus.serve(Sessions.REVOKED_SINCE, since -> {
          asked.incrementAndGet();
          if (trouble != null) {
            return Future.failedFuture(trouble);
          }
          var from = Optional.ofNullable(since.cursor())
              .map(RevocationCursor::after)
              .orElse(0L)
              .intValue();
          var start = Math.min(from, entries.size());
          var end = Math.min(start + 2, entries.size());
          return Future.succeededFuture(new RevocationPage(
              entries.subList(start, end),
              new RevocationCursor("s", null, end),
              end < entries.size()));
        })
        .await();
  }

  private String refusal(AccessToken token) {
    return revoked.check(token).map(Failure::code).orElse("passes");
  }

  private static AccessToken token(long user, long version, String session) {
    return new AccessToken(
        "id", user, session, version, List.of("user"), NOW, NOW.plusSeconds(900));
  }

  private static Revocation session(String session) {
    return new Revocation(7, null, session, Reason.LOGGED_OUT, NOW.plus(Duration.ofMinutes(16)));
  }

  private static Revocation user(long id, long version) {
    return new Revocation(
        id, version, null, Reason.USER_DISABLED, NOW.plus(Duration.ofMinutes(16)));
  }
}
