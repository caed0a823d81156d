package dev.verticker.api.socket.protocol;

import dev.verticker.message.Sessions.Reason;
import java.util.Locale;

/** A reason for closing a socket: the WebSocket close code, and a name that distinguishes reasons with the same code. */
public enum CloseReason {
  AUTH_TIMEOUT(4401, "Not signed in within five seconds."),
  INVALID_TICKET(4401, "Ticket is invalid, expired or already used: request a new one."),
  TOKEN_EXPIRED(4401, "Access token expired: sign in with a newer one."),
  LOGGED_OUT(4403, "The session was signed out."),
  SESSION_ENDED(4403, "The session was ended."),
  TOKEN_REUSED(4403, "The session was ended because its refresh token was used twice."),
  PASSWORD_CHANGED(4403, "The password was changed."),
  USER_DISABLED(4403, "The user was disabled."),
  USER_DELETED(4403, "The user was deleted."),
  REVOKED(4403, "The access token was revoked."),
  PROTOCOL_ERROR(1002, "Invalid WebSocket frame; compression was not negotiated."),
  INVALID_TEXT(1007, "Invalid text: a text frame must be UTF-8."),
  TOO_MANY_MESSAGES(1008, "Message rate exceeded: at most 20 messages per second."),
  TOO_MANY_SOCKETS(1008, "The user has too many open sockets: close one before opening another."),
  TOO_BIG(1009, "Message too big: at most 64 kB per frame and 256 kB per message."),
  RESTART(1012, "The server is restarting: reconnect after retry_after_ms."),
  REBALANCE(1012, "Another node has fewer sockets: reconnect after retry_after_ms."),
  SLOW_READER(1013, "The client reads too slowly: reconnect and resume."),
  UNAVAILABLE(1013, "Temporarily unavailable: reconnect later.");

  /** The code that a peer reports if it received no close frame. */
  public static final int ABNORMAL_CLOSURE = 1006;

  private final int code;
  private final String message;

  CloseReason(int code, String message) {
    this.code = code;
    this.message = message;
  }

  public static CloseReason of(Reason reason) {
    return switch (reason) {
      case LOGGED_OUT -> LOGGED_OUT;
      case SESSION_ENDED -> SESSION_ENDED;
      case TOKEN_REUSED -> TOKEN_REUSED;
      case PASSWORD_CHANGED -> PASSWORD_CHANGED;
      case USER_DISABLED -> USER_DISABLED;
      case USER_DELETED -> USER_DELETED;
      case ROLES_CHANGED, UNKNOWN -> REVOKED;
    };
  }

  public int code() {
    return code;
  }

  /** The corresponding HTTP status. */
  public int status() {
    return switch (code) {
      case 4401 -> 401;
      case 4403 -> 403;
      case 1002, 1007 -> 400;
      case 1008 -> 429;
      case 1009 -> 413;
      default -> 503;
    };
  }

  /** Whether the client should reconnect after a random delay that the close contains. */
  public boolean hasRetryDelay() {
    return code == 1012;
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String message() {
    return message;
  }
}
