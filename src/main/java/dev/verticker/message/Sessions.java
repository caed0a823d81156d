package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Signing in and what follows from it: tokens, sessions, tickets for sockets, and what was revoked. The user verticle
 * answers; every address fails with {@code database-unavailable} (503) while PostgreSQL is away.
 */
public final class Sessions {
  /** Hashing waits in a short queue: more patience than a look-up needs. */
  private static final Duration PATIENT = Duration.ofSeconds(5);

  /** Longer than the longest a database call takes, so that "PostgreSQL is down" is heard as an answer. */
  private static final Duration LONGER_THAN_THE_DATABASE = Duration.ofMillis(3200);

  /**
   * Fails with {@code invalid-credentials} (401, the same for an unknown user, a wrong password and a user who is not
   * active), {@code too-many-attempts} (429) and {@code hashing-busy} (503).
   */
  public static final Address<Login, Grant> LOGIN =
      new Address<>("sessions.login", Login.class, Grant.class, PATIENT);

  /**
   * The next tokens of a session. The same refresh token within ten seconds gets the same successor; later it counts as
   * stolen and ends the session. Fails with {@code invalid-refresh-token} (401).
   */
  public static final Address<Refresh, Grant> REFRESH =
      new Address<>("sessions.refresh", Refresh.class, Grant.class);

  /** Ends the session of a refresh token; an unknown token is no failure. */
  public static final Address<Logout, Void> LOGOUT =
      new Address<>("sessions.logout", Logout.class, Void.class);

  /** Ends every session of a user, the calling one too. */
  public static final Address<LogoutAll, Void> LOGOUT_ALL =
      new Address<>("sessions.logout-all", LogoutAll.class, Void.class);

  /** The sessions of a user that can still be refreshed, last used first. */
  public static final Address<ListSessions, SessionList> LIST =
      new Address<>("sessions.list", ListSessions.class, SessionList.class);

  /** Ends one session of a user. Fails with {@code session-not-found} (404). */
  public static final Address<EndSession, Void> END =
      new Address<>("sessions.end", EndSession.class, Void.class);

  /**
   * A user's own password. The calling session goes on with its refresh token, every other one ends, and every access
   * token given out before is refused. Fails with {@code wrong-password} (403), {@code invalid-request} (422, pointer
   * {@code /new_password}), {@code too-many-attempts} (429) and {@code hashing-busy} (503).
   */
  public static final Address<ChangePassword, Void> CHANGE_PASSWORD =
      new Address<>("sessions.change-password", ChangePassword.class, Void.class, PATIENT);

  /**
   * An account for somebody who has none. Fails with {@code registration-closed} (403), {@code too-many-attempts} (429)
   * and like {@link Users#CREATE}.
   */
  public static final Address<Register, Users.User> REGISTER =
      new Address<>("sessions.register", Register.class, Users.User.class, PATIENT);

  /** A ticket for one socket. Fails with {@code invalid-token} (401) when the session has ended. */
  public static final Address<IssueTicket, Ticket> ISSUE_TICKET =
      new Address<>("sessions.issue-ticket", IssueTicket.class, Ticket.class);

  /** Who a ticket stands for, once. Fails with {@code invalid-ticket} (401). */
  public static final Address<RedeemTicket, Identity> REDEEM_TICKET =
      new Address<>("sessions.redeem-ticket", RedeemTicket.class, Identity.class);

  /** What was revoked since the cursor. An entry may come twice, none is left out. */
  public static final Address<RevokedSince, RevocationPage> REVOKED_SINCE = new Address<>(
      "sessions.revoked-since", RevokedSince.class, RevocationPage.class, LONGER_THAN_THE_DATABASE);

  /** Something was revoked: ask now instead of at the next turn. A lost hint costs half a second. */
  public static final Topic<RevokedHint> REVOKED =
      new Topic<>("sessions.revoked", RevokedHint.class);

  private Sessions() {}

  /**
   * Where a request came from.
   *
   * @param address IP address of the client, from a trusted proxy's header or the connection
   * @param device User-Agent, any length; null when not sent
   */
  public record Client(String address, String device) {}

  public record Login(String username, Password password, Client client) {}

  /**
   * What a client is given.
   *
   * @param expiresIn life of the access token
   * @param sessionId {@code sid} of the access token
   */
  public record Grant(
      long userId,
      String sessionId,
      Confidential accessToken,
      Duration expiresIn,
      Confidential refreshToken) {}

  public record Refresh(Confidential refreshToken, Client client) {}

  public record Logout(Confidential refreshToken, Client client) {}

  public record LogoutAll(long userId, Client client) {}

  /** @param currentSessionId {@code sid} of the asking token */
  public record ListSessions(long userId, String currentSessionId) {}

  /** @param expiresAt when it ends unless it is used before */
  public record Session(
      String id,
      String device,
      Instant createdAt,
      Instant lastUsedAt,
      Instant expiresAt,
      boolean current) {}

  public record SessionList(List<Session> sessions) {
    public SessionList {
      sessions = List.copyOf(sessions);
    }
  }

  public record EndSession(long userId, String sessionId, Client client) {}

  /** @param fullName may be null, as may email */
  public record Register(
      String username, String fullName, String email, Password password, Client client) {}

  /** @param sessionId {@code sid} of the asking token: the session that goes on */
  public record ChangePassword(
      long userId,
      String sessionId,
      Password currentPassword,
      Password newPassword,
      Client client) {}

  /** @param tokenExpiresAt end of the access token that asks: the socket lives no longer */
  public record IssueTicket(long userId, String sessionId, Instant tokenExpiresAt) {}

  /** @param validFor from now on, once */
  public record Ticket(Confidential ticket, Duration validFor) {}

  public record RedeemTicket(Confidential ticket) {}

  /**
   * A signed-in user, as an access token would say it.
   *
   * @param version {@code ver}: older ones are refused after a revocation
   * @param expiresAt when what proved it ends
   */
  public record Identity(
      long userId,
      String username,
      List<String> roles,
      String sessionId,
      long version,
      Instant expiresAt) {
    public Identity {
      roles = List.copyOf(roles);
    }
  }

  /** Why something was revoked; sockets are closed with it. */
  public enum Reason {
    LOGGED_OUT,
    SESSION_ENDED,
    TOKEN_REUSED,
    PASSWORD_CHANGED,
    ROLES_CHANGED,
    USER_DISABLED,
    USER_DELETED,
    @JsonEnumDefaultValue
    UNKNOWN
  }

  /**
   * Tokens that are refused from now on although they have not expired: those of a user with a version below the least
   * one, or those of one session.
   *
   * @param leastVersion null when only one session is meant
   * @param sessionId null when the whole user is meant
   * @param expiresAt when the last token it can be about has expired
   */
  public record Revocation(
      long userId, Long leastVersion, String sessionId, Reason reason, Instant expiresAt) {}

  /** @param cursor of the page before, null = everything that is still needed */
  public record RevokedSince(RevocationCursor cursor) {}

  /**
   * How far the asker has come; opaque to it.
   *
   * @param seen what was visible when the asker had everything, null = nothing
   * @param catching what is being read now, over several pages; null = all read
   * @param after last row of the page before
   */
  public record RevocationCursor(String seen, String catching, long after) {}

  /** @param more there is another page to ask for at once */
  public record RevocationPage(
      List<Revocation> revocations, RevocationCursor cursor, boolean more) {
    public RevocationPage {
      revocations = List.copyOf(revocations);
    }
  }

  public record RevokedHint() {}
}
