package dev.verticker.api.socket;

import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.api.quotes.QuoteService;
import dev.verticker.api.socket.log.LogReader;
import dev.verticker.api.socket.topic.TopicRegistry;
import dev.verticker.context.NodeContext;
import dev.verticker.settings.UserApiSettings.SocketSettings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The sockets of a node, by event loop. It opens an event loop for sockets and drains it, limits how many sockets there are,
 * enforces their time limits, and passes revocations to them.
 */
public final class SocketHub {
  private static final long SWEEP_MS = 1000;
  private static final long MAX_DRAIN_MS = 3000;

  private final NodeContext node;
  private final QuoteService quotes;
  private final SocketContext context;
  private final LogReader log;

  /** In the order in which they joined. */
  private final List<EventLoopSessions> loops = new CopyOnWriteArrayList<>();

  private SocketHub(NodeContext node, QuoteService quotes, SocketContext context) {
    this.node = node;
    this.quotes = quotes;
    this.context = context;
    this.log = new LogReader(context.vertx(), node);
    node.metrics().gauge("socket_unsent_bytes_of_one", loops, SocketHub::maxUnsent);
  }

  /** Follows the event log and revocations on the calling context until that is undeployed. */
  public static Future<SocketHub> open(
      Vertx vertx,
      NodeContext node,
      AccessTokenVerifier verifier,
      RevocationCache revocations,
      QuoteService quotes,
      SocketSettings settings) {
    var context = new SocketContext(
        vertx,
        node.bus(),
        node.clock(),
        settings,
        new SocketMetrics(node.metrics()),
        verifier,
        revocations);
    var hub = new SocketHub(node, quotes, context);
    revocations.onRevoked(revocation ->
        hub.loops.forEach(sessions -> sessions.run(() -> sessions.onRevoked(revocation))));
    node.liveness().onReturn(hub.log::catchUp);
    return hub.log.start().map(hub);
  }

  /** Accepts sockets on the calling event loop from now on. */
  public void join(Context loop) {
    var topics = new TopicRegistry(context.vertx(), loop, node, log, quotes);
    var sessions = new EventLoopSessions(context, loop, topics);
    loops.add(sessions);
    context.vertx().setPeriodic(SWEEP_MS, timer -> sessions.sweep());
  }

  /** Closes the sockets of the calling event loop; completes when they have ended or do not respond in time. */
  public Future<Void> leave() {
    var sessions = sessions();
    if (sessions == null) {
      return Future.succeededFuture();
    }
    loops.remove(sessions);
    return Future.join(sessions.drain())
        .timeout(MAX_DRAIN_MS, TimeUnit.MILLISECONDS)
        .otherwiseEmpty()
        .mapEmpty();
  }

  /** Of the calling event loop; null when it does not accept sockets. */
  EventLoopSessions sessions() {
    return loops.stream().filter(EventLoopSessions::isOnEventLoop).findFirst().orElse(null);
  }

  /** Always the same for a name while no event loop joins or leaves; null when none accepts sockets. */
  EventLoopSessions sessionsFor(String name) {
    var all = loops.toArray(EventLoopSessions[]::new);
    return all.length == 0 ? null : all[Math.floorMod(name.hashCode(), all.length)];
  }

  boolean isFull() {
    return context.metrics().open() >= context.settings().max();
  }

  /** Bytes. */
  private static double maxUnsent(List<EventLoopSessions> loops) {
    return loops.stream().mapToLong(EventLoopSessions::maxUnsent).max().orElse(0);
  }
}
