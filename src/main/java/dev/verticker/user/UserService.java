package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Users;
import dev.verticker.message.Users.ChangeStatus;
import dev.verticker.message.Users.Create;
import dev.verticker.message.Users.Delete;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.FindUser;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.Update;
import dev.verticker.message.Users.User;
import dev.verticker.user.UserRepository.LockedUser;
import dev.verticker.user.change.AccessRevocation;
import dev.verticker.user.change.ChangeLog;
import dev.verticker.user.change.UserEvent;
import dev.verticker.user.password.HashingClient;
import dev.verticker.user.password.PasswordHashing;
import dev.verticker.user.session.Account;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds, creates, changes and deletes users. Every change is one transaction that updates the row, revokes access, and writes
 * the audit entry and the outbox row. A request that changes nothing writes nothing.
 */
final class UserService {
  private static final int MAX_ADMINISTRATOR_NAMES = 1000;

  private final Database database;
  private final UserRepository users;
  private final PasswordHashing passwords;
  private final AccessRevocation access;
  private final ChangeLog changes;
  private final KeyedQueue creations;

  /** A change of a user, recorded in the audit trail as {@code user.updated} and so on. */
  enum UserAction {
    UPDATED,
    DISABLED,
    ENABLED,
    RESTORED,
    DELETED;

    String auditName() {
      return "user." + name().toLowerCase(Locale.ROOT);
    }

    boolean isAllowedOnDeleted() {
      return this == RESTORED || this == DELETED;
    }
  }

  /** @param creations queues concurrent creations by username */
  UserService(
      Database database,
      UserRepository users,
      PasswordHashing passwords,
      AccessRevocation access,
      ChangeLog changes,
      KeyedQueue creations) {
    this.database = database;
    this.users = users;
    this.passwords = passwords;
    this.access = access;
    this.changes = changes;
    this.creations = creations;
  }

  Future<User> find(FindUser find) {
    return users.find(find.id()).compose(user -> user.map(Future::succeededFuture)
        .orElse(notFound(find.id())));
  }

  Future<User> create(Create create) {
    UserRules.check(create);
    return creations.run(create.username().toLowerCase(Locale.ROOT), () -> users
        .checkAvailable(create.username(), create.email())
        .compose(free -> passwords.hash(
            HashingClient.of(create.actor()),
            create.password(),
            names(create.username(), create.fullName(), create.email())))
        .compose(hash -> database.transaction(tx -> insert(tx, create, hash))));
  }

  /** Fails with {@link Failure.Invalid} if other users could mistake the name for an administrator's or for no name. */
  Future<Void> checkUnmistakable(String username) {
    if (!Account.isUsername(username)) {
      // UserRules rejects it.
      return Future.succeededFuture();
    }
    if (ReservedNames.contains(username)) {
      return reserved();
    }
    var skeleton = ReservedNames.skeleton(username);
    return users
        .administratorNames(MAX_ADMINISTRATOR_NAMES)
        .compose(names -> names.stream().map(ReservedNames::skeleton).anyMatch(skeleton::equals)
            ? reserved()
            : Future.succeededFuture());
  }

  Future<User> update(Update update) {
    UserRules.check(update);
    return checkOwnName(update).compose(checked -> updateChecked(update));
  }

  /** Administrators may assign any name, also to themselves; a name that only changes its letter case stays. */
  private Future<Void> checkOwnName(Update update) {
    if (update.username() == null || !update.actor().is(update.id())) {
      return Future.succeededFuture();
    }
    var renamed = update.username().value();
    return find(new FindUser(update.id()))
        .compose(user ->
            user.roles().contains(Users.ROLE_ADMIN) || user.username().equalsIgnoreCase(renamed)
                ? Future.succeededFuture()
                : checkUnmistakable(renamed));
  }

  private Future<User> updateChecked(Update update) {
    var change = new ChangeStatus(update.actor(), update.id(), update.ifMatch());
    if (update.password() == null) {
      return change(change, UserAction.UPDATED, locked -> updated(locked.user(), update), null);
    }
    if (update.actor().is(update.id())) {
      return Future.failedFuture(
          new Failure.Forbidden(
              "own-password",
              "Your own password cannot be set here: change it at /users/me/password with the current one."));
    }
    return find(new FindUser(update.id()))
        .map(user -> updated(user, update))
        .compose(user -> passwords.hash(
            HashingClient.of(update.actor()),
            update.password().value(),
            names(user.username(), user.fullName(), user.email())))
        .compose(hash ->
            change(change, UserAction.UPDATED, locked -> updated(locked.user(), update), hash));
  }

