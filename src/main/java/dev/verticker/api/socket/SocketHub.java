package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.api.market.LiveMarket;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.topic.TopicRegistry;
import dev.verticker.context.NodeContext;
import dev.verticker.message.Sessions.Revocation;
import dev.verticker.settings.UserApiSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Manages the sockets on a node: one {@link EventLoopSessions} per event loop. Enforces the max number of sockets and their
 * timeouts, forwards revocations, and moves sockets to nodes with fewer.
 */
public final class SocketHub {
  private static final long CHECK_INTERVAL_MS = 1000;
  private static final long DRAIN_TIMEOUT_MS = 3000;

  private final NodeContext node;
  private final QuoteService quotes;
  private final SocketContext context;
  private final LogReader log;
  private final LiveMarket market;
  private final SocketBalancer balancer;

  /** Whether market topics need no sign-in. */
  private final boolean publicTopics;

  /** In registration order. */
  private final List<EventLoopSessions> loops = new CopyOnWriteArrayList<>();

  private SocketHub(
      NodeContext node, QuoteService quotes, SocketContext context, boolean publicTopics) {
    this.publicTopics = publicTopics;
    this.node = node;
    this.quotes = quotes;
    this.context = context;
    this.log = new LogReader(context.vertx(), node);
    this.market = LiveMarket.of(context.vertx(), node);
    this.balancer = new SocketBalancer(
        context.vertx(),
        node.bus(),
        context.settings().rebalanceAfter(),
        context.metrics()::open,
        this::move);
    node.metrics().gauge("socket_unsent_bytes_of_one", loops, SocketHub::maxUnsentBytes);
  }

  /** Creates the hub and subscribes to the event log and to revocations on the calling context, until its undeployment. */
  public static Future<SocketHub> open(
      Vertx vertx,
      NodeContext node,
      AccessTokenVerifier verifier,
      RevocationCache revocations,
      QuoteService quotes,
      UserApiSettings settings) {
    var limits = settings.sockets();
    var publicData = settings.publicData();
    var publicSockets =
        new PublicSockets(publicData.socketsPerAddress(), limits.maxUnauthenticated());
    var context = new SocketContext(
        vertx,
        node.bus(),
        node.clock(),
        limits,
        new SocketMetrics(node.metrics(), publicSockets::total),
        new UserSockets(limits.maxPerUser()),
        publicSockets,
        verifier,
        revocations);
    var hub = new SocketHub(node, quotes, context, publicData.enabled());
    revocations.onRevoked(hub::onRevoked);
    node.connectivity().onReconnect(hub.log::catchUp);
    return Future.all(hub.log.start(), hub.balancer.start(), hub.market.start()).map(hub);
  }

  /** Registers the calling event loop: it can accept sockets from now on. */
  public void join(Context loop) {
    var vertx = context.vertx();
    var topics = new LoopTopics(
        new TopicRegistry(vertx, loop, node, log, quotes, market),
        publicTopics ? TopicRegistry.ofPublicTopics(vertx, loop, node, quotes, market) : null);
    var sessions = new EventLoopSessions(context, loop, topics);
    loops.add(sessions);
    context.vertx().setPeriodic(CHECK_INTERVAL_MS, timer -> sessions.sweep());
  }

  /** Unregisters the calling event loop and closes its sockets. Completes when all are closed, or after three seconds. */
  public Future<Void> leave() {
    var sessions = sessions();
    if (sessions == null) {
      return Future.succeededFuture();
    }
    loops.remove(sessions);
    if (loops.isEmpty()) {
      balancer.leave();
    }
    return Future.join(sessions.drain())
        .timeout(DRAIN_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .otherwiseEmpty()
        .mapEmpty();
  }

  /** Returns the sessions of the calling event loop, or null if it is not registered. */
  EventLoopSessions sessions() {
    return loops.stream().filter(EventLoopSessions::isOnEventLoop).findFirst().orElse(null);
  }

  /**
   * Returns the sessions of the event loop that owns a SockJS session; null if none is registered. The result changes only if
   * event loops are registered or unregistered.
   */
  EventLoopSessions sessionsFor(String sockJsId) {
    var all = loops.toArray(EventLoopSessions[]::new);
    return all.length == 0 ? null : all[Math.floorMod(sockJsId.hashCode(), all.length)];
  }

  boolean isFull() {
    return context.metrics().open() >= context.settings().max();
  }

  private void onRevoked(Revocation revocation) {
    var affected = revocation.issuedBefore() == null
        ? context.users().of(revocation.userId())
        : context.users().all();
    affected.forEach(session -> session.onRevoked(revocation));
  }

  /** Closes sockets of each event loop in proportion to its number of sockets. */
  private void move(long count) {
    var total = Math.max(1, context.metrics().open());
    var left = new AtomicLong(count);
    loops.forEach(sessions -> sessions.run(() -> {
      var share = (count * sessions.size() + total - 1) / total;
      var excess = Math.max(0, -left.addAndGet(-share));
      sessions.move(Math.max(0, share - excess));
    }));
  }

  /** Returns the largest number of unsent bytes on one socket. */
  private static double maxUnsentBytes(List<EventLoopSessions> loops) {
    return loops.stream().mapToLong(EventLoopSessions::maxUnsent).max().orElse(0);
  }
}
