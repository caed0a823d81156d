package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessToken;
import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.auth.Permission;
import dev.verticker.bus.Failure;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Sessions.Revocation;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Set;

/** The user of one socket: none at first, then one until the socket closes. Used on the socket's own event loop. */
final class SocketUser {
  private final SocketContext context;

  /** Null until the socket is signed in. */
  private AuthenticatedUser user;

  /** The last one that included this user: most events of a socket have the same. Null after the user changed. */
  private Audience lastAudience;

  SocketUser(SocketContext context) {
    this.context = context;
  }

  boolean isSignedIn() {
    return user != null;
  }

  AuthenticatedUser authenticated() {
    return user;
  }

  long id() {
    return user.userId();
  }

  Instant expiresAt() {
    return user.token().expiresAt();
  }

  boolean hasExpired() {
    return !context.clock().instant().isBefore(expiresAt());
  }

  boolean isRevoked() {
    return context.revocations().isRevoked(user.token());
  }

  boolean canReceive(Audience audience) {
    if (audience.equals(lastAudience)) {
      return true;
    }
    if (user.canReceive(audience)) {
      lastAudience = audience;
      return true;
    }
    return false;
  }

  /** Fails when the token is invalid or belongs to another user than the socket's. */
  Future<AccessToken> verify(String text) {
    return context.verifier().verify(text).compose(token -> {
      var refusal = context.revocations().check(token);
      if (refusal.isPresent()) {
        return Future.failedFuture(refusal.get());
      }
      if (isSignedIn() && id() != token.userId()) {
        return Future.failedFuture(new Failure.Forbidden(
            "other-user", "The socket is signed in as another user: open a new socket."));
      }
      return Future.succeededFuture(token);
    });
  }

  void signIn(AccessToken token) {
    user = new AuthenticatedUser(token, Permission.of(token.roles()));
    lastAudience = null;
  }

  /** Until a newer token brings the current roles. */
  void removeRoles() {
    user = new AuthenticatedUser(user.token(), Set.of());
    lastAudience = null;
  }

  boolean isAffectedBy(Revocation revocation) {
    if (!isSignedIn() || revocation.userId() != id()) {
      return false;
    }
    var token = user.token();
    return (revocation.sessionId() == null || revocation.sessionId().equals(token.sessionId()))
        && (revocation.leastVersion() == null || token.version() < revocation.leastVersion());
  }
}
