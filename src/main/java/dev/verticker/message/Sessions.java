package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.verticker.bus.Address;
import dev.verticker.bus.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Requests about sign-in, tokens, sessions, socket tickets and revocations, served by the user verticle. Every address fails
 * with {@code database-unavailable} (503) while PostgreSQL is unavailable.
 */
public final class Sessions {
  /** Longer than the default, because hashing may wait in a short queue. */
  private static final Duration HASHING_DEADLINE = Duration.ofSeconds(5);

  /** Longer than a database call, so that the caller receives {@code database-unavailable} instead of a timeout. */
  private static final Duration DATABASE_DEADLINE = Duration.ofMillis(3200);

  /**
   * Fails with {@code invalid-credentials} (401, the same for an unknown user, a wrong password and an inactive
   * user), {@code too-many-attempts} (429) and {@code hashing-busy} (503).
   */
  public static final Address<Login, Grant> LOGIN =
      new Address<>("sessions.login", Login.class, Grant.class, HASHING_DEADLINE);

  /**
   * The next tokens of a session. A refresh token used again within ten seconds returns the same successor, and later a new
   * one if that one was never used. Any other use of a replaced token is treated as theft and ends the session. Fails (401)
   * with {@code malformed-refresh-token}, {@code expired-refresh-token}, {@code reused-refresh-token} when the session ends
   * for it, and {@code invalid-refresh-token} for an unknown token or a session that has ended.
   */
  public static final Address<Refresh, Grant> REFRESH =
      new Address<>("sessions.refresh", Refresh.class, Grant.class);

  /** Ends the session of a refresh token; succeeds for an unknown token too. */
  public static final Address<Logout, Void> LOGOUT =
      new Address<>("sessions.logout", Logout.class, Void.class);

  /** Ends every session of a user, including the caller's. */
  public static final Address<LogoutAll, Void> LOGOUT_ALL =
      new Address<>("sessions.logout-all", LogoutAll.class, Void.class);

  /** The unexpired sessions of a user, most recently used first. */
  public static final Address<ListSessions, SessionList> LIST =
      new Address<>("sessions.list", ListSessions.class, SessionList.class).asRepeatable();

  /** Ends one session of a user. Fails with {@code session-not-found} (404). */
  public static final Address<EndSession, Void> END =
      new Address<>("sessions.end", EndSession.class, Void.class);

  /**
   * Changes the caller's own password. The caller's session stays, every other session ends, and all access tokens issued
   * before are revoked. Fails with {@code wrong-password} (403), {@code invalid-request} (422, pointer
   * {@code /new_password}), {@code too-many-attempts} (429) and {@code hashing-busy} (503).
   */
  public static final Address<ChangePassword, Void> CHANGE_PASSWORD =
      new Address<>("sessions.change-password", ChangePassword.class, Void.class, HASHING_DEADLINE);

  /**
   * Creates an account for an anonymous client. Fails with {@code registration-closed} (403), {@code too-many-attempts} (429),
   * {@code username-reserved} (422) and like {@link Users#CREATE}.
   */
  public static final Address<Register, Users.User> REGISTER =
      new Address<>("sessions.register", Register.class, Users.User.class, HASHING_DEADLINE);

  /** Issues a one-time ticket for a socket. Fails with {@code invalid-token} (401) if the session has ended. */
  public static final Address<IssueTicket, Ticket> ISSUE_TICKET =
      new Address<>("sessions.issue-ticket", IssueTicket.class, Ticket.class);

  /** The identity a ticket was issued to; works once. Fails with {@code invalid-ticket} (401). */
  public static final Address<RedeemTicket, Identity> REDEEM_TICKET =
      new Address<>("sessions.redeem-ticket", RedeemTicket.class, Identity.class);

  /** The revocations after the cursor, each at least once. */
  public static final Address<RevokedSince, RevocationPage> REVOKED_SINCE = new Address<>(
          "sessions.revoked-since", RevokedSince.class, RevocationPage.class, DATABASE_DEADLINE)
      .asRepeatable();

