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
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.Update;
import dev.verticker.message.Users.User;
import dev.verticker.message.Users.UserPage;
import dev.verticker.user.UserRepository.Locked;
import dev.verticker.user.change.AccessRevocation;
import dev.verticker.user.change.AuditTrail;
import dev.verticker.user.change.UserEvent;
import dev.verticker.user.change.UserOutbox;
import dev.verticker.user.login.KeyedQueue;
import dev.verticker.user.password.PasswordHashing;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What may be done with users. Every change is one transaction: the row, what it revokes, its audit entry and, last, what
 * is told of it. A change that changes nothing writes and tells nothing.
 */
final class UserService {
  private final Database database;
  private final UserRepository users;
  private final UserSearch searches;
  private final PasswordHashing passwords;
  private final AccessRevocation access;
  private final AuditTrail audit;
  private final UserOutbox outbox;
  private final Clock clock;
  private final UserErasure erasure;
  private final KeyedQueue creating;

  /** What is done to a user; the audit has it as {@code user.updated} and so on. */
  enum UserAction {
    UPDATED,
    DISABLED,
    ENABLED,
    RESTORED,
    DELETED;

    String action() {
      return "user." + name().toLowerCase(Locale.ROOT);
    }

    /** Whatever else somebody wants of a deleted user, the user must be restored first. */
    boolean isForDeleted() {
      return this == RESTORED || this == DELETED;
    }
  }

  UserService(
      Database database,
      PasswordHashing passwords,
      AccessRevocation access,
      AuditTrail audit,
      UserOutbox outbox,
      Clock clock) {
    this.database = database;
    this.users = new UserRepository(database);
    this.searches = new UserSearch(database);
    this.passwords = passwords;
    this.access = access;
    this.audit = audit;
    this.outbox = outbox;
    this.clock = clock;
    this.erasure = new UserErasure(users, access, audit, outbox);
    this.creating = new KeyedQueue(Users.CREATE.deadline(), clock);
  }

  Future<User> find(FindUser find) {
    return users.find(find.id()).compose(user -> user.map(Future::succeededFuture)
        .orElse(notFound(find.id())));
  }

  Future<UserPage> search(Search search) {
    UserRules.check(search);
    return searches.search(search);
  }

  Future<User> create(Create create) {
    UserRules.check(create);
    return creating.run(create.username().toLowerCase(Locale.ROOT), () -> users
        .checkFree(create.username(), create.email())
        .compose(free -> passwords.hash(
            create.password(), names(create.username(), create.fullName(), create.email())))
        .compose(hash -> database.transaction(tx -> insert(tx, create, hash))));
  }

  Future<User> update(Update update) {
    UserRules.check(update);
    var change = new ChangeStatus(update.actor(), update.id(), update.ifMatch());
    if (update.password() == null) {
      return change(change, UserAction.UPDATED, locked -> wanted(locked.user(), update), null);
    }
    if (update.actor().is(update.id())) {
      return Future.failedFuture(new Failure.Forbidden(
          "own-password", "One's own password is changed by giving the current one as well."));
    }
    return find(new FindUser(update.id()))
        .map(user -> wanted(user, update))
        .compose(user -> passwords.hash(
            update.password().value(), names(user.username(), user.fullName(), user.email())))
        .compose(hash ->
            change(change, UserAction.UPDATED, locked -> wanted(locked.user(), update), hash));
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
        .insert(
            tx, create.username(), create.fullName(), create.email(), hash, roles, clock.instant())
        .compose(user -> created(tx, create.actor(), user));
  }

  /** Writes down and tells that the user is new. */
  Future<User> created(SqlConnection tx, Actor actor, User user) {
    var event = UserEvent.created(user, actor);
    return audit
        .write(tx, actor, "user.created", user.id(), event.payload().getJsonObject("data"))
        .compose(written -> outbox.write(tx, List.of(event)))
        .map(user);
  }

