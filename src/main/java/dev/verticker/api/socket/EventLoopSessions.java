package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** The sessions of one event loop. Created and used on that event loop. */
final class EventLoopSessions {
  private final Thread thread = Thread.currentThread();
  private final SocketContext context;
  private final Context loop;
  private final LoopTopics topics;
  private final Set<SocketSession> sessions = new LinkedHashSet<>();

  /** In the order of their connection; admitted and closed ones are removed once a second. */
  private final Queue<SocketSession> unauthenticated = new ArrayDeque<>();

  private volatile long maxUnsent;

  EventLoopSessions(SocketContext context, Context loop, LoopTopics topics) {
    this.context = context;
    this.loop = loop;
    this.topics = topics;
  }

  /** Returns whether the caller is on this event loop. Thread-safe. */
  boolean isOnEventLoop() {
    return Thread.currentThread() == thread;
  }

  /** Runs the task immediately if the caller is on the event loop; otherwise schedules it, in call order. Thread-safe. */
  void run(Runnable task) {
    if (isOnEventLoop()) {
      task.run();
    } else {
      loop.runOnContext(here -> task.run());
    }
  }

  SocketSession open(Transport transport, WireProtocol protocol, String ticket) {
    if (context.metrics().unauthenticated() >= context.settings().maxUnauthenticated()) {
      evictOldest();
    }
    var session = new SocketSession(context, loop, topics, transport, protocol, sessions::remove);
    sessions.add(session);
    unauthenticated.add(session);
    session.start(ticket);
    transport.listen(session);
    return session;
  }

  int size() {
    return sessions.size();
  }

  /** Closes the oldest admitted sockets, which clients reopen at another node. */
  void move(long count) {
    all().stream()
        .filter(SocketSession::isAdmitted)
        .limit(count)
        .forEach(session -> session.close(CloseReason.REBALANCE));
  }

  void sweep() {
    maxUnsent = sessions.stream().mapToLong(SocketSession::unsent).max().orElse(0);
    all().forEach(SocketSession::sweep);
    unauthenticated.removeIf(session -> !isUnauthenticated(session));
  }

  /** Makes room for clients that sign in at once: idle sockets must not keep them out. */
  private void evictOldest() {
    SocketSession oldest;
    do {
      oldest = unauthenticated.poll();
    } while (oldest != null && !isUnauthenticated(oldest));
    if (oldest != null) {
      oldest.reset("evicted");
    }
  }

  private boolean isUnauthenticated(SocketSession session) {
    return !session.isAdmitted() && sessions.contains(session);
  }

  /** Returns the largest number of unsent bytes on one socket at the last check. Thread-safe. */
  long maxUnsent() {
    return maxUnsent;
  }

  /** Closes all sockets, which clients reopen at another node. */
  List<Future<Void>> drain() {
    topics.close();
    return all().stream()
        .map(session -> {
          session.close(CloseReason.RESTART);
          return session.ended();
        })
        .toList();
  }

  /** A copy, because the action may end a session. */
  private List<SocketSession> all() {
    return List.copyOf(sessions);
  }
}
