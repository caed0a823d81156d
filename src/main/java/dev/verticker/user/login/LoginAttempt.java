package dev.verticker.user.login;

import java.util.List;

/**
 * What an attempt to sign in counts under, as keyed hashes: neither names nor addresses are kept anywhere.
 *
 * @param pair account and address together
 * @param addressHash the address alone, to be remembered with a user
 * @param addressHashes as it may have been remembered, under any accepted key
 */
public record LoginAttempt(
    String pair, String address, String account, byte[] addressHash, List<byte[]> addressHashes) {
  List<String> keys() {
    return List.of(pair, address, account);
  }
}
