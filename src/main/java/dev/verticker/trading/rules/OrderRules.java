package dev.verticker.trading.rules;

import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.TradingAccounts.Limits;
import io.vertx.core.Future;

/** Checks an order against filters and limits, but not against balances, open orders or orders of the day. */
public interface OrderRules {
  /**
   * Checks an order against the filters of the venue and the limits that depend on this order only. Fails with {@link
   * dev.verticker.bus.Failure.Unavailable} if the symbols of the venue are not known yet.
   */
  Future<Result> check(String venue, Limits limits, Ticket ticket);

  /** @param instrument null if the venue does not list the symbol; the verdict contains a violation then */
  record Result(Verdict verdict, Instrument instrument) {}
}