  Future<User> disable(ChangeStatus change) {
    return change(
        change, UserAction.DISABLED, locked -> locked.user().withStatus(Status.DISABLED), null);
  }

  Future<User> enable(ChangeStatus change) {
    return change(
        change, UserAction.ENABLED, locked -> locked.user().withStatus(Status.ACTIVE), null);
  }

  Future<User> restore(ChangeStatus change) {
    return change(
        change,
        UserAction.RESTORED,
        locked -> locked.restoredAs() == null
            ? locked.user()
            : locked.user().withStatus(locked.restoredAs()),
        null);
  }

  Future<Void> delete(Delete delete) {
    var change = new ChangeStatus(delete.actor(), delete.id(), delete.ifMatch());
    return delete.soft()
        ? change(
                change,
                UserAction.DELETED,
                locked -> locked.user().withStatus(Status.DELETED),
                null)
            .mapEmpty()
        : database.transaction(
            tx -> lock(tx, change).compose(locked -> erase(tx, delete.actor(), locked.user())));
  }

  private Future<User> insert(SqlConnection tx, Create create, String hash) {
    var roles = create.roles() == null ? List.of(Users.ROLE_USER) : sorted(create.roles());
    return users
        .insert(tx, create.username(), nullIfEmpty(create.fullName()), create.email(), hash, roles)
        .compose(user -> recordCreated(tx, create.actor(), user));
  }

  Future<User> recordCreated(SqlConnection tx, Actor actor, User user) {
    var event = UserEvent.created(user, actor);
    return changes
        .record(tx, actor, "user.created", user.id(), UserEvent.fields(user), List.of(event))
        .map(user);
  }

  /** @param newHash of a new password; null = unchanged */
  private Future<User> change(
      ChangeStatus change, UserAction action, Function<LockedUser, User> apply, String newHash) {
    return database.transaction(tx -> lock(tx, change).compose(locked -> {
      var before = locked.user();
      if (before.status() == Status.DELETED && !action.isAllowedOnDeleted()) {
        return Future.failedFuture(
            new Failure.Conflict("user-deleted", "The user is deleted: restore the user first."));
      }
      var after = apply.apply(locked);
      return newHash == null && UserEvent.changes(before, after).isEmpty()
          ? Future.succeededFuture(before)
          : store(tx, change.actor(), action, before, after, newHash);
    }));
  }

  /**
   * Updates the row and writes the audit entry, revocations and events of the change.
   *
   * @param newHash null = unchanged
   */
  Future<User> store(
      SqlConnection tx, Actor actor, UserAction action, User before, User after, String newHash) {
    var passwordSet = newHash != null;
    var deactivated = before.status() == Status.ACTIVE && after.status() != Status.ACTIVE;
    var endSessions = deactivated || passwordSet;
    var revokeTokens = endSessions || !before.roles().equals(after.roles());
    return requireAnAdministrator(tx, before, after)
        .compose(checked -> users.update(tx, before, after, newHash, revokeTokens))
        .compose(stored -> revoke(tx, stored, revokeTokens, endSessions)
            .compose(revoked -> changes.record(
                tx,
                actor,
                action.auditName(),
                stored.id(),
                details(before, stored, passwordSet),
                events(actor, before, stored, passwordSet)))
            .map(stored));
  }

  /** A hard delete: removes personal data from the audit trail and the outbox too. */
  private Future<Void> erase(SqlConnection tx, Actor actor, User user) {
    // The entry of a user that erases its own account has no address.
    var recorded = actor.is(user.id()) ? new Actor(user.id(), null, null, null) : actor;
    return requireAnAdministrator(tx, user, user.withStatus(Status.DELETED))
        .compose(checked -> access.endSessions(tx, user.id(), user.ver() + 1, Reason.USER_DELETED))
        .compose(ended -> users.delete(tx, user.id()))
        .compose(deleted -> changes.erase(tx, user.id()))
        .compose(erased -> changes.record(
            tx,
            recorded,
            "user.erased",
            user.id(),
            null,
            List.of(UserEvent.erased(user.id(), recorded))));
  }

