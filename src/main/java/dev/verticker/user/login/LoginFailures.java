package dev.verticker.user.login;

import io.vertx.core.Future;
import java.time.Duration;

/** Counts failed sign-in attempts. Every method returns the current waits, and records nothing for an attempt that must wait. */
interface LoginFailures {
  /** How long each limit makes an attempt wait; zero = not at all. */
  record Waits(Duration pair, Duration address, Duration account) {
    /** @param known whether the account has signed in from the address before */
    Duration forAttempt(boolean known) {
      var wait = pair.compareTo(address) > 0 ? pair : address;
      return known || wait.compareTo(account) > 0 ? wait : account;
    }
  }

  Future<Waits> check(LoginAttempt attempt);

  /** Records a wrong password atomically: of concurrent attempts, at most as many as the limits allow need not wait. */
  Future<Waits> recordFailure(LoginAttempt attempt, boolean known);

  /** Forgets the failures of this account from this address. */
  Future<Waits> recordSuccess(LoginAttempt attempt, boolean known);
}
