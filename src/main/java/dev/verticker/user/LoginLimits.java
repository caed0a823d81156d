package dev.verticker.user;

import java.time.Duration;
import java.util.List;

/**
 * How many wrong passwords are answered before more are refused.
 *
 * @param pair one account from one address
 * @param address one address, whatever the account
 * @param account one account from all addresses that never signed it in: who signed in there before is not shut out
 */
record LoginLimits(Limit pair, Limit address, Limit account) {
  static final LoginLimits STANDARD = new LoginLimits(
      new Limit(5, Duration.ofMinutes(15)),
      new Limit(20, Duration.ofMinutes(1)),
      new Limit(100, Duration.ofHours(1)));

  /** @param most so many within any window of this length */
  record Limit(int most, Duration window) {}

  List<Limit> all() {
    return List.of(pair, address, account);
  }
}
