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
  private static final Instant EXPIRY = NOW.plus(Duration.ofMinutes(16));
  private static final String SESSION = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
  private static final String OTHER_SESSION = "6ba7b810-9dad-41d1-80b4-00c04fd430c9";

  private final Vertx vertx = Vertx.vertx();
  private final SteppedClock clock = new SteppedClock(NOW);
  private final Bus bus = new Bus(vertx, clock, new SimpleMeterRegistry());
  private final RevocationCache revoked = new RevocationCache(vertx, bus, clock);
  private final List<Revocation> entries = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Failure trouble;
  private MessageConsumer<?> verticle;

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void a_revoked_session_is_rejected_and_others_pass() {
    serve();
    entries.add(session(SESSION));
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
    assertEquals("passes", refusal(token(7, 1, OTHER_SESSION)));
  }

  @Test
  void tokens_of_a_user_below_the_minimum_version_are_rejected() {
    serve();
    entries.add(user(7, 3));
    entries.add(user(7, 2));
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 2, SESSION)));
    assertEquals("passes", refusal(token(7, 3, SESSION)));
    assertEquals("passes", refusal(token(8, 1, SESSION)));
  }

  @Test
  void tokens_of_every_user_issued_before_a_time_are_rejected_until_the_entry_expires() {
    serve();
    entries.add(Revocation.ofEveryone(NOW.minusSeconds(60), Reason.SESSION_ENDED, EXPIRY));
    entries.add(Revocation.ofEveryone(NOW, Reason.SESSION_ENDED, EXPIRY));
    entries.add(Revocation.ofEveryone(NOW.minusSeconds(30), Reason.SESSION_ENDED, EXPIRY));
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
    assertEquals("invalid-token", refusal(token(8, 9, OTHER_SESSION)));
    assertEquals("passes", refusal(issuedAt(NOW.plusSeconds(1))));

    entries.clear();
    clock.step(Duration.ofMinutes(16));
    Await.until("entry removed", () -> !revoked.isRevoked(token(7, 1, SESSION)));
  }

  @Test
  void a_revocation_is_received_within_a_second_without_a_message() {
    serve();
    revoked.start().await();
    var received = new CopyOnWriteArrayList<Reason>();
    revoked.onRevoked(revocation -> received.add(revocation.reason()));
    entries.add(user(7, 2));
    Await.until(Duration.ofSeconds(1), "refused", () -> revoked.isRevoked(token(7, 1, SESSION)));
    // This thread may see the entry a moment before the listener is called.
    Await.until("revocation received", () -> !received.isEmpty());
    assertEquals(List.of(Reason.USER_DISABLED), received);
  }

  @Test
  void a_revoked_message_triggers_a_poll_at_once() {
    serve();
    revoked.start().await();
    var before = requests.get();
    entries.add(user(7, 2));
    bus.publish(Sessions.REVOKED, new Sessions.RevokedHint());
    Await.until(Duration.ofMillis(400), "refused", () -> revoked.isRevoked(token(7, 1, SESSION)));
    assertTrue(requests.get() > before);
  }

  @Test
  void all_pages_are_read_before_a_token_is_accepted() {
    serve();
    for (var user = 1; user <= 7; user++) {
      entries.add(user(user, 2));
    }
    revoked.start().await();
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
    assertEquals(4, requests.get());
  }

  @Test
  void tokens_are_accepted_however_long_postgres_is_down() {
    serve();
    revoked.start().await();
    entries.add(session(SESSION));
    Await.until("revoked", () -> revoked.isRevoked(token(7, 1, SESSION)));
    trouble = new Failure.Unavailable("database-unavailable", "The database does not answer now.");
    clock.step(Duration.ofMinutes(1));
    Await.until("response received", () -> revoked.outage().isEmpty());
    assertEquals("passes", refusal(token(8, 1, OTHER_SESSION)));
    assertEquals("invalid-token", refusal(token(7, 1, SESSION)));
  }

  @Test
  void without_a_user_verticle_every_token_is_rejected_after_ten_seconds_until_it_returns() {
    serve();
    revoked.start().await();
    verticle.unregister().await();
    clock.step(Duration.ofSeconds(9));
    assertEquals("passes", refusal(token(7, 1, SESSION)));
    clock.step(Duration.ofSeconds(2));
    assertEquals("unavailable", refusal(token(7, 1, SESSION)));
    serve();
    Await.until("accepts tokens again", () -> revoked.outage().isEmpty());
  }

  @Test
  void a_front_door_without_a_first_response_rejects_all_tokens_even_when_postgres_is_down() {
    revoked.start().await();
    assertEquals("unavailable", refusal(token(7, 1, SESSION)));
    trouble = new Failure.Unavailable("database-unavailable", "The database does not answer now.");
    serve();
    var before = requests.get();
    Await.until("two more requests", () -> requests.get() > before + 1);
    assertEquals("unavailable", refusal(token(7, 1, SESSION)));
    trouble = null;
    Await.until("accepts tokens", () -> revoked.outage().isEmpty());
  }

  @Test
  void an_entry_is_removed_when_its_tokens_have_expired() {
    serve();
    entries.add(session(SESSION));
    revoked.start().await();
    entries.clear();
    clock.step(Duration.ofMinutes(16));
    Await.until("entry removed", () -> !revoked.isRevoked(token(7, 1, SESSION)));
    assertFalse(revoked.isRevoked(token(7, 1, SESSION)));
  }

  /** A user verticle that returns two entries per page; the cursor counts them. */
  private void serve() {
    verticle = bus.serve(Sessions.REVOKED_SINCE, since -> {
          requests.incrementAndGet();
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

  private static AccessToken issuedAt(Instant time) {
    return new AccessToken("id", 7, SESSION, 1, List.of("user"), time, time.plusSeconds(900));
  }

  private static Revocation session(String session) {
    return Revocation.ofSession(7, session, Reason.LOGGED_OUT, EXPIRY);
  }

  private static Revocation user(long id, long version) {
    return Revocation.ofUser(id, version, Reason.USER_DISABLED, EXPIRY);
  }
}
