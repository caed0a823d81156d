package dev.verticker.message;

/**
 * Who asks for a change, for the audit and for the {@code by} of events. Whether they may is decided before.
 *
 * @param id null when it is the system itself
 * @param username null when it is the system itself or a person who is not signed in
 * @param session null without a session
 * @param address the client's address as the trusted proxy reports it; null when there is none
 */
public record Actor(Long id, String username, String session, String address) {
  /** The system itself: first start, imports, housekeeping. */
  public static Actor system() {
    return new Actor(null, null, null, null);
  }

  /** Somebody at an address who is not signed in. */
  public static Actor anonymous(String address) {
    return new Actor(null, null, null, address);
  }

  /** Whether this is the user with that id. */
  public boolean is(long userId) {
    return id != null && id == userId;
  }
}
