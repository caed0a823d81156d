package dev.verticker.trading.rules;

import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.TradingAccounts.Limits;
import io.vertx.core.Future;

/** Checks an order without its venue and without the account's balances, open orders and orders of the day. */
public interface OrderRules {
  /**
   * Checks an order against the filters of the venue and those limits that concern this order alone. Fails with
   * {@link dev.verticker.bus.Failure.Unavailable} if the symbols of the venue are not known yet.
   */
  Future<Result> check(String venue, Limits limits, Ticket ticket);

  /** @param instrument null if the venue does not list the symbol; the verdict contains a violation then */
  record Result(Verdict verdict, Instrument instrument) {}
}
