package dev.verticker.user.password;

import dev.verticker.message.Password;
import io.vertx.core.Future;
import java.util.List;

/** Hashes passwords for storage, off the event loop. */
public interface PasswordHashing {
  /**
   * Fails with {@code Failure.Invalid} (pointer {@code /password}) if the policy rejects the password, and with
   * {@code Failure.Unavailable} if too many passwords are being hashed.
   *
   * @param ownNames the user's username, full name and e-mail address, as far as they are set: the password must not consist
   *     of them
   */
  Future<String> hash(HashingClient client, Password password, List<String> ownNames);

  /** Hashes any password: for rehashing, and for the sample password in development. */
  Future<String> hashWithoutPolicy(HashingClient client, Password password);
}
