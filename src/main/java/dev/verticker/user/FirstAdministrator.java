package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Users;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.User;
import dev.verticker.settings.UserSettings;
import dev.verticker.user.UserService.UserAction;
import dev.verticker.user.password.PasswordHashing;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.time.Clock;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the first administrator while nobody has that role. As the last one can never be lost, that is the case before the
 * first start only, also after an import of users of the earlier system, who have no roles.
 */
final class FirstAdministrator {
  private static final Logger log = LoggerFactory.getLogger(FirstAdministrator.class);

  private final Database database;
  private final UserRepository users;
  private final UserService service;
  private final PasswordHashing passwords;
  private final UserSettings settings;
  private final Clock clock;

  FirstAdministrator(
      Database database,
      UserService service,
      PasswordHashing passwords,
      UserSettings settings,
      Clock clock) {
    this.database = database;
    this.users = new UserRepository(database);
    this.service = service;
    this.passwords = passwords;
    this.settings = settings;
    this.clock = clock;
  }

  /** Fails with a {@code SettingsFault} when one is needed and the settings do not say a good password. */
  Future<Void> ensure() {
    return users.anyAdministrator().compose(exists -> exists ? Future.succeededFuture() : make());
  }

  private Future<Void> make() {
    return hash()
        .compose(hash -> database.transaction(tx -> AccountLocks.FIRST_START
            .acquire(tx)
            .compose(alone -> users.anyAdministrator(tx))
            .compose(exists -> exists ? Future.succeededFuture() : make(tx, hash))));
  }

  private Future<Void> make(SqlConnection tx, String hash) {
    return users
        .lock(tx, settings.adminUsername())
        .compose(taken -> taken.isPresent()
            ? promote(tx, taken.get().user(), hash)
            : users
                .insert(
                    tx, settings.adminUsername(), null, null, hash, Users.ROLES, clock.instant())
                .compose(user -> service.created(tx, Actor.system(), user)))
        .onSuccess(this::announce)
        .mapEmpty();
  }

  /** An imported user of that name: the old password is not trusted with the new power. */
  private Future<User> promote(SqlConnection tx, User user, String hash) {
    var wanted = user.withRoles(Users.ROLES).withStatus(Status.ACTIVE);
    return service.store(tx, Actor.system(), UserAction.UPDATED, user, wanted, hash);
  }

  private Future<String> hash() {
    try {
      var password = new Password(settings.firstPassword().value());
      return settings.samplePassword()
          ? passwords.hashWithoutPolicy(password)
          : passwords
              .hash(password, List.of(settings.adminUsername()))
              .recover(FirstAdministrator::asFault);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static Future<String> asFault(Throwable failure) {
    if (failure instanceof Failure.Invalid invalid) {
      var rules = invalid.errors().stream().map(Failure.Error::detail);
      return Future.failedFuture(
          UserSettings.fault("is refused: " + rules.collect(Collectors.joining(" "))));
    }
    return Future.failedFuture(failure);
  }

  private void announce(User user) {
    if (settings.samplePassword()) {
      log.warn(
          "DEVELOPMENT ONLY: administrator {} was made with the sample password that everybody knows",
          user.username());
    } else {
      log.info("the first administrator {} was made; ADMIN_PASSWORD can go now", user.username());
    }
  }
}
