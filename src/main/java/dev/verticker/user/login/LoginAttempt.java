package dev.verticker.user.login;

import java.util.List;

/**
 * The keys under which a sign-in attempt is counted: keyed hashes, so that neither usernames nor addresses are stored.
 *
 * @param accountAndAddress both together
 * @param addressHash the address alone, as it is stored for a user
 * @param addressHashes the address hashed with every accepted key
 */
record LoginAttempt(
    String accountAndAddress,
    String address,
    String account,
    byte[] addressHash,
    List<byte[]> addressHashes) {
  List<String> keys() {
    return List.of(accountAndAddress, address, account);
  }
}
