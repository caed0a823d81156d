package dev.verticker.trading.order;

import dev.verticker.bus.Failure;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.trading.account.AccountRepository;
import dev.verticker.trading.account.VenueAccount;
import dev.verticker.trading.rules.InstrumentRepository;
import dev.verticker.trading.rules.OrderRules;
import io.vertx.core.Future;
import java.util.List;

/** Checks orders against filters, limits and the age of the price before they are stored. */
public final class PlacementCheck {
  private final AccountRepository accounts;
  private final OrderRules rules;
  private final InstrumentRepository instruments;

  public PlacementCheck(
      AccountRepository accounts, OrderRules rules, InstrumentRepository instruments) {
    this.accounts = accounts;
    this.rules = rules;
    this.instruments = instruments;
  }

  /** Serves {@link dev.verticker.message.trading.Orders#CHECK}. */
  public Future<Verdict> verdict(Place place) {
    return account(place)
        .compose(account -> rules.check(account.venue(), account.limits(), place.ticket()))
        .map(OrderRules.Result::verdict);
  }

  Future<VenueAccount> account(Place place) {
    return accounts.find(place.actor().id(), place.accountId());
  }

  /** Returns the result for an order that may be placed, whose instrument is stored; fails for any other. */
  Future<OrderRules.Result> require(VenueAccount account, Ticket ticket) {
    return rules.check(account.venue(), account.limits(), ticket).compose(result -> {
      var verdict = result.verdict();
      if (!verdict.violations().isEmpty()) {
        return Future.failedFuture(notAccepted(verdict.violations()));
      }
      if (ticket.type() == Type.MARKET && (verdict.price() == null || verdict.priceStale())) {
        return Future.failedFuture(
            new Failure.Conflict(
                "price-stale",
                "The last price of " + ticket.symbol()
                    + " is too old for a market order: try again when prices are live, or place a limit order."));
      }
      return instruments.store(result.instrument()).map(result);
    });
  }

  static Failure notAccepted(List<Violation> violations) {
    return new Failure.Invalid(
        "order-not-accepted",
        "The order violates rules of its venue or limits of its account, see errors.",
        violations.stream()
            .map(violation ->
                new Failure.Error(violation.pointer(), violation.code(), violation.detail()))
            .toList());
  }
}
