package dev.verticker.trading.order;

import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.message.trading.Orders.Verdict;
import dev.verticker.message.trading.Orders.Violation;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.trading.rules.Instrument;
import dev.verticker.trading.rules.OrderRules;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.List;

/** Accepts every order for BTCUSDT at a last price of 100, unless a test sets something else. */
public final class FakeRules implements OrderRules {
  public static final BigDecimal PRICE = new BigDecimal("100");

  public volatile List<Violation> violations = List.of();
  public volatile boolean stale;

  @Override
  public Future<Result> check(String venue, Limits limits, Ticket ticket) {
    var qty = ticket.qty() != null ? ticket.qty() : ticket.quoteQty().divide(PRICE);
    var price = ticket.type() == Type.MARKET ? PRICE : ticket.price();
    var verdict = new Verdict(
        violations,
        List.of(),
        PRICE,
        TradingDesk.NOON,
        stale,
        qty,
        ticket.quoteQty() != null ? ticket.quoteQty() : qty.multiply(price),
        null,
        null);
    return Future.succeededFuture(new Result(
        verdict,
        new Instrument(
            venue,
            ticket.symbol(),
            "BTC",
            "USDT",
            8,
            8,
            new BigDecimal("0.01"),
            new BigDecimal("0.00001"),
            new BigDecimal("5"),
            "{}")));
  }
}
