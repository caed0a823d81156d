package dev.verticker.user.login;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.user.login.LoginFailures.Delays;
import java.time.Duration;
import java.util.List;

/**
 * Quotas of failed attempts.
 *
 * @param accountAndAddress one account from one address
 * @param address all accounts from one address
 * @param account one account from all addresses it never signed in from, so that an attacker cannot lock the user out
 */
record LoginLimits(Quota accountAndAddress, Quota address, Quota account) {
  static final LoginLimits LOGINS = new LoginLimits(
      new Quota(5, Duration.ofMinutes(15)),
      new Quota(20, Duration.ofMinutes(1)),
      new Quota(100, Duration.ofHours(1)));

  /** Effectively a quota of the address: each username registers once. */
  static final LoginLimits REGISTRATIONS = same(new Quota(20, Duration.ofMinutes(10)));

  List<Quota> all() {
    return List.of(accountAndAddress, address, account);
  }

  /** The quota that causes the wait. */
  Quota exceeded(Delays delays, Duration wait) {
    if (wait.equals(delays.accountAndAddress())) {
      return accountAndAddress;
    }
    return wait.equals(delays.address()) ? address : account;
  }

  private static LoginLimits same(Quota quota) {
    return new LoginLimits(quota, quota, quota);
  }
}