  private Future<LockedUser> lock(SqlConnection tx, ChangeStatus change) {
    return users.lock(tx, change.id()).compose(found -> {
      if (found.isEmpty()) {
        return notFound(change.id());
      }
      var revision = found.get().user().revision();
      if (change.ifMatch() != null && !change.ifMatch().contains(revision)) {
        return Future.failedFuture(new Failure.PreconditionFailed(
            "revision-outdated",
            "The user has changed since it was read: read it again and send the new ETag."));
      }
      return Future.succeededFuture(found.get());
    });
  }

  /** Two administrators that demote each other lock different rows and would both see one left, hence the advisory lock. */
  private Future<Void> requireAnAdministrator(SqlConnection tx, User before, User after) {
    if (!isActiveAdministrator(before) || isActiveAdministrator(after)) {
      return Future.succeededFuture();
    }
    return AccountLocks.LAST_ADMINISTRATOR
        .acquire(tx)
        .compose(locked -> users.otherAdministrator(tx, before.id()))
        .compose(
            exists -> exists
                ? Future.succeededFuture()
                : Future.failedFuture(
                    new Failure.Conflict(
                        "last-administrator",
                        "The last active administrator cannot be deleted, disabled or demoted: appoint another one first.")));
  }

  private Future<Void> revoke(
      SqlConnection tx, User after, boolean revokeTokens, boolean endSessions) {
    if (endSessions) {
      return access.endSessions(tx, after.id(), after.ver(), reason(after));
    }
    return revokeTokens
        ? access.revokeTokens(tx, after.id(), after.ver())
        : Future.succeededFuture();
  }

  private static Reason reason(User after) {
    return switch (after.status()) {
      case DELETED -> Reason.USER_DELETED;
      case DISABLED -> Reason.USER_DISABLED;
      default -> Reason.PASSWORD_CHANGED;
    };
  }

  private static List<UserEvent> events(Actor actor, User before, User after, boolean passwordSet) {
    var events = new ArrayList<UserEvent>();
    if (!UserEvent.changes(before, after).isEmpty()) {
      events.add(
          after.status() == Status.DELETED
              ? UserEvent.deleted(after, actor)
              : UserEvent.updated(before, after, actor));
    }
    if (passwordSet) {
      events.add(UserEvent.passwordChanged(after.id(), actor));
    }
    return events;
  }

  private static JsonObject details(User before, User after, boolean passwordSet) {
    var to = UserEvent.changes(before, after);
    var from = UserEvent.changes(after, before);
    var details = new JsonObject();
    to.forEach(field -> details.put(
        field.getKey(),
        new JsonObject().put("from", from.getValue(field.getKey())).put("to", field.getValue())));
    return passwordSet ? details.put("password", "set") : details;
  }

  private static User updated(User user, Update update) {
    return user.withNames(
            or(update.username(), user.username()),
            nullIfEmpty(or(update.fullName(), user.fullName())),
            or(update.email(), user.email()))
        .withRoles(sorted(or(update.roles(), user.roles())));
  }

  private static <T> T or(FieldUpdate<T> field, T unchanged) {
    return field == null ? unchanged : field.value();
  }

  /** A full name is stored as null or with at least one character. */
  private static String nullIfEmpty(String fullName) {
    return fullName == null || fullName.isEmpty() ? null : fullName;
  }

  private static List<String> sorted(List<String> roles) {
    return roles.stream().distinct().sorted().toList();
  }

  private static List<String> names(String... names) {
    return Stream.of(names).filter(Objects::nonNull).toList();
  }

  private static boolean isActiveAdministrator(User user) {
    return user.status() == Status.ACTIVE && user.roles().contains(Users.ROLE_ADMIN);
  }

  private static <T> Future<T> reserved() {
    return Future.failedFuture(Failure.Invalid.of(
        "/username",
        "username-reserved",
        "The username is reserved, or looks like that of an administrator: choose another one."));
  }

  private static <T> Future<T> notFound(long id) {
    return Future.failedFuture(
        new Failure.NotFound("user-not-found", "The user " + id + " does not exist."));
  }
}
