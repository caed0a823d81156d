package dev.verticker.trading.rules;

import dev.verticker.bus.Failure;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.message.trading.TradingAccounts;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.trading.rules.SymbolRules.NotionalRule;
import dev.verticker.trading.rules.SymbolRules.PercentRule;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Checks orders against the filters and prices of their venues. Used on one event loop. */
public final class VenueRules implements OrderRules {
  private final Map<String, VenueMarket> markets;

  /** By venue and symbol; bounded by the number of symbols that the venues list. */
  private final Map<String, SymbolRules> parsed = new HashMap<>();

  /** @param markets by the name of the venue */
  public VenueRules(Map<String, VenueMarket> markets) {
    this.markets = Map.copyOf(markets);
  }

  @Override
  public Future<Result> check(String venue, Limits limits, Ticket ticket) {
    var market = markets.get(venue);
    if (market == null) {
      return Future.failedFuture(new Failure.Unavailable(
          "venue-unavailable", "The rules of the venue " + venue + " are not known here."));
    }
    var symbol = market.symbol(ticket.symbol());
    var price = market.price(ticket.symbol());
    return Future.all(symbol, price).map(both -> symbol
        .result()
        .map(json -> check(
            market,
            rules(venue, ticket.symbol(), json),
            limits,
            ticket,
            price.result().orElse(null)))
        .orElseGet(() -> unlisted(ticket)));
  }

  private SymbolRules rules(String venue, String symbol, String json) {
    return parsed.compute(
        venue + " " + symbol,
        (key, known) -> known != null && known.instrument().filters().equals(json)
            ? known
            : SymbolRules.of(venue, json));
  }

  private static Result check(
      VenueMarket market, SymbolRules rules, Limits limits, Ticket ticket, MarketPrice price) {
    var violations = new ArrayList<>(TicketContent.check(ticket));
    var last = price == null ? null : price.last();
    var estimate = OrderEstimate.NONE;
    if (violations.isEmpty()) {
      estimate = OrderEstimate.of(rules, ticket, price, market.feeRate());
      violations.addAll(OrderFilters.check(rules, ticket, last));
      violations.addAll(OrderLimits.check(limits, ticket, estimate.notional(), last));
    }
    var verdict = new Verdict(
        violations,
        onlyExchangeKnows(rules, ticket),
        last,
        price == null ? null : price.receivedAt(),
        price == null || price.stale(),
        estimate.qty(),
        estimate.notional(),
        estimate.fee(),
        estimate.feeAsset());
    return new Result(verdict, rules.instrument());
  }

  /** Adds filters with an average price, for which the check uses the last one; the paper venue uses the last one, too. */
  private static List<String> onlyExchangeKnows(SymbolRules rules, Ticket ticket) {
    if (rules.instrument().venue().equals(TradingAccounts.PAPER)) {
      return List.of();
    }
    var percents = rules.percents().stream().map(PercentRule::name);
    var notionals =
        rules.notionals().stream().filter(rule -> ticket.qty() != null).map(NotionalRule::name);
    return Stream.concat(
            rules.onlyExchangeKnows().stream(), ticket.type() == Type.MARKET ? notionals : percents)
        .toList();
  }

  private static Result unlisted(Ticket ticket) {
    var unknown = new Violation(
        "/symbol",
        "symbol-unknown",
        "The venue does not list the symbol " + ticket.symbol() + ": choose another one.",
        null,
        null,
        null);
    var violations = new ArrayList<>(List.of(unknown));
    violations.addAll(TicketContent.check(ticket));
    return new Result(
        new Verdict(violations, List.of(), null, null, true, null, null, null, null), null);
  }
}
