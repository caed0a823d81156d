package dev.verticker.api.socket;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The signed-in sockets of a node by user, at most a fixed number for each user. Thread-safe. */
final class UserSockets {
  private final int maxPerUser;

  /** The sets are immutable. */
  private final Map<Long, Set<SocketSession>> sockets = new ConcurrentHashMap<>();

  UserSockets(int maxPerUser) {
    this.maxPerUser = maxPerUser;
  }

  /** Adds a socket. Returns false if the user has the max number already. */
  boolean add(long userId, SocketSession session) {
    return sockets
        .compute(
            userId,
            (id, present) -> present == null
                ? Set.of(session)
                : present.size() < maxPerUser ? with(present, session) : present)
        .contains(session);
  }

  /** Does nothing if the socket was not added. */
  void remove(long userId, SocketSession session) {
    sockets.computeIfPresent(userId, (id, present) -> {
      var others = new HashSet<>(present);
      others.remove(session);
      return others.isEmpty() ? null : Set.copyOf(others);
    });
  }

  Set<SocketSession> of(long userId) {
    return sockets.getOrDefault(userId, Set.of());
  }

  Set<SocketSession> all() {
    return sockets.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
  }

  private static Set<SocketSession> with(Set<SocketSession> present, SocketSession session) {
    var all = new HashSet<>(present);
    all.add(session);
    return Set.copyOf(all);
  }
}
