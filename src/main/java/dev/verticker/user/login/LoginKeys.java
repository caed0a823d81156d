package dev.verticker.user.login;

import dev.verticker.settings.AddressRange;
import dev.verticker.settings.SigningKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Derives the keys of {@link LoginAttempt} from account and address. */
final class LoginKeys {
  private static final int BYTES = 16;

  private final List<byte[]> keys;

  /**
   * @param keys the current key first
   * @param purpose separates the counts of sign-ins from those of registrations
   */
  LoginKeys(List<SigningKey> keys, String purpose) {
    this.keys = keys.stream().map(key -> key.derived(purpose)).toList();
  }

  /** The hashes of the address with every accepted key, the current one first: the form in which a user's addresses are stored. */
  List<byte[]> addressHashes(String address) {
    var from = network(address);
    return keys.stream().map(key -> hash(key, "address", from)).toList();
  }

  /**
   * An attempt on the account of a user. The id is the key, so that a new username does not reset the counts.
   *
   * @param address all attempts without an address count as one address
   * @param known whether the account has signed in from the address before
   */
  LoginAttempt attempt(long userId, String address, boolean known) {
    return attempt(hash(keys.get(0), "user", bytes(Long.toString(userId))), address, known);
  }

  /** An attempt on an account that does not exist, or not yet. */
  LoginAttempt attempt(String username, String address, boolean known) {
    var name = bytes(username.toLowerCase(Locale.ROOT));
    return attempt(hash(keys.get(0), "account", name), address, known);
  }

  private LoginAttempt attempt(byte[] account, String address, boolean known) {
    var key = keys.get(0);
    var from = network(address);
    return new LoginAttempt(
        text(hash(key, "pair", account, from)),
        text(hash(key, "address", from)),
        text(account),
        known);
  }

  private static byte[] network(String address) {
    return AddressRange.network(Objects.requireNonNullElse(address, ""));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hash(byte[] key, String kind, byte[]... parts) {
    var all = new byte[parts.length + 1][];
    all[0] = kind.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(parts, 0, all, 1, parts.length);
    return Arrays.copyOf(SigningKey.hmac(key, all), BYTES);
  }

  private static String text(byte[] hash) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
  }
}
