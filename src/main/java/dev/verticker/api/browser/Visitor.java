package dev.verticker.api.browser;

import dev.verticker.api.http.AccessToken;
import dev.verticker.api.http.Permission;
import dev.verticker.bus.Failure;
import dev.verticker.message.Confidential;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Identity;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Revocation;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Set;

/**
 * One socket: who it is, what it may hear, how long it stays, whatever the framing. What it is told goes through its
 * {@link Outbound}, what it hears is in its {@link Subscriptions}. Used on the socket's own event loop.
 */
final class Visitor {
  private final Feed feed;
  private final Loop loop;
  private final Framing framing;
  private final SocketLimits limits;
  private final Outbound outbound;
  private final Subscriptions subscriptions;
  private final MessageRate rate = new MessageRate();
  private final long arrived = System.nanoTime();
  private Future<Void> turn = Future.succeededFuture();
  private AccessToken identity;
  private Set<Permission> permissions = Set.of();
  private Since atArrival;
  private boolean defaultsDue;
  private boolean named;
  private boolean closing;
  private boolean closed;
  private long lastSign = arrived;
  private long lastPing = arrived;

  Visitor(Feed feed, Loop loop, Peer peer, Framing framing) {
    this.feed = feed;
    this.loop = loop;
    this.framing = framing;
    this.limits = feed.limits();
    this.subscriptions = new Subscriptions(feed, loop, this);
    this.outbound = new Outbound(
        feed, loop, peer, framing, () -> close(CloseReason.SLOW_READER), subscriptions::roomAgain);
  }

  Loop loop() {
    return loop;
  }

  Feed feed() {
    return feed;
  }

  boolean isSignedIn() {
    return identity != null;
  }

  Framing framing() {
    return framing;
  }

  /** Whether more than a little was not taken by the reader yet. */
  boolean isBehind() {
    return outbound.isBehind();
  }

  /** Bytes. */
  long unsent() {
    return outbound.unsent();
  }

  boolean isClosing() {
    return closing;
  }