  /** @param hash of a new password; null = the password stays */
  private Future<User> change(
      ChangeStatus change, UserAction deed, Function<Locked, User> wish, String hash) {
    return database.transaction(tx -> lock(tx, change).compose(locked -> {
      var before = locked.user();
      if (before.status() == Status.DELETED && !deed.isForDeleted()) {
        return Future.failedFuture(new Failure.Conflict(
            "user-deleted", "This user was deleted and must be restored first."));
      }
      var wanted = wish.apply(locked);
      return hash == null && UserEvent.changes(before, wanted).isEmpty()
          ? Future.succeededFuture(before)
          : store(tx, change.actor(), deed, before, wanted, hash);
    }));
  }

  /** Changes what differs, revokes what must end with it, writes it down and tells it. */
  Future<User> store(
      SqlConnection tx, Actor actor, UserAction deed, User before, User wanted, String hash) {
    var leaving = before.status() == Status.ACTIVE && wanted.status() != Status.ACTIVE;
    var ending = leaving || hash != null;
    var revoking = ending || !before.roles().equals(wanted.roles());
    return keepAnAdministrator(tx, before, wanted)
        .compose(kept -> users.update(tx, before, wanted, hash, revoking, clock.instant()))
        .compose(after -> revoke(tx, after, revoking, ending)
            .compose(revoked -> audit.write(
                tx, actor, deed.action(), after.id(), details(before, after, hash != null)))
            .compose(written -> outbox.write(tx, events(actor, before, after, hash != null)))
            .map(after));
  }

  private Future<Void> erase(SqlConnection tx, Actor actor, User user) {
    return keepAnAdministrator(tx, user, user.withStatus(Status.DELETED))
        .compose(kept -> erasure.erase(tx, actor, user));
  }

  private Future<Locked> lock(SqlConnection tx, ChangeStatus change) {
    return users.lock(tx, change.id()).compose(found -> {
      if (found.isEmpty()) {
        return notFound(change.id());
      }
      var revision = found.get().user().revision();
      if (change.ifMatch() != null && !change.ifMatch().contains(revision)) {
        return Future.failedFuture(new Failure.PreconditionFailed(
            "revision-outdated", "The user was changed since it was read."));
      }
      return Future.succeededFuture(found.get());
    });
  }

  /**
   * Two administrators that take each other's role at once lock different rows and would both see one left; so whoever
   * takes one away asks alone.
   */
  private Future<Void> keepAnAdministrator(SqlConnection tx, User before, User wanted) {
    if (!isActiveAdministrator(before) || isActiveAdministrator(wanted)) {
      return Future.succeededFuture();
    }
    return AccountLocks.LAST_ADMINISTRATOR
        .acquire(tx)
        .compose(alone -> users.anotherAdministrator(tx, before.id()))
        .compose(another -> another
            ? Future.succeededFuture()
            : Future.failedFuture(new Failure.Conflict(
                "last-administrator",
                "The last active administrator can be neither deleted, disabled nor demoted.")));
  }

  private Future<Void> revoke(SqlConnection tx, User after, boolean revoking, boolean ending) {
    if (ending) {
      return access.endSessions(tx, after.id(), after.ver(), endOf(after));
    }
    return revoking ? access.revokeTokens(tx, after.id(), after.ver()) : Future.succeededFuture();
  }

  private static Reason endOf(User after) {
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

  private static User wanted(User user, Update update) {
    return user.withNames(
            or(update.username(), user.username()),
            or(update.fullName(), user.fullName()),
            or(update.email(), user.email()))
        .withRoles(sorted(or(update.roles(), user.roles())));
  }

  private static <T> T or(FieldUpdate<T> field, T unchanged) {
    return field == null ? unchanged : field.value();
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

  private static <T> Future<T> notFound(long id) {
    return Future.failedFuture(
        new Failure.NotFound("user-not-found", "There is no user " + id + "."));
  }
}
