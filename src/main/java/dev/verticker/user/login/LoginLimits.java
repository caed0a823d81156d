package dev.verticker.user.login;

import dev.verticker.bus.Failure.TooManyRequests.Quota;
import dev.verticker.user.login.LoginFailures.Waits;
import java.time.Duration;
import java.util.List;

/**
 * How many wrong passwords are answered before more are refused.
 *
 * @param pair one account from one address
 * @param address one address, whatever the account
 * @param account one account from all addresses that never signed it in: who signed in there before is not shut out
 */
public record LoginLimits(Quota pair, Quota address, Quota account) {
  public static final LoginLimits SIGN_INS = new LoginLimits(
      new Quota(5, Duration.ofMinutes(15)),
      new Quota(20, Duration.ofMinutes(1)),
      new Quota(100, Duration.ofHours(1)));

  /** Of registrations the address alone matters. */
  public static final LoginLimits REGISTRATIONS = same(new Quota(20, Duration.ofMinutes(10)));

  List<Quota> all() {
    return List.of(pair, address, account);
  }

  /** The one that makes somebody wait so long. */
  Quota reached(Waits waits, Duration wait) {
    if (wait.equals(waits.pair())) {
      return pair;
    }
    return wait.equals(waits.address()) ? address : account;
  }

  private static LoginLimits same(Quota quota) {
    return new LoginLimits(quota, quota, quota);
  }
}
