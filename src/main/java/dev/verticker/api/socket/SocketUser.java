package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessToken;
import dev.verticker.api.auth.Permission;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Sessions.Revocation;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Set;

/**
 * Who a socket has proved to be, and what that lets it hear: nobody at first, then one user until the socket ends. Used on
 * the socket's own event loop.
 */
final class SocketUser {
  private final SocketHub feed;
  private AccessToken token;
  private Set<Permission> permissions = Set.of();

  SocketUser(SocketHub feed) {
    this.feed = feed;
  }

  boolean isKnown() {
    return token != null;
  }

  long userId() {
    return token.userId();
  }

  Instant expiresAt() {
    return token.expiresAt();
  }

  boolean hasExpired() {
    return !feed.now().isBefore(token.expiresAt());
  }

  boolean isRevoked() {
    return feed.revoked().isRevoked(token);
  }

  /** Fails when the token proves nothing, or somebody else than the last one did. */
  Future<AccessToken> verify(String text) {
    return feed.verifier().verify(text).compose(verified -> {
      var refusal = feed.revoked().check(verified);
      if (refusal.isPresent()) {
        return Future.failedFuture(refusal.get());
      }
      if (isKnown() && token.userId() != verified.userId()) {
        return Future.failedFuture(new Failure.Forbidden(
            "other-user", "A socket stays with the user who signed in first."));
      }
      return Future.succeededFuture(verified);
    });
  }

  void become(AccessToken verified) {
    token = verified;
    permissions = Permission.of(verified.roles());
  }

  /** Until a newer token says which ones there are now. */
  void loseRoles() {
    permissions = Set.of();
  }

  boolean isMeantBy(Revocation revocation) {
    return isKnown()
        && revocation.userId() == token.userId()
        && (revocation.sessionId() == null || revocation.sessionId().equals(token.sessionId()))
        && (revocation.leastVersion() == null || token.version() < revocation.leastVersion());
  }

  boolean mayHear(Audience audience) {
    return audience.userId() != null
        ? audience.userId() == token.userId()
        : Permission.of(audience.permission()).filter(permissions::contains).isPresent();
  }

  /** Fails when there is no such topic or it is not for this user. */
  void check(String topic) {
    TopicRegistry.check(topic, token.userId(), permissions);
  }

  String defaultTopic() {
    return TopicRegistry.byDefault(token.userId(), permissions);
  }
}
