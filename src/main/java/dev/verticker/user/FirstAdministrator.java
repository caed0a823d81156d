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
import dev.verticker.user.password.HashingClient;
import dev.verticker.user.password.PasswordHashing;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the first administrator if no user has that role: at the first start, also after an import, which contains no
 * administrator. Later starts find one, because the last administrator can be neither deleted nor demoted.
 */
final class FirstAdministrator {
  private static final Logger log = LoggerFactory.getLogger(FirstAdministrator.class);

  private final Database database;
  private final UserRepository users;
  private final UserService service;
  private final PasswordHashing passwords;
  private final UserSettings settings;

  FirstAdministrator(
      Database database,
      UserRepository users,
      UserService service,
      PasswordHashing passwords,
      UserSettings settings) {
    this.database = database;
    this.users = users;
    this.service = service;
    this.passwords = passwords;
    this.settings = settings;
  }

  /** Fails with a {@code SettingsException} if an administrator is needed and the configured password is missing or weak. */
  Future<Void> ensure() {
    return database
        .transaction(users::anyAdministrator)
        .compose(exists -> exists ? Future.succeededFuture() : create());
  }

  private Future<Void> create() {
    return hash()
        .compose(hash -> database.transaction(tx -> AccountLocks.FIRST_START
            .acquire(tx)
            .compose(locked -> users.anyAdministrator(tx))
            .compose(exists -> exists ? Future.succeededFuture() : create(tx, hash))));
  }

  private Future<Void> create(SqlConnection tx, String hash) {
    return users
        .lock(tx, settings.adminUsername())
        .compose(existing -> existing.isPresent()
            ? promote(tx, existing.get().user(), hash)
            : users
                .insert(tx, settings.adminUsername(), null, null, hash, Users.ROLES)
                .compose(user -> service.recordCreated(tx, Actor.system(), user)))
        .onSuccess(this::logCreated)
        .mapEmpty();
  }

  /** Replaces the password of an imported user: the administrator's password must satisfy the current policy. */
  private Future<User> promote(SqlConnection tx, User user, String hash) {
    var promoted = user.withRoles(Users.ROLES).withStatus(Status.ACTIVE);
    return service.store(tx, Actor.system(), UserAction.UPDATED, user, promoted, hash);
  }

  private Future<String> hash() {
    var client = HashingClient.of(Actor.system());
    var password = new Password(settings.firstPassword().value());
    return settings.samplePassword()
        ? passwords.hashWithoutPolicy(client, password)
        : passwords
            .hash(client, password, List.of(settings.adminUsername()))
            .recover(FirstAdministrator::asSettingsException);
  }

  private static Future<String> asSettingsException(Throwable failure) {
    if (failure instanceof Failure.Invalid invalid) {
      var details = invalid.errors().stream().map(Failure.Error::detail);
      return Future.failedFuture(
          UserSettings.error("is rejected: " + details.collect(Collectors.joining(" "))));
    }
    return Future.failedFuture(failure);
  }

  private void logCreated(User user) {
    if (settings.samplePassword()) {
      log.warn(
          "DEVELOPMENT ONLY: created administrator {} with the published sample password",
          user.username());
    } else {
      log.info(
          "created first administrator {}; ADMIN_PASSWORD is no longer needed", user.username());
    }
  }
}
