package dev.verticker.user.login;

import dev.verticker.settings.SigningKey;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Derives the keys of {@link LoginAttempt} from username and address. */
final class LoginKeys {
  private static final int BYTES = 16;

  /** Providers assign at least an IPv6 /64 to each household or server. */
  private static final int IPV6_BYTES = 8;

  private final List<byte[]> keys;

  /**
   * @param keys the current key first
   * @param purpose separates the counts of sign-ins from those of registrations
   */
  LoginKeys(List<SigningKey> keys, String purpose) {
    this.keys = keys.stream().map(key -> key.derived(purpose)).toList();
  }

  /** @param address all attempts without an address count as one address */
  LoginAttempt attempt(String username, String address) {
    var account = username.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    var from = network(address);
    var hashes = keys.stream().map(key -> hash(key, "address", from)).toList();
    return new LoginAttempt(
        text(hash(keys.get(0), "pair", hash(keys.get(0), "account", account), from)),
        text(hashes.get(0)),
        text(hash(keys.get(0), "account", account)),
        hashes.get(0),
        hashes);
  }

  private static byte[] network(String address) {
    if (address == null) {
      return new byte[0];
    }
    var bytes = NetUtil.createByteArrayFromIpAddressString(address);
    if (bytes == null) {
      return address.getBytes(StandardCharsets.UTF_8);
    }
    return bytes.length > Integer.BYTES ? Arrays.copyOf(bytes, IPV6_BYTES) : bytes;
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
