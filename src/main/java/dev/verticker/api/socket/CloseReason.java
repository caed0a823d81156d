package dev.verticker.api.socket;

import dev.verticker.message.Sessions.Reason;
import java.util.Locale;

/** Why a socket was closed: its WebSocket code, and the word that tells reasons of one code apart. */
enum CloseReason {
  AUTH_TIMEOUT(4401, "Nobody signed in within five seconds."),
  INVALID_TICKET(4401, "The ticket is not valid, or was used."),
  TOKEN_EXPIRED(4401, "The access token has ended; sign in with a newer one."),
  LOGGED_OUT(4403, "The session was signed out."),
  SESSION_ENDED(4403, "The session was ended."),
  TOKEN_REUSED(4403, "The session was ended because its refresh token was used twice."),
  PASSWORD_CHANGED(4403, "The password was changed."),
  USER_DISABLED(4403, "The user was disabled."),
  USER_DELETED(4403, "The user was deleted."),
  REVOKED(4403, "The access token was revoked."),
  PROTOCOL_ERROR(
      1002, "This is not how WebSocket frames are written; compression is not agreed to."),
  TOO_MANY_MESSAGES(1008, "More than twenty messages a second."),
  TOO_BIG(1009, "A frame must not exceed 64 kB, a message 256 kB."),
  RESTART(1012, "The server restarts; come back after retry_after_ms."),
  SLOW_READER(1013, "Frames are not read fast enough; come back and resume."),
  UNAVAILABLE(1013, "Who signs in cannot be verified at the moment.");

  /** What a peer sees when there was no close frame. */
  static final int RESET = 1006;

  private final int code;
  private final String sentence;

  CloseReason(int code, String sentence) {
    this.code = code;
    this.sentence = sentence;
  }

  static CloseReason of(Reason reason) {
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

  int code() {
    return code;
  }

  /** The HTTP status that says the same. */
  int status() {
    return switch (code) {
      case 4401 -> 401;
      case 4403 -> 403;
      case 1002 -> 400;
      case 1008 -> 429;
      case 1009 -> 413;
      default -> 503;
    };
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String sentence() {
    return sentence;
  }
}
