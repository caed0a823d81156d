package dev.verticker.user.login;

import java.util.List;

/**
 * The keys under which a sign-in attempt is counted: keyed hashes, so that neither usernames nor addresses are stored.
 *
 * @param accountAndAddress both together
 * @param known whether the account has signed in from the address before
 */
record LoginAttempt(String accountAndAddress, String address, String account, boolean known) {
  List<String> keys() {
    return List.of(accountAndAddress, address, account);
  }
}
