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
 * The revoked sessions and token versions in the memory of a node, shared by all event loops. It polls the user verticle
 * every half second, and immediately after a {@link Sessions#REVOKED} message.
 *
 * <p>While PostgreSQL is unavailable to this node, the bus requests revocations from the user verticle of another node. If
 * that one reports the same, or there is none, nothing can be revoked, so tokens remain valid. After ten seconds without a
 * response from a user verticle, or before the first one, revocations are unknown and {@link #check} fails for every token.
 *
 * <p>An entry is removed when the revoked access tokens have expired, after 15 minutes at most.
 */
public final class RevocationCache implements Shareable {
  private static final Logger log = LoggerFactory.getLogger(RevocationCache.class);
  private static final long POLL_INTERVAL_MS = 500;
  private static final Duration MAX_SILENCE = Duration.ofSeconds(10);

  /** The code of a {@link Bus} failure without a response; every other failure comes from a user verticle. */
  private static final String NO_RESPONSE = "unavailable";

  /** Tokens with a lower version are revoked. */
  private record Versions(long minVersion, Instant expiresAt) {}

  private final Map<Long, Versions> users = new ConcurrentHashMap<>();
  private final Map<String, Instant> sessions = new ConcurrentHashMap<>();

  /** The newest one that concerns every user; null without one. */
  private volatile Revocation everyone;

  private final List<Consumer<Revocation>> listeners = new CopyOnWriteArrayList<>();
  private final Vertx vertx;
  private final Bus bus;
  private final Clock clock;
  private RevocationCursor cursor;
  private boolean polling;
  private boolean pollAgain;
  private volatile Instant lastResponseAt = Instant.MIN;
  private volatile boolean complete;

  public RevocationCache(Vertx vertx, Bus bus, Clock clock) {
    this.vertx = vertx;
    this.bus = bus;
    this.clock = clock;
  }

  /** Starts polling on the calling context; completes after the first request, successful or not. */
  public Future<Void> start() {
    return bus.subscribe(Sessions.REVOKED, hint -> poll()).compose(subscribed -> {
      vertx.setPeriodic(POLL_INTERVAL_MS, id -> poll());
      return poll();
    });
  }

  /** Returns the failure for this token: revoked (401), or revocations unknown (503); empty for a valid token. */
  public Optional<Failure> check(AccessToken token) {
    if (outage().isPresent()) {
      return Optional.of(new Failure.Unavailable(
          "unavailable", "Access tokens cannot be verified now. Try again later."));
    }
    return isRevoked(token)
        ? Optional.of(
            new Failure.Unauthenticated("invalid-token", "Revoked access token: sign in again."))
        : Optional.empty();
  }

  /** Returns why revocations are unknown, for operators and readiness; empty while they are known. */
  public Optional<String> outage() {
    if (!complete) {
      return Optional.of("revoked access tokens have not been loaded yet");
    }
    return Duration.between(lastResponseAt, clock.instant()).compareTo(MAX_SILENCE) > 0
        ? Optional.of("no user verticle has returned revoked access tokens for "
            + MAX_SILENCE.toSeconds() + " s")
        : Optional.empty();
  }

  /** Calls the listener for every new entry on the context of {@link #start}; an entry may be repeated. */
  public void onRevoked(Consumer<Revocation> listener) {
    listeners.add(listener);
  }

  /** Returns whether the token is known to be revoked. */
  public boolean isRevoked(AccessToken token) {
    var revoked = users.get(token.userId());
    var all = everyone;
    return revoked != null && token.ver() < revoked.minVersion()
        || sessions.containsKey(token.sessionId())
        || all != null && token.isRevokedBy(all);
  }

  private Future<Void> poll() {
    if (polling) {
      // The response to the current request may not contain the new entry.
      pollAgain = true;
      return Future.succeededFuture();
    }
    polling = true;
    return bus.request(Sessions.REVOKED_SINCE, new Sessions.RevokedSince(cursor))
        .transform(reply -> {
          polling = false;
          if (reply.succeeded()) {
            return add(reply.result());
          }
          if (!(reply.cause() instanceof Failure failure) || !NO_RESPONSE.equals(failure.code())) {
            lastResponseAt = clock.instant();
          }
          pollAgain = false;
          return Future.succeededFuture();
        });
  }

  private Future<Void> add(Sessions.RevocationPage page) {
    lastResponseAt = clock.instant();
    cursor = page.cursor();
    removeExpired();
    page.revocations().forEach(this::add);
    if (page.more() || pollAgain) {
      pollAgain = false;
      complete |= !page.more();
      return poll();
    }
    complete = true;
    return Future.succeededFuture();
  }

  private void add(Revocation revocation) {
    if (revocation.issuedBefore() != null) {
      if (everyone == null || revocation.issuedBefore().isAfter(everyone.issuedBefore())) {
        everyone = revocation;
      }
    } else if (revocation.sessionId() != null) {
      sessions.put(revocation.sessionId(), revocation.expiresAt());
    } else {
      users.merge(
          revocation.userId(),
          new Versions(revocation.minVersion(), revocation.expiresAt()),
          (known, latest) -> known.minVersion() >= latest.minVersion() ? known : latest);
    }
    for (var listener : listeners) {
      try {
        listener.accept(revocation);
      } catch (RuntimeException e) {
        log.error("listener failed for a revocation of user {}", revocation.userId(), e);
      }
    }
  }

  private void removeExpired() {
    var now = clock.instant();
    users.values().removeIf(versions -> !versions.expiresAt().isAfter(now));
    sessions.values().removeIf(expiresAt -> !expiresAt.isAfter(now));
    if (everyone != null && !everyone.expiresAt().isAfter(now)) {
      everyone = null;
    }
  }
}
