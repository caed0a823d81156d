package dev.verticker.trading.account;

import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.Account;
import dev.verticker.message.trading.TradingAccounts.HaltReason;
import dev.verticker.message.trading.TradingAccounts.Limits;
import java.time.Instant;

/**
 * An account of a user at a venue. Its id, user and venue never change.
 *
 * @param label null without one
 * @param keyPrefix null on paper
 * @param halted null while the account accepts orders
 */
public record VenueAccount(
    long id,
    long userId,
    String venue,
    String label,
    String keyPrefix,
    Limits limits,
    HaltReason halted,
    Instant createdAt) {
  public boolean isPaper() {
    return TradingAccounts.PAPER.equals(venue);
  }

  public Account message() {
    return new Account(id, userId, venue, label, keyPrefix, halted, createdAt);
  }
}
