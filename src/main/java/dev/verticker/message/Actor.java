package dev.verticker.message;

/**
 * The user, client or system that requests a change; recorded in the audit trail and sent as {@code by} of events. The API has
 * checked the permissions.
 *
 * @param id null for the system and for an anonymous client
 * @param username null for the system and for an anonymous client
 * @param session null without a session
 * @param address the client's address as the trusted proxy reports it; null if there is none
 */
public record Actor(Long id, String username, String session, String address) {
  /** First start, imports, housekeeping. */
  public static Actor system() {
    return new Actor(null, null, null, null);
  }

  /** A client that is not signed in. */
  public static Actor anonymous(String address) {
    return new Actor(null, null, null, address);
  }

  public boolean is(long userId) {
    return id != null && id == userId;
  }
}
