package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What the user verticle is asked about users. Permissions are checked before; here is refused what only the domain knows.
 *
 * <p>Failures, besides those named at each address: {@code invalid-request} (422, a pointer per broken rule),
 * {@code user-not-found} (404), {@code database-unavailable} (503).
 */
public final class Users {
  private static final Duration WITH_HASHING = Duration.ofMillis(2900);

  /**
   * Fails with {@code username-taken}, {@code email-taken} (409, pointer to the field), the password policy's refusals (422)
   * and {@code hashing-busy} (503).
   */
  public static final Address<Create, User> CREATE =
      new Address<>("users.create", Create.class, User.class, WITH_HASHING);

  /** One user, soft-deleted ones included. */
  public static final Address<FindUser, User> FIND =
      new Address<>("users.find", FindUser.class, User.class);

  /** Users in the order of their ids. */
  public static final Address<Search, UserPage> SEARCH =
      new Address<>("users.search", Search.class, UserPage.class);

  /**
   * Changes what is named and answers the user as it is then; nothing is written or told when all of it is so already. Fails
   * like {@link #CREATE}, and with {@code revision-outdated} (412), {@code user-deleted} (409), {@code last-administrator}
   * (409) and {@code own-password} (403: one's own password is changed with the current one).
   */
  public static final Address<Update, User> UPDATE =
      new Address<>("users.update", Update.class, User.class, WITH_HASHING);

  /**
   * Fails with {@code last-administrator} (409) and {@code revision-outdated} (412). Deleting softly twice changes nothing;
   * a hard delete ends what a soft one left.
   */
  public static final Address<Delete, Void> DELETE =
      new Address<>("users.delete", Delete.class, Void.class);

  /** Undoes a soft delete. Fails with {@code username-taken} or {@code email-taken} when another has it now. */
  public static final Address<ChangeStatus, User> RESTORE =
      new Address<>("users.restore", ChangeStatus.class, User.class);

  /** Fails with {@code last-administrator} or {@code user-deleted} (409); disabling twice changes nothing. */
  public static final Address<ChangeStatus, User> DISABLE =
      new Address<>("users.disable", ChangeStatus.class, User.class);

  /** Fails with {@code user-deleted} (409); enabling twice changes nothing. */
  public static final Address<ChangeStatus, User> ENABLE =
      new Address<>("users.enable", ChangeStatus.class, User.class);

  /** What was done to a user and by a user's own sign-ins, newest first; also of users that are gone. */
  public static final Address<FindAudit, AuditPage> AUDIT =
      new Address<>("users.audit", FindAudit.class, AuditPage.class);

  /** May do everything. */
  public static final String ROLE_ADMIN = "admin";

  /** What a user has unless another role is given. */
  public static final String ROLE_USER = "user";

  /** Every role, in alphabetical order; the API decides which permissions each one has. */
  public static final List<String> ROLES = List.of(ROLE_ADMIN, ROLE_USER);

  private Users() {}

  /** The word in JSON and in the database is {@link #wireName()}. */
  public enum Status {
    ACTIVE,
    DISABLED,
    DELETED,
    @JsonEnumDefaultValue
    UNKNOWN;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** UNKNOWN for a word that is none. */
    public static Status of(String wireName) {
      for (var status : values()) {
        if (status.wireName().equals(wireName)) {
          return status;
        }
      }
      return UNKNOWN;
    }
  }

  /**
   * @param fullName may be null, as may email
   * @param roles in alphabetical order, at least one
   * @param revision counts every change of this user: the ETag
   * @param ver an access token with a smaller one is refused
   */
  public record User(
      long id,
      String username,
      String fullName,
      String email,
      List<String> roles,
      Status status,
      Instant createdAt,
      Instant updatedAt,
      long revision,
      long ver) {
    public User {
      roles = List.copyOf(roles);
    }

    /** The same user with this status. */
    public User withStatus(Status status) {
      return new User(
          id, username, fullName, email, roles, status, createdAt, updatedAt, revision, ver);
    }

    /** The same user with these roles. */
    public User withRoles(List<String> roles) {
      return new User(
          id, username, fullName, email, roles, status, createdAt, updatedAt, revision, ver);
    }

    /** The same user, called and reached like this. */
    public User withNames(String username, String fullName, String email) {
      return new User(
          id, username, fullName, email, roles, status, createdAt, updatedAt, revision, ver);
    }
  }

  /**
   * @param fullName may be null, as may email
   * @param roles null = those of an ordinary user
   */
  public record Create(
      Actor actor,
      String username,
      String fullName,
      String email,
      Password password,
      List<String> roles) {
    public Create {
      roles = roles == null ? null : List.copyOf(roles);
    }
  }

  public record FindUser(long id) {}

  /**
   * @param q null = everybody; else the beginning of a username, of an e-mail address, or of a full name at any of its words,
   *     ignoring case and accents
   * @param role null = any
   * @param status null = everybody but the deleted ones
   * @param after only ids above this; null = from the first
   * @param limit 1 to 1000
   */
  public record Search(String q, String role, Status status, Long after, int limit) {}

  /**
   * @param next {@code after} of the next page; null when this is the last
   * @param truncated more than 1 000 users match {@code q} in one field: only 1 000 of them were looked at
   */
  public record UserPage(List<User> users, Long next, boolean truncated) {
    public UserPage {
      users = List.copyOf(users);
    }
  }

  /** What a field becomes. @param value null clears it; a field without one of these stays as it is */
  public record FieldUpdate<T>(T value) {
    public static <T> FieldUpdate<T> of(T value) {
      return new FieldUpdate<>(value);
    }
  }

  /**
   * @param ifMatch revisions one of which the user must have now; null = whichever; an empty list matches none
   * @param username null = unchanged, as for every field that follows
   * @param password an administrator's choice for another user: ends that user's sessions
   */
  public record Update(
      Actor actor,
      long id,
      List<Long> ifMatch,
      FieldUpdate<String> username,
      FieldUpdate<String> fullName,
      FieldUpdate<String> email,
      FieldUpdate<List<String>> roles,
      FieldUpdate<Password> password) {
    public Update {
      ifMatch = ifMatch == null ? null : List.copyOf(ifMatch);
    }
  }

  /**
   * @param soft keep the user, restorable; otherwise nothing personal remains
   * @param ifMatch as in {@link Update}
   */
  public record Delete(Actor actor, long id, boolean soft, List<Long> ifMatch) {
    public Delete {
      ifMatch = ifMatch == null ? null : List.copyOf(ifMatch);
    }
  }

  /** A change that needs no more than the user's id. @param ifMatch as in {@link Update} */
  public record ChangeStatus(Actor actor, long id, List<Long> ifMatch) {
    public ChangeStatus {
      ifMatch = ifMatch == null ? null : List.copyOf(ifMatch);
    }
  }

  /**
   * @param before only entries older than the one with this id; null = from the newest
   * @param limit 1 to 1000
   */
  public record FindAudit(long userId, Long before, int limit) {}

  /** @param next {@code before} of the next page; null when there is nothing more */
  public record AuditPage(List<AuditEntry> entries, Long next) {
    public AuditPage {
      entries = List.copyOf(entries);
    }
  }

  /**
   * @param action such as {@code user.updated}
   * @param actorId null when the system or somebody not signed in did it
   * @param actorUsername as it is now; null when that user is gone
   * @param details JSON text: what changed, from what to what; null when there is nothing to add or the user was erased
   */
  public record AuditEntry(
      long id,
      Instant at,
      String action,
      long userId,
      Long actorId,
      String actorUsername,
      String session,
      String address,
      String requestId,
      String details) {}
}
