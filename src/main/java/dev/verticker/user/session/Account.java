package dev.verticker.user.session;

import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Client;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A user as signing in needs one.
 *
 * @param knownAddress the user signed in from the asking address before
 */
public record Account(
    long id,
    String username,
    String fullName,
    String email,
    String passwordHash,
    List<String> roles,
    boolean active,
    long ver,
    boolean knownAddress) {
  public List<String> names() {
    return Stream.of(username, fullName, email).filter(name -> name != null).toList();
  }

  /** The user, signed in with a session. */
  public Actor actor(UUID session, Client client) {
    return new Actor(id, username, session.toString(), client.address());
  }

  @Override
  public String toString() {
    return "Account[" + id + "]";
  }
}
