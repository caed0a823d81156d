package dev.verticker.api.socket;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.api.socket.protocol.Transport;
import dev.verticker.api.socket.protocol.WireProtocol;
import dev.verticker.api.socket.topic.TopicRegistry;
import dev.verticker.message.Sessions.Revocation;
import java.util.LinkedHashSet;
import java.util.Set;

/** The sessions of one event loop. Used on that event loop. */
final class EventLoopSessions {
  private final SocketContext context;
  private final LoopExecutor loop;
  private final TopicRegistry topics;
  private final Set<SocketSession> sessions = new LinkedHashSet<>();
  private volatile long maxUnsent;

  EventLoopSessions(SocketContext context, LoopExecutor loop, TopicRegistry topics) {
    this.context = context;
    this.loop = loop;
    this.topics = topics;
  }

  LoopExecutor loop() {
    return loop;
  }

  SocketSession open(Transport transport, WireProtocol protocol, String ticket) {
    var session = new SocketSession(context, loop, topics, transport, protocol, sessions::remove);
    sessions.add(session);
    session.start(ticket);
    return session;
  }

  void onRevoked(Revocation revocation) {
    all().forEach(session -> session.onRevoked(revocation));
  }

  void sweep() {
    maxUnsent = sessions.stream().mapToLong(SocketSession::unsent).max().orElse(0);
    all().forEach(SocketSession::sweep);
  }

  /** Bytes of the socket that was furthest behind at the last sweep; for any thread. */
  long maxUnsent() {
    return maxUnsent;
  }

  /** Closes all sockets, which clients reopen at another node. Returns the sessions that are closing. */
  Set<SocketSession> drain() {
    topics.close();
    var closing = all();
    closing.forEach(session -> session.close(CloseReason.RESTART));
    return closing;
  }

  /** A copy: what is done with a session may end it. */
  private Set<SocketSession> all() {
    return Set.copyOf(sessions);
  }
}
