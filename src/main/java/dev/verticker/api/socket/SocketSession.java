package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessToken;
import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Command;
import dev.verticker.api.socket.protocol.Frame;
import dev.verticker.api.socket.protocol.ResumePoint;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.api.socket.topic.Subscriber;
import dev.verticker.api.socket.topic.Subscription;
import dev.verticker.api.socket.topic.SubscriptionRequest;
import dev.verticker.api.socket.topic.TopicRegistry;
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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One socket of either protocol: executes its commands in order, owns its subscriptions and decides when it closes. Used on
 * the socket's own event loop.
 */
final class SocketSession implements Subscriber {
  private static final int MAX_TOPICS = 20;

  private final SocketContext context;
  private final LoopExecutor loop;
  private final TopicRegistry topics;
  private final WireProtocol protocol;
  private final SocketLimits limits;
  private final Consumer<SocketSession> onClosing;
  private final SocketWriter writer;
  private final SocketUser user;
  private final DefaultSubscription defaultTopic = new DefaultSubscription(this::subscribeDefault);
  private final MessageRateLimit rate = new MessageRateLimit();
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private final long connectedAt = System.nanoTime();
  private Future<Void> lastCommand = Future.succeededFuture();
  private boolean closing;
  private boolean ended;
  private long lastResponseAt = connectedAt;
  private long lastPingAt = connectedAt;

  /** @param onClosing called as soon as nothing more is delivered to it; maybe again at its end */
  SocketSession(
      SocketContext context,
      LoopExecutor loop,
      TopicRegistry topics,
      Transport transport,
      WireProtocol protocol,
      Consumer<SocketSession> onClosing) {
    this.context = context;
    this.loop = loop;
    this.topics = topics;
    this.protocol = protocol;
    this.limits = context.limits();
    this.onClosing = onClosing;
    this.user = new SocketUser(context);
    this.writer = new SocketWriter(
        context, loop, transport, protocol, () -> close(CloseReason.SLOW_READER), this::onRoom);
  }

  /** @param ticket null = the client signs in by a frame */
  void start(String ticket) {
    context.metrics().opened(protocol);
    if (ticket != null) {
      lastCommand = redeem(ticket);
    } else if (protocol == WireProtocol.PLAIN) {
      send(event("hello")
          .put("authenticated", false)
          .put("auth_within_ms", limits.signIn().toMillis())
          .put("ping_every_ms", limits.ping().toMillis()));
    }
  }

  void onText(String text) {
    lastResponseAt = System.nanoTime();
    if (closing) {
      return;
    }
    if (!rate.tryAcquire()) {
      close(CloseReason.TOO_MANY_MESSAGES);
      return;
    }
    var command = protocol.parse(text);
    // In order: a command must not overtake one whose token is still being verified.
    lastCommand =
        lastCommand.transform(before -> closing ? Future.succeededFuture() : execute(command));
  }

  void onPong() {
    lastResponseAt = System.nanoTime();
  }

  /** The transport has ended. @param code the close code that the peer sent, or stands for none */
  void onEnd(int code) {
    if (ended) {
      return;
    }
    ended = true;
    if (!closing) {
      context.metrics().closed(protocol, code, "client");
    }
    // A token that is still being verified must not sign it in any more.
    stopDelivery();
    writer.discard();
    context.metrics().ended(protocol, user.isSignedIn());
  }

  boolean hasEnded() {
    return ended;
  }

  /** Bytes. */
  long unsent() {
    return writer.unsent();
  }

  void onRevoked(Revocation revocation) {
    if (closing || !user.isAffectedBy(revocation)) {
      return;
    }
    if (revocation.reason() == Reason.ROLES_CHANGED) {
      user.removeRoles();
      dropForbiddenTopics();
    } else {
      close(CloseReason.of(revocation.reason()));
    }
  }

