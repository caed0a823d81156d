package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.api.socket.topic.TopicRegistry;
import dev.verticker.message.Sessions.Revocation;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The sessions of one event loop. Created and used on that event loop. */
final class EventLoopSessions {
  private final Thread thread = Thread.currentThread();
  private final SocketContext context;
  private final Context loop;
  private final TopicRegistry topics;
  private final Set<SocketSession> sessions = new LinkedHashSet<>();
  private volatile long maxUnsent;

  EventLoopSessions(SocketContext context, Context loop, TopicRegistry topics) {
    this.context = context;
    this.loop = loop;
    this.topics = topics;
  }

  /** Returns whether the caller is on this event loop. Thread-safe. */
  boolean isOnEventLoop() {
    return Thread.currentThread() == thread;
  }

  /** Runs the task immediately on the event loop, otherwise schedules it in call order. Thread-safe. */
  void run(Runnable task) {
    if (isOnEventLoop()) {
      task.run();
    } else {
      loop.runOnContext(here -> task.run());
    }
  }

  SocketSession open(Transport transport, WireProtocol protocol, String ticket) {
    var session = new SocketSession(context, loop, topics, transport, protocol, sessions::remove);
    sessions.add(session);
    session.start(ticket);
    transport.listen(session);
    return session;
  }

  void onRevoked(Revocation revocation) {
    all().forEach(session -> session.onRevoked(revocation));
  }

  void sweep() {
    maxUnsent = sessions.stream().mapToLong(SocketSession::unsent).max().orElse(0);
    all().forEach(SocketSession::sweep);
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

  /** A copy: what is done with a session may end it. */
  private Set<SocketSession> all() {
    return Set.copyOf(sessions);
  }
}
