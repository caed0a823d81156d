package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessToken;
import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.AuthenticatedUser;
import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.api.socket.topic.Subscriber;
import dev.verticker.api.socket.topic.TopicRegistry;
import dev.verticker.bus.Failure;
import dev.verticker.http.ControlFrames;
import dev.verticker.message.Confidential;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Identity;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Revocation;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One socket of either protocol: executes its commands in order, signs in and decides when it closes. Used on the socket's own
 * event loop.
 */
final class SocketSession implements Subscriber, ControlFrames.Listener {
  /** The max time from the connection to the first valid token. */
  private static final Duration SIGN_IN_TIMEOUT = Duration.ofSeconds(5);

  /** A client that signs in by a ticket and subscribes to no topic for this long receives its default topic. */
  private static final long DEFAULT_TOPIC_DELAY_MS = 1000;

  private final SocketContext context;
  private final Context loop;
  private final TopicRegistry registry;
  private final String address;
  private final WireProtocol protocol;
  private final Consumer<SocketSession> onClosing;
  private final SocketWriter writer;
  private final Duration idleTimeout;
  private final Duration pingInterval;
  private final MessageRateLimit rate = new MessageRateLimit();
  private final SocketTopics topics;
  private final Promise<Void> ended = Promise.promise();
  private final long connectedAt = System.nanoTime();

  /** The user of the socket; null until it signs in, then unchanged until it closes. */
  private AuthenticatedUser user;

  /** Whether the socket is counted as one that receives public topics without sign-in. */
  private boolean receivesPublicTopics;

  private Future<Void> lastCommand = Future.succeededFuture();
  private boolean hasSubscribed;

  /** The topic that the server chose; null if it chose none. */
  private String defaultTopic;

  private boolean closing;
  private long lastResponseAt = connectedAt;
  private long lastPingAt = connectedAt;

  /** @param onClosing called when delivery stops; may be called again when the transport ends */
  SocketSession(
      SocketContext context,
      Context loop,
      LoopTopics loopTopics,
      Transport transport,
      WireProtocol protocol,
      Consumer<SocketSession> onClosing) {
    this.context = context;
    this.loop = loop;
    this.registry = loopTopics.all();
    this.address = transport.address();
    this.protocol = protocol;
    this.onClosing = onClosing;
    this.idleTimeout = context.settings().idleTimeout();
    this.pingInterval = idleTimeout.dividedBy(3);
    this.topics = new SocketTopics(loopTopics, this, protocol);
    this.writer = new SocketWriter(
        context,
        loop,
        transport,
        protocol,
        () -> close(CloseReason.SLOW_READER),
        topics::onWritable);
  }

  /** @param ticket null = the client signs in by a frame */
  void start(String ticket) {
    context.metrics().opened(protocol);
    if (ticket != null) {
      lastCommand = redeem(ticket);
    } else if (protocol == WireProtocol.PLAIN) {
      send(event("hello")
          .put("authenticated", false)
          .put("auth_within_ms", SIGN_IN_TIMEOUT.toMillis())
          .put("ping_every_ms", pingInterval.toMillis()));
    }
  }

  void onText(String text) {
    if (!admit()) {
      return;
    }
    var command = protocol.parse(text);
    // In order: a command must not overtake one whose token is still being verified.
    lastCommand =
        lastCommand.transform(before -> closing ? Future.succeededFuture() : execute(command));
  }

  @Override
  public void onPing(byte[] payload) {
    if (admit()) {
      writer.pong(payload);
    }
  }

  @Override
  public void onPong() {
    admit();
  }

  @Override
  public void onContinuation() {
    admit();
  }

  /** Counts a frame of the client. Returns false if the socket closes. */
  private boolean admit() {
    lastResponseAt = System.nanoTime();
    if (!closing && !rate.tryAcquire()) {
      close(CloseReason.TOO_MANY_MESSAGES);
    }
    return !closing;
  }

  /**
   * Called when the transport has ended.
   *
   * @param code the close code that the client sent; 1005 or 1006 if it sent none
   */
  void onEnd(int code) {
    if (!ended.tryComplete()) {
      return;
    }
    if (!closing) {
      context.metrics().closed(protocol, code, "client");
    }
    // A token that is still being verified must no longer sign it in.
    stopDelivery();
    writer.discard();
    context.metrics().ended(protocol, user != null);
  }

  Future<Void> ended() {
    return ended.future();
  }

  /** Returns the number of unsent bytes. */
  long unsent() {
    return writer.unsent();
  }

  /** Returns whether the socket stays open without a sign-in from now on. */
  boolean isAdmitted() {
    return user != null || receivesPublicTopics;
  }

  /** Closes the socket if the revocation affects it. Thread-safe. */
  void onRevoked(Revocation revocation) {
    loop.runOnContext(here -> revoke(revocation));
  }

