package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessToken;
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

/**
 * One socket, whatever the framing: it carries out what the client says and decides how long it stays. Who it is and what
 * it may hear is its {@link SocketUser}'s to say; what it is told goes through its {@link SocketWriter}, what it hears is in its
 * {@link Subscriptions}. Used on the socket's own event loop.
 */
final class SocketSession {
  private final SocketHub feed;
  private final EventLoopSessions loop;
  private final WireProtocol framing;
  private final SocketLimits limits;
  private final SocketWriter outbound;
  private final Subscriptions subscriptions;
  private final SocketUser principal;
  private final DefaultSubscription defaultTopic;
  private final MessageRateLimit rate = new MessageRateLimit();
  private final long arrived = System.nanoTime();
  private Future<Void> turn = Future.succeededFuture();
  private boolean closing;
  private boolean closed;
  private long lastSign = arrived;
  private long lastPing = arrived;

  SocketSession(SocketHub feed, EventLoopSessions loop, Transport peer, WireProtocol framing) {
    this.feed = feed;
    this.loop = loop;
    this.framing = framing;
    this.limits = feed.limits();
    this.subscriptions = new Subscriptions(feed, loop, this);
    this.principal = new SocketUser(feed);
    this.defaultTopic = new DefaultSubscription(feed, loop, this::startDefault);
    this.outbound = new SocketWriter(
        feed, loop, peer, framing, () -> close(CloseReason.SLOW_READER), subscriptions::roomAgain);
  }

  EventLoopSessions loop() {
    return loop;
  }

  SocketHub feed() {
    return feed;
  }

  boolean isSignedIn() {
    return principal.isKnown();
  }

  WireProtocol framing() {
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
    if (framing == WireProtocol.PLAIN && ticket == null) {
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
                welcome();
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
      // What was begun for it, as a signature that is being checked, comes to nothing.
      closing = true;
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
    } else if (!principal.isKnown()) {
      if (now - arrived > limits.signIn().toNanos()) {
        close(CloseReason.AUTH_TIMEOUT);
      }
    } else if (principal.hasExpired()) {
      close(CloseReason.TOKEN_EXPIRED);
    } else if (now - lastPing > limits.ping().toNanos()) {
      lastPing = now;
      outbound.ping();
    }
  }

  /** Something was revoked; mostly somebody else's. */
  void hear(Revocation revocation) {
    if (closing || !principal.isMeantBy(revocation)) {
      return;
    }
    if (revocation.reason() == Reason.ROLES_CHANGED) {
      principal.loseRoles();
      dropWhatIsNotAllowed();
    } else {
      close(CloseReason.of(revocation.reason()));
    }
  }

  boolean mayHear(Audience audience) {
    return principal.mayHear(audience);
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
      defaultTopic.forget();
      return subscribe(subscribe);
    }
    if (command instanceof Command.Auth auth) {
      return authenticate(auth.token())
          .onSuccess(done -> send(event("authenticated")
              .put("user_id", principal.userId())
              .put("expires_at", principal.expiresAt().toString())))
          .transform(result -> {
            if (result.failed()) {
              refused(null, result.cause());
            }
            return Future.succeededFuture();
          });
    }
    if (command instanceof Command.Unsubscribe unsubscribe) {
      drop(unsubscribe.topic());
      if (framing == WireProtocol.PLAIN) {
        send(event("unsubscribed").put("topic", unsubscribe.topic()));
      }
    } else if (command instanceof Command.Ping && framing == WireProtocol.PLAIN) {
      send(event("pong"));
    } else if (command instanceof Command.Refused refused) {
      refuse(refused.about(), refused.failure());
    }
    return Future.succeededFuture();
  }

  private Future<Void> subscribe(Command.Subscribe command) {
    var signedIn = command.token() != null
        ? authenticate(command.token())
        : principal.isKnown()
            ? Future.<Void>succeededFuture()
            : Future.<Void>failedFuture(
                new Failure.Unauthenticated("token-missing", "Sign in first."));
    return signedIn
        .compose(done -> {
          principal.check(command.topic());
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
    return principal.verify(token).map(verified -> {
      signIn(verified);
      return null;
    });
  }

  private void signIn(AccessToken token) {
    if (closing) {
      return;
    }
    if (!principal.isKnown()) {
      feed.signedIn(framing);
    }
    principal.become(token);
    // After it became so: a revocation is either known here or comes by itself.
    if (principal.isRevoked()) {
      close(CloseReason.REVOKED);
    } else {
      dropWhatIsNotAllowed();
    }
  }

  private void dropWhatIsNotAllowed() {
    for (var topic : subscriptions.ofLog()) {
      try {
        principal.check(topic);
      } catch (Failure failure) {
        drop(topic);
        refuse(topic, failure);
      }
    }
  }

  private void welcome() {
    if (closing) {
      return;
    }
    send(event("hello")
        .put("authenticated", true)
        .put("user_id", principal.userId())
        .put("expires_at", principal.expiresAt().toString())
        .put("ping_every_ms", limits.ping().toMillis()));
    defaultTopic.arrive(principal.defaultTopic());
  }

  private void startDefault(String topic, ResumePoint since) {
    try {
      principal.check(topic);
      subscriptions.start(topic, since, false);
    } catch (Failure failure) {
      refuse(topic, failure);
    }
  }

  private void send(JsonObject frame) {
    outbound.send(frame);
  }

  /** Does nothing when it is closing already. */
  void close(CloseReason reason) {
    if (closing) {
      return;
    }
    closing = true;
    leave();
    feed.closed(framing, reason.code(), reason.word());
    // Not every session without WebSocket says that it ended.
    outbound.close(reason, () -> ended(reason.code()));
  }

  private void cut(String why) {
    closing = true;
    leave();
    feed.closed(framing, CloseReason.RESET, why);
    outbound.cut();
    ended(CloseReason.RESET);
  }

  private void leave() {
    defaultTopic.forget();
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
