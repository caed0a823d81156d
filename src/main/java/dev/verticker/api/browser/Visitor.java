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
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One socket: who it is, what it hears, how far it is behind. Every rule about sockets is here, whatever the framing. Used on
 * the socket's own event loop.
 */
final class Visitor {
  private static final int MOST_TOPICS = 20;
  private static final int MESSAGES_A_SECOND = 20;

  /** A client that comes back says everything at once. */
  private static final int MESSAGES_AT_ONCE = 40;

  private final Feed feed;
  private final Loop loop;
  private final Peer peer;
  private final Framing framing;
  private final SocketLimits limits;
  private final Backlog backlog;
  private final Map<String, LogSubscription> log = new HashMap<>();
  private final Map<String, PriceChannel> prices = new HashMap<>();
  private final long arrived = System.nanoTime();
  private Future<Void> turn = Future.succeededFuture();
  private AccessToken identity;
  private Set<Permission> permissions = Set.of();
  private Since atArrival;
  private boolean defaultsDue;
  private boolean named;
  private boolean closing;
  private boolean closed;
  private double allowance = MESSAGES_AT_ONCE;
  private long lastMessage = arrived;
  private long lastSign = arrived;
  private long lastPing = arrived;

  Visitor(Feed feed, Loop loop, Peer peer, Framing framing) {
    this.feed = feed;
    this.loop = loop;
    this.peer = peer;
    this.framing = framing;
    this.limits = feed.limits();
    this.backlog = new Backlog(limits, feed.unsent());
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
    return backlog.isBehind();
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
    if (!isAllowed()) {
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

  void tooBig() {
    close(CloseReason.TOO_BIG);
  }

  /** The transport has ended. */
  void ended() {
    if (!closed) {
      closed = true;
      leave();
      backlog.forget();
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
    if (backlog.isStuck(now)) {
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
      peer.ping();
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

  void restart() {
    close(CloseReason.RESTART);
  }

  boolean mayHear(Audience audience) {
    return audience.userId() != null
        ? audience.userId() == identity.userId()
        : Permission.of(audience.permission()).filter(permissions::contains).isPresent();
  }

  void send(Frame frame) {
    write(framing.text(frame));
  }

  void refuse(String about, Failure failure) {
    feed.metrics()
        .counter("socket_refusals_total", "framing", framing.word(), "code", failure.code())
        .increment();
    send(framing.refusal(about, failure.status(), failure.code(), failure.detail()));
  }

  void drop(String topic) {
    var subscription = log.remove(topic);
    if (subscription != null) {
      subscription.cancel();
      loop.remove(topic, subscription);
    }
    var channel = prices.remove(topic);
    if (channel != null) {
      loop.leave(channel, this);
    }
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
          return Topics.isOfPrices(command.topic())
              ? hearPrices(command)
              : hearLog(command.topic(), command.since());
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

  private Future<Void> hearLog(String topic, Since since) {
    var standing = log.get(topic);
    if (standing != null && since == null) {
      standing.confirm();
      return Future.succeededFuture();
    }
    drop(topic);
    refuseOneTooMany();
    startLog(topic, since, true);
    return Future.succeededFuture();
  }

  private void startLog(String topic, Since since, boolean resumes) {
    var subscription = new LogSubscription(this, topic, feed.reader(), since, resumes);
    log.put(topic, subscription);
    loop.add(topic, subscription);
    subscription.start();
  }

  private Future<Void> hearPrices(Command.Subscribe command) {
    var topic = command.topic();
    return feed.known(Topics.symbol(topic)).map(known -> {
      if (closing) {
        return null;
      }
      drop(topic);
      refuseOneTooMany();
      send(Frame.of(
          topic,
          event("subscribed").put("topic", topic).put("recovered", false).put("replayed", 0)));
      var everyMs = command.everyMs() == null ? PriceChannel.LEAST_MS : command.everyMs();
      prices.put(topic, loop.join(new PriceChannel.Key(topic, everyMs), this));
      return null;
    });
  }

  private void refuseOneTooMany() {
    if (log.size() + prices.size() >= MOST_TOPICS) {
      throw new Failure.TooManyRequests(
          "too-many-topics", "At most " + MOST_TOPICS + " topics a socket.", Duration.ofSeconds(1));
    }
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
    for (var topic : Set.copyOf(log.keySet())) {
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
      startLog(topic, atArrival, false);
    } catch (Failure failure) {
      refuse(topic, failure);
    }
  }

  private boolean isMine(Revocation revocation) {
    return revocation.userId() == identity.userId()
        && (revocation.sessionId() == null || revocation.sessionId().equals(identity.sessionId()))
        && (revocation.leastVersion() == null || identity.version() < revocation.leastVersion());
  }

  private boolean isAllowed() {
    var now = System.nanoTime();
    allowance =
        Math.min(MESSAGES_AT_ONCE, allowance + (now - lastMessage) / 1e9 * MESSAGES_A_SECOND);
    lastMessage = now;
    allowance--;
    return allowance >= 0;
  }

  private void send(JsonObject frame) {
    write(Frame.Text.of(frame.encode()));
  }

  private void write(Frame.Text text) {
    if (closing || closed) {
      return;
    }
    if (!backlog.takes(text.bytes())) {
      close(CloseReason.SLOW_READER);
      return;
    }
    writeNow(text);
  }

  private Future<Void> writeNow(Frame.Text text) {
    backlog.add(text.bytes());
    return peer.write(text.text())
        .onComplete(written -> loop.run(() -> {
          backlog.remove(text.bytes(), written.succeeded());
          if (!prices.isEmpty() && !backlog.isBehind()) {
            Set.copyOf(prices.values()).forEach(channel -> channel.ready(this));
          }
        }));
  }

  private void close(CloseReason reason) {
    if (closing || closed) {
      return;
    }
    var retryAfterMs = ThreadLocalRandom.current().nextLong(limits.spread().toMillis() + 1);
    var said = reason == CloseReason.SLOW_READER
        ? Future.<Void>succeededFuture()
        : writeNow(Frame.Text.of(farewell(reason, retryAfterMs).encode()));
    closing = true;
    leave();
    feed.closed(framing, reason.code(), reason.word());
    var word = reason == CloseReason.RESTART
        ? reason.word() + ", retry_after_ms=" + retryAfterMs
        : reason.word();
    // SockJS forgets what was not taken when it closes.
    said.onComplete(done -> loop.run(() -> peer.close(reason.code(), word)));
    // Whoever does not read never answers a close.
    feed.vertx().setTimer(limits.polite().toMillis(), timer -> loop.run(peer::hardClose));
  }

  private JsonObject farewell(CloseReason reason, long retryAfterMs) {
    var frame = framing.refusal(null, reason.status(), reason.word(), reason.sentence());
    return reason == CloseReason.RESTART ? frame.put("retry_after_ms", retryAfterMs) : frame;
  }

  private void cut(String why) {
    closing = true;
    leave();
    feed.closed(framing, 1006, why);
    peer.hardClose();
  }

  private void leave() {
    Set.copyOf(log.keySet()).forEach(this::drop);
    Set.copyOf(prices.keySet()).forEach(this::drop);
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