  /**
   * API verticles that receive it poll {@link #REVOKED_SINCE} immediately. A lost hint delays a revocation by half a
   * second.
   */
  public static final Topic<RevokedHint> REVOKED =
      new Topic<>("sessions.revoked", RevokedHint.class);

  private Sessions() {}

  /**
   * The client of a request.
   *
   * @param address IP address, from a trusted proxy's header or the connection
   * @param device User-Agent, any length; null if not sent
   */
  public record Client(String address, String device) {}

  public record Login(String username, Password password, Client client) {}

  /**
   * The tokens of a signed-in client.
   *
   * @param expiresIn validity of the access token
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

  /** @param currentSessionId {@code sid} of the caller's access token */
  public record ListSessions(long userId, String currentSessionId) {}

  /** @param expiresAt time at which the session expires unless it is refreshed earlier */
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

  /** @param reason sent to the sockets of the session; null = {@link Reason#SESSION_ENDED} */
  public record EndSession(long userId, String sessionId, Reason reason, Client client) {}

  /** @param fullName may be null, as may email */
  public record Register(
      String username, String fullName, String email, Password password, Client client) {}

  /** @param sessionId {@code sid} of the caller's access token: the session that stays */
  public record ChangePassword(
      long userId,
      String sessionId,
      Password currentPassword,
      Password newPassword,
      Client client) {}

  /** @param tokenExpiresAt expiry of the caller's access token, at which the socket is closed too */
  public record IssueTicket(long userId, String sessionId, Instant tokenExpiresAt) {}

  /** @param validFor time within which the ticket can be redeemed once */
  public record Ticket(Confidential ticket, Duration validFor) {}

  public record RedeemTicket(Confidential ticket) {}

  /**
   * A signed-in user, with the claims of the access token.
   *
   * @param ver the claim {@code ver}: a revocation rejects lower ones
   * @param expiresAt expiry of the access token
   */
  public record Identity(
      long userId,
      String username,
      List<String> roles,
      String sessionId,
      @JsonProperty("version") long ver,
      Instant expiresAt) {
    public Identity {
      roles = List.copyOf(roles);
    }
  }

  /** The reason of a revocation, also sent when a socket is closed for it. */
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
   * Access tokens that are rejected before they expire: those of one session, those of a user with a version below
   * {@code minVersion}, or those of every user issued before a time.
   *
   * @param userId 0 if it concerns every user
   * @param minVersion null if one session is revoked; 0 if it concerns every user, because earlier releases expect a number
   * @param sessionId null unless one session is revoked
   * @param expiresAt time by which every revoked token has expired
   * @param issuedBefore tokens issued at or before this time are revoked; null unless it concerns every user
   */
  public record Revocation(
      long userId,
      @JsonProperty("leastVersion") Long minVersion,
      String sessionId,
      Reason reason,
      Instant expiresAt,
      Instant issuedBefore) {
    public static Revocation ofSession(
        long userId, String sessionId, Reason reason, Instant expiresAt) {
      return new Revocation(userId, null, sessionId, reason, expiresAt, null);
    }

    public static Revocation ofUser(
        long userId, long minVersion, Reason reason, Instant expiresAt) {
      return new Revocation(userId, minVersion, null, reason, expiresAt, null);
    }

    public static Revocation ofEveryone(Instant issuedBefore, Reason reason, Instant expiresAt) {
      return new Revocation(0, 0L, null, reason, expiresAt, issuedBefore);
    }
  }

  /** @param cursor from the previous page; null = from the first unexpired revocation */
  public record RevokedSince(RevocationCursor cursor) {}

  /**
   * The position of a reader; opaque to the reader.
   *
   * @param snapshot the snapshot up to which the reader has all revocations, null = none
   * @param targetSnapshot the snapshot being read over several pages; null = none
   * @param after id of the last row of the previous page, negative if its rows are in the order of their transactions
   */
  public record RevocationCursor(
      @JsonProperty("seen") String snapshot,
      @JsonProperty("catching") String targetSnapshot,
      long after) {}

  /** @param more whether another page follows */
  public record RevocationPage(
      List<Revocation> revocations, RevocationCursor cursor, boolean more) {
    public RevocationPage {
      revocations = List.copyOf(revocations);
    }
  }

  public record RevokedHint() {}
}
