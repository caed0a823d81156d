package dev.verticker.user.session;

import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Client;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A user with the columns that sign-in needs.
 *
 * @param knownAddress whether the user has signed in from the client's address before
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
  private static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9._-]{3,50}");

  public static boolean isUsername(String text) {
    return text != null && USERNAME.matcher(text).matches();
  }

  /** Returns the username, full name and e-mail address that are set. */
  public List<String> names() {
    return Stream.of(username, fullName, email).filter(name -> name != null).toList();
  }

  /** Returns this user as the actor of a change, signed in with the session. */
  public Actor actor(UUID session, Client client) {
    return new Actor(id, username, session.toString(), client.address());
  }

  @Override
  public String toString() {
    return "Account[" + id + "]";
  }
}
