package dev.verticker.user.login;

import io.vertx.core.Future;
import java.time.Duration;

/** Stores failed sign-in attempts. Records nothing for an attempt that has to wait. */
interface LoginFailures {
  enum Outcome {
    /** The password has not been compared yet: records nothing. */
    PENDING,
    FAILURE,
    /** Removes the failures of this account from this address. */
    SUCCESS
  }

  /** The delay that each limit requires before the next attempt; zero = none. */
  record Delays(Duration accountAndAddress, Duration address, Duration account) {
    /** @param known whether the account has signed in from the address before */
    Duration forAttempt(boolean known) {
      var wait = accountAndAddress.compareTo(address) > 0 ? accountAndAddress : address;
      return known || wait.compareTo(account) > 0 ? wait : account;
    }
  }

  /**
   * Atomic: concurrent wrong passwords cannot exceed the limits. Returns the delays before the attempt was recorded.
   *
   * @param known whether the account has signed in from the address before
   */
  Future<Delays> record(Outcome outcome, LoginAttempt attempt, boolean known);
}
