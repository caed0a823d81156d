package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Register;
import dev.verticker.message.Users;
import dev.verticker.user.login.LoginThrottle;
import io.vertx.core.Future;

/** Creates accounts for anonymous callers, if the settings allow it. */
final class RegistrationService {
  private final boolean open;
  private final LoginThrottle throttle;
  private final UserService users;

  RegistrationService(boolean open, LoginThrottle throttle, UserService users) {
    this.open = open;
    this.throttle = throttle;
    this.users = users;
  }

  Future<Users.User> register(Register register) {
    if (!open) {
      return Future.failedFuture(new Failure.Forbidden(
          "registration-closed", "Registration is closed: an administrator creates accounts."));
    }
    var address = register.client().address();
    // Failed registrations count too, because each of them may hash a password.
    return throttle
        .countAttempt(register.username(), address)
        .compose(counted -> users.checkUnmistakable(register.username()))
        .compose(checked -> users.create(new Users.Create(
            Actor.anonymous(address),
            register.username(),
            register.fullName(),
            register.email(),
            register.password(),
            null)));
  }
}