  private void revoke(Revocation revocation) {
    if (closing || user == null || !user.token().isRevokedBy(revocation)) {
      return;
    }
    if (revocation.reason() == Reason.ROLES_CHANGED) {
      // No roles until the client sends a token with the current ones.
      user = new AuthenticatedUser(user.token(), Set.of());
      topics.check(user, this::unsubscribe);
    } else {
      close(CloseReason.of(revocation.reason()));
    }
  }

  /** Closes the socket if a timeout has expired. */
  void sweep() {
    if (closing) {
      return;
    }
    var now = System.nanoTime();
    if (writer.isStalled(now)) {
      reset("stalled");
    } else if (now - lastResponseAt > idleTimeout.toNanos()) {
      reset("silent");
    } else if (!isAdmitted()) {
      if (now - connectedAt > SIGN_IN_TIMEOUT.toNanos()) {
        close(CloseReason.AUTH_TIMEOUT);
      }
    } else if (user != null && !context.clock().instant().isBefore(user.token().expiresAt())) {
      close(CloseReason.TOKEN_EXPIRED);
    } else if (now - lastPingAt > pingInterval.toNanos()) {
      lastPingAt = now;
      writer.ping();
    }
  }

  /** Does nothing when it is closing already. */
  void close(CloseReason reason) {
    if (closing) {
      return;
    }
    stopDelivery();
    context.metrics().closed(protocol, reason.code(), reason.wireName());
    // Not every session without WebSocket reports its end.
    writer.close(reason, () -> onEnd(reason.code()));
  }

  @Override
  public boolean canReceive(Audience audience) {
    return user != null && user.canReceive(audience);
  }

  @Override
  public void send(Frame frame) {
    writer.send(frame);
  }

  @Override
  public void sendNow(Frame frame) {
    writer.sendNow(frame);
  }

  @Override
  public boolean isWritable() {
    return !writer.isBehind();
  }

  @Override
  public boolean hold(int bytes) {
    return writer.hold(bytes);
  }

  @Override
  public void release(int bytes) {
    writer.release(bytes);
  }

  @Override
  public void unsubscribe(String topic, Throwable reason) {
    var unanswered = topics.drop(topic);
    if (topic.equals(defaultTopic) && reason instanceof Failure.Unavailable) {
      // The client did not subscribe, so it does not expect an error and would never subscribe
      // again.
      close(CloseReason.UNAVAILABLE);
    } else {
      sendErrors(topic, reason, Math.max(1, unanswered));
    }
  }

  private Future<Void> execute(Command command) {
    if (command instanceof Command.Subscribe request) {
      hasSubscribed = true;
      defaultTopic = null;
      return subscribe(request);
    }
    if (command instanceof Command.Auth auth) {
      return signIn(auth.token())
          .map(done -> sendIdentity(event("authenticated")))
          .otherwise(failure -> sendError(null, failure));
    }
    if (command instanceof Command.Unsubscribe unsubscribe) {
      var unanswered = topics.drop(unsubscribe.topic());
      if (protocol == WireProtocol.PLAIN) {
        sendErrors(
            unsubscribe.topic(),
            new Failure.Conflict("unsubscribed", "Unsubscribed before the subscription began."),
            unanswered);
        send(event("unsubscribed").put("topic", unsubscribe.topic()));
      }
    } else if (command instanceof Command.SocketPing && protocol == WireProtocol.PLAIN) {
      send(event("pong"));
    } else if (command instanceof Command.InvalidCommand invalid) {
      if (invalid.subscribe()) {
        hasSubscribed = true;
        refuse(invalid.subject(), invalid.failure());
      } else {
        sendError(invalid.subject(), invalid.failure());
      }
    }
    return Future.succeededFuture();
  }

  /** Answers a subscribe command with an error, which also ends an earlier subscription to the topic. */
  private Void refuse(String topic, Throwable reason) {
    return sendErrors(topic, reason, topics.drop(topic) + 1);
  }

  private Future<Void> subscribe(Command.Subscribe request) {
    var admitted = isAdmitted();
    return Future.succeededFuture()
        .compose(start -> signInFor(request))
        .compose(signedIn -> topics.subscribe(request, user))
        .otherwise(failure -> {
          if (!admitted) {
            leavePublicSockets();
          }
          return refuse(request.topic(), failure);
        });
  }

  private Future<Void> signInFor(Command.Subscribe request) {
    if (request.token() != null) {
      return signIn(request.token());
    }
    if (user != null) {
      return Future.succeededFuture();
    }
    return topics.isPublic(request)
        ? admitToPublicTopics()
        : Future.failedFuture(new Failure.Unauthenticated(
            "token-missing", "Not signed in: send an access token first."));
  }