  /** Checks the time limits. */
  void sweep() {
    if (closing) {
      return;
    }
    var now = System.nanoTime();
    if (writer.isStalled(now)) {
      reset("stalled");
    } else if (now - lastResponseAt > limits.idle().toNanos()) {
      reset("silent");
    } else if (!user.isSignedIn()) {
      if (now - connectedAt > limits.signIn().toNanos()) {
        close(CloseReason.AUTH_TIMEOUT);
      }
    } else if (user.hasExpired()) {
      close(CloseReason.TOKEN_EXPIRED);
    } else if (now - lastPingAt > limits.ping().toNanos()) {
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
    return user.canReceive(audience);
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
  public boolean hasRoom() {
    return !writer.isBehind();
  }

  @Override
  public void unsubscribe(String topic, Failure reason) {
    drop(topic);
    writer.sendError(topic, reason);
  }

  private void onRoom() {
    List.copyOf(subscriptions.values()).forEach(Subscription::onRoom);
  }

  private Future<Void> execute(Command command) {
    if (command instanceof Command.Subscribe subscribe) {
      defaultTopic.cancel();
      return subscribe(subscribe);
    }
    if (command instanceof Command.Auth auth) {
      return signIn(auth.token())
          .onSuccess(done -> send(event("authenticated")
              .put("user_id", user.id())
              .put("expires_at", user.expiresAt().toString())))
          .transform(result -> reportFailure(null, result.cause()));
    }
    if (command instanceof Command.Unsubscribe unsubscribe) {
      drop(unsubscribe.topic());
      if (protocol == WireProtocol.PLAIN) {
        send(event("unsubscribed").put("topic", unsubscribe.topic()));
      }
    } else if (command instanceof Command.Ping && protocol == WireProtocol.PLAIN) {
      send(event("pong"));
    } else if (command instanceof Command.Rejected rejected) {
      writer.sendError(rejected.subject(), rejected.failure());
    }
    return Future.succeededFuture();
  }

  private Future<Void> subscribe(Command.Subscribe command) {
    var request =
        new SubscriptionRequest(command.topic(), command.since(), true, command.everyMs());
    return signInFor(command)
        .compose(signedIn -> {
          topics.check(request.topic(), user.authenticated());
          var current = subscriptions.get(request.topic());
          return current != null && current.serves(request)
              ? Future.<Void>succeededFuture()
              : topics.prepare(request.topic()).map(prepared -> replaceSubscription(request));
        })
        .transform(result -> reportFailure(request.topic(), result.cause()));
  }

  private Future<Void> signInFor(Command.Subscribe command) {
    if (command.token() != null) {
      return signIn(command.token());
    }
    return user.isSignedIn()
        ? Future.succeededFuture()
        : Future.failedFuture(new Failure.Unauthenticated(
            "token-missing", "Not signed in: send an access token first."));
  }

  private Void replaceSubscription(SubscriptionRequest request) {
    if (!closing) {
      drop(request.topic());
      if (subscriptions.size() >= MAX_TOPICS) {
        throw new Failure.TooManyRequests(
            "too-many-topics",
            "Too many topics: at most " + MAX_TOPICS + " per socket.",
            Duration.ofSeconds(1));
      }
      subscribe(request);
    }
    return null;
  }

  private void subscribe(SubscriptionRequest request) {
    var subscription = topics.subscribe(this, request);
    if (closing) {
      // What the topic sent at once was more than the client may leave unread.
      subscription.cancel();
    } else {
      subscriptions.put(request.topic(), subscription);
    }
  }

  private void subscribeDefault(String topic, ResumePoint connectedAt) {
    try {
      topics.check(topic, user.authenticated());
      subscribe(new SubscriptionRequest(topic, connectedAt, false, null));
    } catch (Failure failure) {
      writer.sendError(topic, failure);
    }
  }

  private Future<Void> redeem(String ticket) {
    return context
        .bus()
        .request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(new Confidential(ticket)))
        .transform(redeemed -> {
          loop.run(() -> {
            if (redeemed.succeeded()) {
              signIn(token(redeemed.result()));
              greet();
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

  private void greet() {
    if (closing) {
      return;
    }
    send(event("hello")
        .put("authenticated", true)
        .put("user_id", user.id())
        .put("expires_at", user.expiresAt().toString())
        .put("ping_every_ms", limits.ping().toMillis()));
    defaultTopic.start(context, loop, topics, topics.defaultTopic(user.authenticated()));
  }

  private Future<Void> signIn(String token) {
    return user.verify(token).map(verified -> {
      signIn(verified);
      return null;
    });
  }

  private void signIn(AccessToken token) {
    if (closing) {
      return;
    }
    if (!user.isSignedIn()) {
      context.metrics().signedIn(protocol);
    }
    user.signIn(token);
    // After the sign-in: a revocation is either known by now or arrives by itself.
    if (user.isRevoked()) {
      close(CloseReason.REVOKED);
    } else {
      dropForbiddenTopics();
    }
  }

  private void dropForbiddenTopics() {
    for (var topic : Set.copyOf(subscriptions.keySet())) {
      try {
        topics.check(topic, user.authenticated());
      } catch (Failure failure) {
        unsubscribe(topic, failure);
      }
    }
  }

  /** @param cause null = no failure */
  private Future<Void> reportFailure(String topic, Throwable cause) {
    if (cause != null && !closing) {
      writer.sendError(topic, cause instanceof Failure failure ? failure : new Failure.Internal());
    }
    return Future.succeededFuture();
  }

  private void drop(String topic) {
    var subscription = subscriptions.remove(topic);
    if (subscription != null) {
      subscription.cancel();
    }
  }

  private void reset(String reason) {
    stopDelivery();
    context.metrics().closed(protocol, CloseReason.ABNORMAL_CLOSURE, reason);
    writer.reset();
    onEnd(CloseReason.ABNORMAL_CLOSURE);
  }

  private void stopDelivery() {
    closing = true;
    defaultTopic.cancel();
    Set.copyOf(subscriptions.keySet()).forEach(this::drop);
    onClosing.accept(this);
  }

  private void send(JsonObject frame) {
    writer.send(Frame.of(frame));
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
        identity.version(),
        identity.roles(),
        Instant.EPOCH,
        identity.expiresAt());
  }
}
