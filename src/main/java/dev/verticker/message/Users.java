package dev.verticker.message;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import dev.verticker.bus.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Requests about users, served by the user verticle. The API checks permissions, the user verticle everything else.
 *
 * <p>Failures, besides those named at each address: {@code invalid-request} (422, a pointer per error),
 * {@code user-not-found} (404), for a change {@code too-many-changes} (429), {@code database-unavailable} (503).
 */
public final class Users {
  /** Hashing starts within 2.4 s or fails; the rest is for the hash and the database. */
  private static final Duration WRITE_DEADLINE = Duration.ofMillis(2900);

  /**
   * Fails with {@code username-taken}, {@code email-taken} (409, pointer to the field), the errors of the password policy
   * (422) and {@code hashing-busy} (503).
   */
  public static final Address<Create, User> CREATE =
      new Address<>("users.create", Create.class, User.class, WRITE_DEADLINE);

  /** One user, soft-deleted ones included. */
  public static final Address<FindUser, User> FIND =
      new Address<>("users.find", FindUser.class, User.class).asRepeatable();

  /** Users in the order of their ids. */
  public static final Address<Search, UserPage> SEARCH =
      new Address<>("users.search", Search.class, UserPage.class).asRepeatable();

  /**
   * Changes the given fields and returns the updated user; a request that changes nothing writes nothing. Fails like
   * {@link #CREATE}, and with {@code revision-outdated} (412), {@code user-deleted} (409), {@code last-administrator} (409),
   * {@code username-reserved} (422, unless the user is an administrator) and {@code own-password} (403: use
   * {@link Sessions#CHANGE_PASSWORD} for the caller's own password).
   */
  public static final Address<Update, User> UPDATE =
      new Address<>("users.update", Update.class, User.class, WRITE_DEADLINE);

  /**
   * Fails with {@code last-administrator} (409) and {@code revision-outdated} (412). A second soft delete changes nothing; a
   * hard delete may follow a soft one.
   */
  public static final Address<Delete, Void> DELETE =
      new Address<>("users.delete", Delete.class, Void.class);

  /** Undoes a soft delete. Fails with {@code username-taken} or {@code email-taken} if another user has it by now. */
  public static final Address<ChangeStatus, User> RESTORE =
      new Address<>("users.restore", ChangeStatus.class, User.class);

  /** Fails with {@code last-administrator} or {@code user-deleted} (409); changes nothing if the user is disabled already. */
  public static final Address<ChangeStatus, User> DISABLE =
      new Address<>("users.disable", ChangeStatus.class, User.class);

  /** Fails with {@code user-deleted} (409); changes nothing if the user is active already. */
  public static final Address<ChangeStatus, User> ENABLE =
      new Address<>("users.enable", ChangeStatus.class, User.class);

  /** The audit entries about a user, newest first; also of erased users. */
  public static final Address<FindAudit, AuditPage> AUDIT =
      new Address<>("users.audit", FindAudit.class, AuditPage.class).asRepeatable();

  /** Counts a read mark against the quota of a user. Fails with {@code too-many-read-marks} (429). */
  public static final Address<ReadMark, Void> COUNT_READ_MARK =
      new Address<>("quotas.read-mark", ReadMark.class, Void.class);

  /** Has every permission. */
  public static final String ROLE_ADMIN = "admin";

  /** The default role. */
  public static final String ROLE_USER = "user";

  /** Every role, in alphabetical order; the API decides which permissions each one has. */
  public static final List<String> ROLES = List.of(ROLE_ADMIN, ROLE_USER);

  private Users() {}

  /** The status of a user; JSON and the database contain its {@link #wireName()}. */
  public enum Status {
    ACTIVE,
    DISABLED,
    DELETED,
    @JsonEnumDefaultValue
    UNKNOWN;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** UNKNOWN for any other text. */
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
   * @param revision incremented by every change of this user: the ETag
   * @param ver access tokens with a lower {@code ver} are rejected
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

    public User withStatus(Status status) {
      return new User(
          id, username, fullName, email, roles, status, createdAt, updatedAt, revision, ver);
    }

    public User withRoles(List<String> roles) {
      return new User(
          id, username, fullName, email, roles, status, createdAt, updatedAt, revision, ver);
    }

    public User withNames(String username, String fullName, String email) {
      return new User(
          id, username, fullName, email, roles, status, createdAt, updatedAt, revision, ver);
    }
  }

  /**
   * @param fullName may be null, as may email
   * @param roles null = {@link #ROLE_USER} alone
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
   * @param q prefix of a username, of an e-mail address, or of any word of a full name, ignoring case and accents; null = all
   * @param role null = any
   * @param status null = all but deleted users
   * @param after only ids above this; null = from the first
   * @param limit 1 to 1000
   */
  public record Search(String q, String role, Status status, Long after, int limit) {}

  /**
   * @param next {@code after} of the next page; null on the last page
   * @param truncated more than 1,000 users match {@code q} in one field, and only 1,000 of them were considered
   */
  public record UserPage(List<User> users, Long next, boolean truncated) {
    public UserPage {
      users = List.copyOf(users);
    }
  }

  /**
   * The new value of a field; a field without an update keeps its value.
   *
   * @param value null clears the field
   */
  public record FieldUpdate<T>(T value) {
    public static <T> FieldUpdate<T> of(T value) {
      return new FieldUpdate<>(value);
    }
  }

  /**
   * @param ifMatch the current revision must be one of these; null = any; an empty list matches none
   * @param username null = unchanged, as for every field that follows
   * @param password set by an administrator for another user; ends that user's sessions
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
   * @param soft keep the user, so that it can be restored; otherwise all personal data is erased
   * @param ifMatch as in {@link Update}
   */
  public record Delete(Actor actor, long id, boolean soft, List<Long> ifMatch) {
    public Delete {
      ifMatch = ifMatch == null ? null : List.copyOf(ifMatch);
    }
  }

  /** @param ifMatch as in {@link Update} */
  public record ChangeStatus(Actor actor, long id, List<Long> ifMatch) {
    public ChangeStatus {
      ifMatch = ifMatch == null ? null : List.copyOf(ifMatch);
    }
  }

  /**
   * @param before only entries older than the entry with this id; null = from the newest
   * @param limit 1 to 1000
   */
  public record FindAudit(long userId, Long before, int limit) {}

  /** @param next {@code before} of the next page; null on the last page */
  public record AuditPage(List<AuditEntry> entries, Long next) {
    public AuditPage {
      entries = List.copyOf(entries);
    }
  }

  /**
   * @param action such as {@code user.updated}
   * @param actorId null if the actor is the system or an anonymous client
   * @param actorUsername the current username; null if that user was erased
   * @param details JSON text with the changed fields, old and new values; null if there are none or the user was erased
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

  public record ReadMark(long userId) {}
}