  /** @param ticket null = signs in by a frame */
  void arrive(String ticket) {
    loop.add(this);
    if (framing == Framing.PLAIN && ticket == null) {
      send(event("hello")
          .put("authenticated", false)
          .put("auth_within_ms", limits.signIn().toMillis())
          .put("ping_every_ms", limits.ping().toMillis()));
    }
    if (ticket != null) {
      turn = feed.bus()
          .request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(new Confidential(ticket)))
          .transform(redeemed -> {
            loop.run(() -> {
              if (redeemed.succeeded()) {
                signIn(token(redeemed.result()));
                hearDefaults();
              } else {
                close(
                    redeemed.cause() instanceof Failure.Unauthenticated
                        ? CloseReason.INVALID_TICKET
                        : CloseReason.UNAVAILABLE);
              }
            });
            return Future.succeededFuture();
          });
    }
  }

  /** A text frame came. */
  void hear(String text) {
    lastSign = System.nanoTime();
    if (closing) {
      return;
    }
    if (!rate.allowsOneMore()) {
      close(CloseReason.TOO_MANY_MESSAGES);
      return;
    }
    var command = framing.read(text);
    // One after the other: what needs a signature checked must not be overtaken.
    turn = turn.transform(before -> {
      if (closing) {
        return Future.succeededFuture();
      }
      return carryOut(command);
    });
  }

  /** The peer lives. */
  void hearSign() {
    lastSign = System.nanoTime();
  }

  /** The transport has ended. @param code why, as the peer or its absence said it */
  void ended(int code) {
    if (!closed) {
      closed = true;
      if (!closing) {
        feed.closed(framing, code, "client");
      }
      leave();
      outbound.forget();
      feed.ended(this);
    }
  }

  boolean hasEnded() {
    return closed;
  }

  void sweep() {
    var now = System.nanoTime();
    if (closing) {
      return;
    }
    if (outbound.isStuck(now)) {
      cut("stalled");
    } else if (now - lastSign > limits.silence().toNanos()) {
      cut("silent");
    } else if (identity == null) {
      if (now - arrived > limits.signIn().toNanos()) {
        close(CloseReason.AUTH_TIMEOUT);
      }
    } else if (!feed.now().isBefore(identity.expiresAt())) {
      close(CloseReason.TOKEN_EXPIRED);
    } else if (now - lastPing > limits.ping().toNanos()) {
      lastPing = now;
      outbound.ping();
    }
  }

  /** Something was revoked; mostly somebody else's. */
  void hear(Revocation revocation) {
    if (identity == null || closing || !isMine(revocation)) {
      return;
    }
    if (revocation.reason() == Reason.ROLES_CHANGED) {
      loseRoles();
    } else {
      close(CloseReason.of(revocation.reason()));
    }
  }

  boolean mayHear(Audience audience) {
    return audience.userId() != null
        ? audience.userId() == identity.userId()
        : Permission.of(audience.permission()).filter(permissions::contains).isPresent();
  }

  void send(Frame frame) {
    outbound.send(frame);
  }

  void refuse(String about, Failure failure) {
    outbound.refuse(about, failure);
  }

  void drop(String topic) {
    subscriptions.drop(topic);
  }

  private Future<Void> carryOut(Command command) {
    if (command instanceof Command.Subscribe subscribe) {
      named = true;
      return subscribe(subscribe);
    }
    if (command instanceof Command.Auth auth) {
      return authenticate(auth.token())
          .onSuccess(done -> send(event("authenticated")
              .put("user_id", identity.userId())
              .put("expires_at", identity.expiresAt().toString())))
          .transform(result -> {
            if (result.failed()) {
              refused(null, result.cause());
            }
            return Future.succeededFuture();
          });
    }
    if (command instanceof Command.Unsubscribe unsubscribe) {
      drop(unsubscribe.topic());
      if (framing == Framing.PLAIN) {
        send(event("unsubscribed").put("topic", unsubscribe.topic()));
      }
    } else if (command instanceof Command.Ping && framing == Framing.PLAIN) {
      send(event("pong"));
    } else if (command instanceof Command.Refused refused) {
      refuse(refused.about(), refused.failure());
    }
    return Future.succeededFuture();
  }

  private Future<Void> subscribe(Command.Subscribe command) {
    var signedIn = command.token() != null
        ? authenticate(command.token())
        : identity != null
            ? Future.<Void>succeededFuture()
            : Future.<Void>failedFuture(
                new Failure.Unauthenticated("token-missing", "Sign in first."));
    return signedIn
        .compose(done -> {
          Topics.check(command.topic(), identity.userId(), permissions);
          return subscriptions.add(command);
        })
        .transform(result -> {
          if (result.failed() && !closing) {
            refused(command.topic(), result.cause());
          }
          return Future.succeededFuture();
        });
  }

  private void refused(String about, Throwable cause) {
    refuse(about, cause instanceof Failure failure ? failure : new Failure.Internal());
  }

  private Future<Void> authenticate(String token) {
    return feed.verifier().verify(token).compose(verified -> {
      var refusal = feed.revoked().refusal(verified);
      if (refusal.isPresent()) {
        return Future.failedFuture(refusal.get());
      }
      if (identity != null && identity.userId() != verified.userId()) {
        return Future.failedFuture(new Failure.Forbidden(
            "other-user", "A socket stays with the user who signed in first."));
      }
      signIn(verified);
      return Future.succeededFuture();
    });
  }

  private void signIn(AccessToken token) {
    if (closing) {
      return;
    }
    var first = identity == null;
    identity = token;
    permissions = Permission.of(token.roles());
    // After identity was set: a revocation is either known here or comes by itself.
    if (feed.revoked().isRevoked(token)) {
      close(CloseReason.REVOKED);
      return;
    }
    dropWhatIsNotAllowed();
    if (first) {
      feed.signedIn(framing);
    }
  }

  private void loseRoles() {
    permissions = Set.of();
    dropWhatIsNotAllowed();
  }

  private void dropWhatIsNotAllowed() {
    for (var topic : subscriptions.ofLog()) {
      try {
        Topics.check(topic, identity.userId(), permissions);
      } catch (Failure failure) {
        drop(topic);
        refuse(topic, failure);
      }
    }
  }

  /** Who names no topic shortly after the ticket hears what happened since then on the default one. */
  private void hearDefaults() {
    if (closing) {
      return;
    }
    send(event("hello")
        .put("authenticated", true)
        .put("user_id", identity.userId())
        .put("expires_at", identity.expiresAt().toString())
        .put("ping_every_ms", limits.ping().toMillis()));
    var topic = Topics.byDefault(identity.userId(), permissions);
    feed.reader()
        .standing(
            topic,
            null,
            standing -> loop.run(() -> {
              if (standing instanceof Standing.Piece piece) {
                atArrival = new Since(piece.epoch(), piece.newest());
              }
              startDefaults(topic);
            }));
    feed.vertx()
        .setTimer(
            limits.defaults().toMillis(),
            timer -> loop.run(() -> {
              defaultsDue = true;
              startDefaults(topic);
            }));
  }

  private void startDefaults(String topic) {
    if (atArrival == null || !defaultsDue || named || closing || closed) {
      return;
    }
    named = true;
    try {
      Topics.check(topic, identity.userId(), permissions);
      subscriptions.start(topic, atArrival, false);
    } catch (Failure failure) {
      refuse(topic, failure);
    }
  }

  private boolean isMine(Revocation revocation) {
    return revocation.userId() == identity.userId()
        && (revocation.sessionId() == null || revocation.sessionId().equals(identity.sessionId()))
        && (revocation.leastVersion() == null || identity.version() < revocation.leastVersion());
  }

  private void send(JsonObject frame) {
    outbound.send(frame);
  }

  /** Does nothing when it is closing already. */
  void close(CloseReason reason) {
    if (closing || closed) {
      return;
    }
    closing = true;
    leave();
    feed.closed(framing, reason.code(), reason.word());
    outbound.close(reason);
  }

  private void cut(String why) {
    closing = true;
    leave();
    feed.closed(framing, CloseReason.RESET, why);
    outbound.cut();
  }

  private void leave() {
    subscriptions.dropAll();
    loop.remove(this);
  }

  private static JsonObject event(String name) {
    return new JsonObject().put("event", name);
  }

  /** As the access token that the ticket was given for would say it. */
  private static AccessToken token(Identity identity) {
    return new AccessToken(
        "ticket",
        identity.userId(),
        identity.sessionId(),
        identity.version(),
        identity.roles(),
        Instant.EPOCH,
        identity.expiresAt());
  }
}
