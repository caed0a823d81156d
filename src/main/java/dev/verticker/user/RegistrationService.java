package dev.verticker.user;

import dev.verticker.bus.Failure;
import dev.verticker.message.Actor;
import dev.verticker.message.Sessions.Register;
import dev.verticker.message.Users;
import dev.verticker.user.login.LoginKeys;
import dev.verticker.user.login.LoginThrottle;
import io.vertx.core.Future;
import java.util.function.Function;

/** Accounts that people create for themselves, where that is allowed. */
final class RegistrationService {
  private final boolean open;
  private final LoginKeys keys;
  private final LoginThrottle throttle;

  RegistrationService(boolean open, LoginKeys keys, LoginThrottle throttle) {
    this.open = open;
    this.keys = keys;
    this.throttle = throttle;
  }

  /** @param create creates a user, with every rule there is for one */
  Future<Users.User> register(
      Register register, Function<Users.Create, Future<Users.User>> create) {
    if (!open) {
      return Future.failedFuture(new Failure.Forbidden(
          "registration-closed", "Accounts are created by an administrator."));
    }
    var address = register.client().address();
    // Each counts, whatever comes of it: every one may cost a hash. No name is kept from strangers.
    return throttle
        .wrong(keys.attempt(register.username(), address), true)
        .compose(counted -> create.apply(new Users.Create(
            Actor.anonymous(address),
            register.username(),
            register.fullName(),
            register.email(),
            register.password(),
            null)));
  }
}
