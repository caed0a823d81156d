package dev.verticker.user.password;

import dev.verticker.message.Password;
import io.vertx.core.Future;
import java.util.List;

/** Turns passwords into what may be stored, off the event loop. */
public interface PasswordHashing {
  /**
   * Fails with {@code Failure.Invalid} (pointer {@code /password}) when the policy forbids the password, with
   * {@code Failure.Unavailable} when too many are being hashed.
   *
   * @param ownNames username, full name and e-mail of the user, those there are: the password must not be made of them
   */
  Future<String> hash(Password password, List<String> ownNames);

  /** For the development administrator alone. */
  Future<String> hashWithoutPolicy(Password password);
}
