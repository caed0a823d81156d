package dev.verticker.api.auth;

import dev.verticker.bus.Bus;
import dev.verticker.bus.Failure;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Revocation;
import dev.verticker.message.Sessions.RevocationCursor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was revoked, in the memory of a front door; one per node, used by all its event loops. It asks every half second, and
 * at once when told that there is news.
 *
 * <p>When PostgreSQL is down tokens are accepted: nothing can be revoked then. When no user verticle has answered for ten
 * seconds, or never has, nobody knows what was revoked: then nobody is let in.
 *
 * <p>It grows with the sign-outs of a quarter of an hour, which the time a sign-in takes to hash bounds.
 */
public final class RevocationCache implements Shareable {
  private static final Logger log = LoggerFactory.getLogger(RevocationCache.class);
  private static final long EVERY_MS = 500;
  private static final Duration MAX_SILENCE = Duration.ofSeconds(10);

  /** What {@link Bus} says when nobody answered; everything else was said by a user verticle. */
  private static final String NOBODY = "unavailable";

  private record Below(long leastVersion, Instant expiresAt) {}

  private final Map<Long, Below> users = new ConcurrentHashMap<>();
  private final Map<String, Instant> sessions = new ConcurrentHashMap<>();
  private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();
  private final Vertx vertx;
  private final Bus bus;
  private final Clock clock;
  private RevocationCursor cursor;
  private boolean asking;
  private boolean askAgain;
  private volatile Instant heard = Instant.MIN;
  private volatile boolean complete;

  public RevocationCache(Vertx vertx, Bus bus, Clock clock) {
    this.vertx = vertx;
    this.bus = bus;
    this.clock = clock;
  }

  /** Asks from now on, on the calling context; completes when the first question was answered or was not. */
  public Future<Void> start() {
    return bus.subscribe(Sessions.REVOKED, hint -> ask()).compose(subscribed -> {
      vertx.setPeriodic(EVERY_MS, id -> ask());
      return ask();
    });
  }

  /** Why this token must not be let in now: revoked (401), or nobody can tell (503); empty when it may pass. */
  public Optional<Failure> refusal(AccessToken token) {
    if (outage().isPresent()) {
      return Optional.of(new Failure.Unavailable(
          "unavailable", "Who is signed in cannot be verified at the moment."));
    }
    return isRevoked(token)
        ? Optional.of(new Failure.Unauthenticated("invalid-token", "The access token was revoked."))
        : Optional.empty();
  }

  /** For an operator and for readiness: why nobody is let in; empty while all is well. */
  public Optional<String> outage() {
    if (!complete) {
      return Optional.of("it is not known yet which access tokens were revoked");
    }
    return Duration.between(heard, clock.instant()).compareTo(MAX_SILENCE) > 0
        ? Optional.of("no user verticle says which access tokens were revoked")
        : Optional.empty();
  }

  /** Calls back for every entry from now on, on the context of {@link #start}; an entry may come twice. */
  public void onRevoked(Consumer<Revocation> listener) {
    listeners.add(listener);
  }

  /** Whether the token is among what is known to be revoked. */
  public boolean isRevoked(AccessToken token) {
    var below = users.get(token.userId());
    return below != null && token.version() < below.leastVersion()
        || sessions.containsKey(token.sessionId());
  }

  private Future<Void> ask() {
    if (asking) {
      // What is under way may have been answered before the news.
      askAgain = true;
      return Future.succeededFuture();
    }
    asking = true;
    return bus.request(Sessions.REVOKED_SINCE, new Sessions.RevokedSince(cursor))
        .transform(answer -> {
          asking = false;
          if (answer.succeeded()) {
            return learn(answer.result());
          }
          if (!(answer.cause() instanceof Failure failure) || !NOBODY.equals(failure.code())) {
            heard = clock.instant();
          }
          askAgain = false;
          return Future.succeededFuture();
        });
  }

  private Future<Void> learn(Sessions.RevocationPage page) {
    heard = clock.instant();
    cursor = page.cursor();
    forgetExpired();
    page.revocations().forEach(this::learn);
    if (page.more() || askAgain) {
      askAgain = false;
      complete |= !page.more();
      return ask();
    }
    complete = true;
    return Future.succeededFuture();
  }

  private void learn(Revocation revocation) {
    if (revocation.sessionId() != null) {
      sessions.put(revocation.sessionId(), revocation.expiresAt());
    } else {
      users.merge(
          revocation.userId(),
          new Below(revocation.leastVersion(), revocation.expiresAt()),
          (known, fresh) -> known.leastVersion() >= fresh.leastVersion() ? known : fresh);
    }
    for (var listener : listeners) {
      try {
        listener.accept(revocation);
      } catch (RuntimeException e) {
        log.error("a revocation of user {} was not carried on", revocation.userId(), e);
      }
    }
  }

  private void forgetExpired() {
    var now = clock.instant();
    users.values().removeIf(below -> !below.expiresAt().isAfter(now));
    sessions.values().removeIf(expiresAt -> !expiresAt.isAfter(now));
  }
}