  private Future<Void> admitToPublicTopics() {
    if (!closing && !receivesPublicTopics) {
      context.publicSockets().add(address);
      receivesPublicTopics = true;
    }
    return Future.succeededFuture();
  }

  private void leavePublicSockets() {
    if (receivesPublicTopics) {
      receivesPublicTopics = false;
      context.publicSockets().remove(address);
    }
  }

  private Future<Void> redeem(String ticket) {
    return context
        .bus()
        .request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(new Confidential(ticket)))
        .transform(redeemed -> {
          if (redeemed.failed()) {
            close(
                redeemed.cause() instanceof Failure.Unauthenticated
                    ? CloseReason.INVALID_TICKET
                    : CloseReason.UNAVAILABLE);
            return Future.succeededFuture();
          }
          signIn(token(redeemed.result()));
          if (!closing) {
            sendIdentity(event("hello")
                .put("authenticated", true)
                .put("ping_every_ms", pingInterval.toMillis()));
            scheduleDefaultTopic(registry.defaultTopic(user));
          }
          return Future.succeededFuture();
        });
  }

  /** The default topic begins with the events since the connection. */
  private void scheduleDefaultTopic(String topic) {
    var newest = registry.newestEvent(topic);
    context
        .vertx()
        .setTimer(
            DEFAULT_TOPIC_DELAY_MS,
            timer -> newest.onComplete(connected -> {
              if (!hasSubscribed && !closing) {
                subscribeDefault(topic, connected);
              }
            }));
  }

  private void subscribeDefault(String topic, AsyncResult<ResumePoint> after) {
    defaultTopic = topic;
    if (after.failed()) {
      unsubscribe(topic, after.cause());
      return;
    }
    try {
      var request = new Command.Subscribe(topic, null, null, Command.Subscribe.DEFAULT_EVERY_MS);
      topics.subscribe(request, user, after.result());
    } catch (Failure failure) {
      sendError(topic, failure);
    }
  }

  private Future<Void> signIn(String text) {
    return context.verifier().verify(text).map(token -> {
      context.revocations().check(token).ifPresent(failure -> {
        throw failure;
      });
      if (user != null && user.userId() != token.userId()) {
        throw new Failure.Forbidden(
            "other-user", "The socket is signed in as another user: open a new socket.");
      }
      signIn(token);
      return null;
    });
  }

  private void signIn(AccessToken token) {
    if (closing) {
      return;
    }
    var first = user == null;
    user = AuthenticatedUser.with(token);
    if (first) {
      leavePublicSockets();
      context.metrics().signedIn(protocol);
      if (!context.users().add(token.userId(), this)) {
        close(CloseReason.TOO_MANY_SOCKETS);
        return;
      }
    }
    // After the sign-in: the cache either contains a revocation by now or reports it later.
    if (context.revocations().isRevoked(token)) {
      close(CloseReason.REVOKED);
    } else {
      topics.check(user, this::unsubscribe);
    }
  }

  /** @param reason for metrics */
  void reset(String reason) {
    stopDelivery();
    context.metrics().closed(protocol, CloseReason.ABNORMAL_CLOSURE, reason);
    writer.reset();
    onEnd(CloseReason.ABNORMAL_CLOSURE);
  }

  private void stopDelivery() {
    closing = true;
    topics.close();
    leavePublicSockets();
    if (user != null) {
      context.users().remove(user.userId(), this);
    }
    onClosing.accept(this);
  }

  private void send(JsonObject frame) {
    writer.send(Frame.of(frame));
  }

  private Void sendIdentity(JsonObject event) {
    if (!closing) {
      send(event
          .put("user_id", user.userId())
          .put("expires_at", user.token().expiresAt().toString()));
    }
    return null;
  }

  private Void sendErrors(String topic, Throwable cause, int count) {
    for (var i = 0; i < count; i++) {
      sendError(topic, cause);
    }
    return null;
  }

  /** @param subject the topic or reply address that the failure concerns; null = the whole socket */
  private Void sendError(String subject, Throwable cause) {
    if (!closing) {
      var failure = cause instanceof Failure known ? known : new Failure.Internal();
      context.metrics().rejected(protocol, failure.code());
      send(protocol.error(subject, failure.status(), failure.code(), failure.detail()));
    }
    return null;
  }

  private static JsonObject event(String name) {
    return new JsonObject().put("event", name);
  }

  /** The access token that the ticket was issued for. */
  private static AccessToken token(Identity identity) {
    return new AccessToken(
        "ticket",
        identity.userId(),
        identity.sessionId(),
        identity.ver(),
        identity.roles(),
        identity.expiresAt().minus(AccessTokenVerifier.MAX_LIFETIME),
        identity.expiresAt());
  }
}
