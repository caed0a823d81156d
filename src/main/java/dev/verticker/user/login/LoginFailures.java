package dev.verticker.user.login;

import io.vertx.core.Future;
import java.time.Duration;

/** Counts wrong passwords. All answers say how long to wait now; nothing is counted for an attempt that must wait. */
public interface LoginFailures {
  /** How long each limit makes an attempt wait; zero = not at all. */
  record Waits(Duration pair, Duration address, Duration account) {
    /** @param known whether the address signed the account in before */
    Duration forAttempt(boolean known) {
      var longest = pair.compareTo(address) > 0 ? pair : address;
      return known || longest.compareTo(account) > 0 ? longest : account;
    }
  }

  Future<Waits> look(LoginAttempt attempt);

  /** Counts a wrong password, atomically: of many at once only so many as the limits allow are not told to wait. */
  Future<Waits> wrong(LoginAttempt attempt, boolean known);

  /** The password was right: the account's failures from this address are forgotten. */
  Future<Waits> right(LoginAttempt attempt, boolean known);
}
