package dev.verticker.trading.paper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Books.Level;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.TimeInForce;
import dev.verticker.message.trading.Orders.Type;
import dev.verticker.trading.paper.PaperMatching.Placement.Entered;
import dev.verticker.trading.paper.PaperMatching.Placement.Refused;
import dev.verticker.trading.paper.WorkingOrder.Identity;
import dev.verticker.trading.rules.Instrument;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class PaperMatchingTest {
  private static final Instant T0 = Instant.parse("2026-11-30T10:00:00Z");
  private static final Instrument BTCUSDT = new Instrument(
      "paper", "BTCUSDT", "BTC", "USDT", 8, 8, dec("0.01"), dec("0.00001"), dec("5"), "{}");

  /** Its smallest trade is worth less than the smallest amount of the quote asset. */
  private static final Instrument ETHBTC = new Instrument(
      "paper", "ETHBTC", "ETH", "BTC", 8, 8, dec("0.00001"), dec("0.0001"), dec("0.0001"), "{}");

  private static final PaperMarket MARKET = market(
      List.of(level("99.99", "1"), level("99.98", "2"), level("99.90", "3")),
      List.of(level("100.00", "1"), level("100.01", "2"), level("100.10", "3")));

  @Example
  void a_market_buy_walks_the_asks_from_the_best_price_on() {
    assertEquals(
        new Entered(
            List.of(
                fill("taker-0", "100.00", "1", "100.00000000", "BTC", "0.00100000"),
                fill("taker-1", "100.01", "2", "200.02000000", "BTC", "0.00200000"),
                fill("taker-2", "100.10", "0.5", "50.05000000", "BTC", "0.00050000")),
            Status.FILLED,
            null),
        place(marketOrder(Side.BUY, "3.5", null)));
  }

  @Example
  void a_market_sell_walks_the_bids_and_pays_its_fee_in_the_quote_asset() {
    assertEquals(
        new Entered(
            List.of(
                fill("taker-0", "99.99", "1", "99.99000000", "USDT", "0.09999000"),
                fill("taker-1", "99.98", "0.5", "49.99000000", "USDT", "0.04999000")),
            Status.FILLED,
            null),
        place(marketOrder(Side.SELL, "1.5", null)));
  }

  @Example
  void a_market_order_larger_than_the_known_book_expires_with_what_it_traded() {
    var entered = assertInstanceOf(Entered.class, place(marketOrder(Side.BUY, "7", null)));

    assertEquals(Status.EXPIRED, entered.status());
    assertEquals(PaperMatching.NO_LIQUIDITY, entered.reason());
    assertEquals(0, dec("6").compareTo(executed(entered.fills())));
  }

  @Example
  void a_market_order_by_quote_quantity_buys_whole_steps_for_at_most_that_amount() {
    assertEquals(
        new Entered(
            List.of(
                fill("taker-0", "100.00", "1", "100.00000000", "BTC", "0.00100000"),
                fill("taker-1", "100.01", "0.49995", "49.99999950", "BTC", "0.00049995")),
            Status.FILLED,
            null),
        place(marketOrder(Side.BUY, null, "150")));
  }

  @Example
  void a_quote_quantity_that_the_first_level_uses_up_to_the_step_fills_the_order() {
    // 0.0005 USDT remain: less than a step at the first price, and the next level is more
    // expensive.
    var entered = assertInstanceOf(Entered.class, place(marketOrder(Side.BUY, null, "100.0005")));

    assertEquals(Status.FILLED, entered.status());
    assertEquals(1, entered.fills().size());
  }

  @Example
  void a_quote_quantity_below_the_price_of_one_step_expires_without_a_trade() {
    assertEquals(
        new Entered(List.of(), Status.EXPIRED, PaperMatching.NO_LIQUIDITY),
        place(marketOrder(Side.BUY, null, "0.0001")));
  }

  @Example
  void a_market_order_without_a_known_price_is_refused() {
    var nothing = market(List.of(), List.of());

    assertEquals(
        new Refused(-2010, "The paper venue has no current price of BTCUSDT."),
        PaperMatching.place(BTCUSDT, marketOrder(Side.BUY, "1", null), nothing));
  }

  @Example
  void a_crossing_limit_order_trades_up_to_its_price_and_rests_with_the_remainder() {
    assertEquals(
        new Entered(
            List.of(
                fill("taker-0", "100.00", "1", "100.00000000", "BTC", "0.00100000"),
                fill("taker-1", "100.01", "2", "200.02000000", "BTC", "0.00200000")),
            Status.PARTIALLY_FILLED,
            null),
        place(limit(Side.BUY, "4", "100.05", TimeInForce.GTC)));
  }

  @Example
  void an_immediate_or_cancel_order_expires_with_the_remainder() {
    var entered =
        assertInstanceOf(Entered.class, place(limit(Side.SELL, "4", "99.98", TimeInForce.IOC)));

    assertEquals(Status.EXPIRED, entered.status());
    assertEquals(PaperMatching.IMMEDIATE_OR_CANCEL, entered.reason());
    assertEquals(0, dec("3").compareTo(executed(entered.fills())));
  }

  @Example
  void a_fill_or_kill_order_trades_its_whole_quantity_or_nothing() {
    assertEquals(
        new Entered(List.of(), Status.EXPIRED, PaperMatching.FILL_OR_KILL),
        place(limit(Side.BUY, "3.00001", "100.01", TimeInForce.FOK)));
    assertEquals(
        Status.FILLED,
        assertInstanceOf(Entered.class, place(limit(Side.BUY, "3", "100.01", TimeInForce.FOK)))
            .status());
  }

  @Example
  void a_limit_maker_order_that_would_trade_at_once_is_refused() {
    assertEquals(
        new Refused(-2010, "Order would immediately match and take."),
        place(ticket(Side.BUY, Type.LIMIT_MAKER, "1", null, "100.00", null, null)));
    assertEquals(
        new Entered(List.of(), Status.OPEN, null),
        place(ticket(Side.BUY, Type.LIMIT_MAKER, "1", null, "99.99", null, null)));
  }

  @Example
  void a_stop_price_that_the_market_has_reached_is_refused() {
    assertEquals(
        new Refused(-2010, "Stop price would trigger immediately."),
        place(stop(Side.BUY, "1", "100", "101")));
    assertEquals(
        new Entered(List.of(), Status.OPEN, null), place(stop(Side.BUY, "1", "100.01", "101")));
    assertEquals(
        new Refused(-2010, "Stop price would trigger immediately."),
        place(stop(Side.SELL, "1", "100", "99")));
  }

  @Example
  void a_triggered_stop_limit_order_enters_the_book_like_a_limit_order() {
    assertEquals(
        new Entered(
            List.of(fill("stop-0", "100.00", "1", "100.00000000", "BTC", "0.00100000")),
            Status.PARTIALLY_FILLED,
            null),
        PaperMatching.enter(BTCUSDT, stop(Side.BUY, "2", "99.95", "100.00"), MARKET));
  }

  @Example
  void a_resting_order_trades_strictly_through_its_price_only_and_at_its_price() {
    var order = working(limit(Side.BUY, "2", "99.00", TimeInForce.GTC));

    assertEquals(null, order.match(trade(1, "99.00", "5")).fill());
    var match = order.match(trade(2, "98.50", "0.5"));
    assertEquals(
        new PaperFill(
            "2", dec("99.00"), dec("0.5"), dec("49.50000000"), "BTC", dec("0.00050000"), true),
        match.fill());
    assertEquals(dec("1.5"), match.order().remaining());
    // The same trade a second time, as after a restart.
    assertEquals(null, match.order().match(trade(2, "98.50", "0.5")).fill());
    var last = match.order().match(trade(3, "98.50", "100"));
    assertEquals(dec("1.5"), last.fill().qty());
    assertEquals(Status.FILLED, last.order().report(T0).status());
    assertEquals(null, last.order().match(trade(4, "98.50", "100")).fill());
  }

  @Example
  void a_stop_triggers_in_one_minute_and_trades_from_the_next_one_on() {
    var order = working(stop(Side.SELL, "1", "95", "94"));

    var triggered = order.match(minute(1, "90", "100", "7"));
    assertTrue(triggered.triggers());
    assertEquals(null, triggered.fill());
    var filled = triggered.order().match(minute(2, "90", "100", "0.25"));
    assertEquals(dec("0.25"), filled.fill().qty());
    assertEquals(dec("94"), filled.fill().price());
    assertEquals(
        "minute-" + T0.plus(Duration.ofMinutes(2)).getEpochSecond() / 60,
        filled.fill().id());
  }

  @Example
  void a_minute_that_began_before_the_order_does_not_fill_it() {
    var order = working(limit(Side.BUY, "1", "99", TimeInForce.GTC))
        .at(new MarketPosition("simulated", 5, T0.plusSeconds(90)));

    assertEquals(null, order.match(minute(1, "90", "100", "7")).fill());
    assertEquals(dec("1"), order.match(minute(2, "90", "100", "7")).fill().qty());
  }

  @Example
  void a_market_that_restarts_its_trade_ids_goes_on_filling_orders() {
    var order = working(limit(Side.BUY, "1", "99", TimeInForce.GTC))
        .at(new MarketPosition("simulated", 1_000_000, T0));

    assertEquals(null, order.match(trade(3, "98", "1")).fill());
    assertEquals(dec("1"), order.match(trade(11, "98", "1")).fill().qty());
  }

  @Property(tries = 500)
  void an_order_trades_at_its_price_or_better_and_at_most_what_the_levels_have(
      @ForAll("tickets") Ticket ticket, @ForAll("markets") PaperMarket market) {
    if (PaperMatching.place(BTCUSDT, ticket, market) instanceof Entered entered) {
      var levels = market.opposite(ticket.side());
      var fills = entered.fills();
      for (var i = 0; i < fills.size(); i++) {
        var fill = fills.get(i);
        assertTrue(fill.qty().signum() > 0);
        assertTrue(fill.qty().compareTo(levels.get(i).quantity()) <= 0);
        assertEquals(levels.get(i).price(), fill.price());
        assertTrue(ticket.price() == null
            || fill.price().subtract(ticket.price()).signum() * sign(ticket.side()) <= 0);
      }
      var qty = executed(fills);
      var quote = fills.stream().map(PaperFill::quoteQty).reduce(BigDecimal.ZERO, BigDecimal::add);
      assertTrue(ticket.qty() == null || qty.compareTo(ticket.qty()) <= 0);
      assertTrue(ticket.quoteQty() == null || quote.compareTo(ticket.quoteQty()) <= 0);
      assertEquals(
          entered.status() == Status.FILLED,
          ticket.qty() == null
              ? entered.status() == Status.FILLED
              : qty.compareTo(ticket.qty()) == 0);
      assertEquals(0, qty.remainder(BTCUSDT.stepSize()).signum());
    }
  }

  @Property(tries = 500)
  void amounts_are_rounded_against_the_account_by_less_than_one_unit(
      @ForAll @IntRange(min = 1, max = 1_000_000) int ticks,
      @ForAll @IntRange(min = 1, max = 1_000_000) int steps,
      @ForAll Side side) {
    var price = ETHBTC.tickSize().multiply(BigDecimal.valueOf(ticks));
    var qty = ETHBTC.stepSize().multiply(BigDecimal.valueOf(steps));
    var fill = PaperFill.of(ETHBTC, side == Side.BUY ? side : Side.SELL, "1", price, qty, true);
    var unit = dec("0.00000001");
    var lost = price.multiply(qty).subtract(fill.quoteQty());
    assertTrue(lost.signum() >= 0 && lost.compareTo(unit) < 0);
    var received = side == Side.BUY ? qty : fill.quoteQty();
    var excess = fill.fee().subtract(received.multiply(dec("0.001")));
    assertTrue(excess.signum() >= 0 && excess.compareTo(unit) < 0);
    assertTrue(fill.fee().compareTo(received) <= 0);
    assertTrue(fill.quoteQty().scale() <= 8 && fill.fee().scale() <= 8);
  }

  /** As the leader of one moment matched some of them, and its successor reads more than it missed. */
  @Property(tries = 300)
  void trades_in_any_batches_with_repetitions_fill_an_order_as_one_pass_does(
      @ForAll("prints") List<MarketPrint> prints,
      @ForAll("resting") Ticket ticket,
      @ForAll @IntRange(min = 0, max = 30) int interrupted,
      @ForAll @IntRange(min = 0, max = 30) int repeated) {
    var once = new ArrayList<PaperFill>();
    var expected = run(working(ticket), prints, once);

    var twice = new ArrayList<PaperFill>();
    var cut = Math.min(interrupted, prints.size());
    var order = run(working(ticket), prints.subList(0, cut), twice);
    var resumed = run(order, prints.subList(Math.max(0, cut - repeated), prints.size()), twice);

    assertEquals(once, twice);
    assertEquals(expected, resumed);
    assertTrue(expected.executedQty().compareTo(ticket.qty()) <= 0);
    assertEquals(executed(once), expected.executedQty());
  }

  private static WorkingOrder run(
      WorkingOrder start, List<MarketPrint> prints, List<PaperFill> fills) {
    var order = start;
    for (var print : prints) {
      var match = order.match(print);
      order = match.order();
      if (match.fill() != null) {
        fills.add(match.fill());
      }
    }
    return order;
  }

  @Provide
  Arbitrary<Ticket> tickets() {
    var sides = Arbitraries.of(Side.BUY, Side.SELL);
    var types = Arbitraries.of(Type.MARKET, Type.LIMIT, Type.LIMIT_MAKER, Type.STOP_LIMIT);
    var forces = Arbitraries.of(TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK);
    var prices = Arbitraries.integers().between(9_950, 10_050).map(PaperMatchingTest::cents);
    return Combinators.combine(
            sides, types, forces, prices, prices, steps(), Arbitraries.of(true, false))
        .as((side, type, force, price, stop, qty, byQuote) -> {
          var market = type == Type.MARKET;
          var spends = market && byQuote;
          return new Ticket(
              "BTCUSDT",
              side,
              type,
              market || type == Type.LIMIT_MAKER ? null : force,
              spends ? null : qty,
              spends ? qty.multiply(dec("100")) : null,
              market ? null : price,
              type == Type.STOP_LIMIT ? stop : null,
              null);
        });
  }

  @Provide
  Arbitrary<Ticket> resting() {
    return tickets()
        .filter(ticket -> ticket.type() == Type.LIMIT || ticket.type() == Type.STOP_LIMIT);
  }

  @Provide
  Arbitrary<PaperMarket> markets() {
    var gaps = Arbitraries.integers().between(1, 10).list().ofMaxSize(6);
    var sizes = steps().list().ofSize(6);
    return Combinators.combine(gaps, gaps, sizes, sizes)
        .as((down, up, bids, asks) ->
            market(levels(10_000, -1, down, bids), levels(10_000, 1, up, asks)));
  }

  @Provide
  Arbitrary<List<MarketPrint>> prints() {
    var prices = Arbitraries.integers().between(9_900, 10_100);
    return Combinators.combine(prices, steps())
        .as((price, qty) -> Tuple.of(price, qty))
        .list()
        .ofMaxSize(40)
        .map(trades -> {
          var prints = new ArrayList<MarketPrint>();
          for (var trade : trades) {
            prints.add(trade(prints.size() + 1, cents(trade.get1()).toPlainString(), trade.get2()));
          }
          return prints;
        });
  }

  private static Arbitrary<BigDecimal> steps() {
    return Arbitraries.integers()
        .between(1, 400_000)
        .map(steps -> BTCUSDT.stepSize().multiply(BigDecimal.valueOf(steps)));
  }

  private static List<Level> levels(
      int start, int direction, List<Integer> gaps, List<BigDecimal> sizes) {
    var levels = new ArrayList<Level>();
    var price = start;
    for (var gap : gaps) {
      price += direction * gap;
      levels.add(new Level(cents(price), sizes.get(levels.size())));
    }
    return levels;
  }

  private static PaperMatching.Placement place(Ticket ticket) {
    return PaperMatching.place(BTCUSDT, ticket, MARKET);
  }

  private static WorkingOrder working(Ticket ticket) {
    return new WorkingOrder(
        new Identity(1, 1, "1-a", "a", 0),
        BTCUSDT,
        ticket,
        BigDecimal.ZERO,
        BigDecimal.ZERO,
        ticket.type() != Type.STOP_LIMIT,
        new MarketPosition("simulated", 0, T0));
  }

  private static MarketPrint trade(long id, String price, String qty) {
    return trade(id, price, dec(qty));
  }

  private static MarketPrint trade(long id, String price, BigDecimal qty) {
    var at = T0.plusSeconds(id);
    return new MarketPrint(Long.toString(id), id, id, at, at, dec(price), dec(price), qty);
  }

  private static MarketPrint minute(int index, String low, String high, String volume) {
    var open = T0.plus(Duration.ofMinutes(index));
    return new MarketPrint(
        "minute-" + open.getEpochSecond() / 60,
        0,
        0,
        open,
        open.plusMillis(59_999),
        dec(low),
        dec(high),
        dec(volume));
  }

  private static Ticket marketOrder(Side side, String qty, String quoteQty) {
    return ticket(side, Type.MARKET, qty, quoteQty, null, null, null);
  }

  private static Ticket limit(Side side, String qty, String price, TimeInForce timeInForce) {
    return ticket(side, Type.LIMIT, qty, null, price, null, timeInForce);
  }

  private static Ticket stop(Side side, String qty, String stop, String price) {
    return ticket(side, Type.STOP_LIMIT, qty, null, price, stop, TimeInForce.GTC);
  }

  private static Ticket ticket(
      Side side,
      Type type,
      String qty,
      String quoteQty,
      String price,
      String stop,
      TimeInForce timeInForce) {
    return new Ticket(
        "BTCUSDT", side, type, timeInForce, dec(qty), dec(quoteQty), dec(price), dec(stop), null);
  }

  private static PaperFill fill(
      String id, String price, String qty, String quoteQty, String feeAsset, String fee) {
    return new PaperFill(id, dec(price), dec(qty), dec(quoteQty), feeAsset, dec(fee), false);
  }

  private static PaperMarket market(List<Level> bids, List<Level> asks) {
    return new PaperMarket(bids, asks, dec("100.00"), new MarketPosition("simulated", 1, T0));
  }

  private static Level level(String price, String qty) {
    return new Level(dec(price), dec(qty));
  }

  private static BigDecimal executed(List<PaperFill> fills) {
    return fills.stream().map(PaperFill::qty).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static int sign(Side side) {
    return side == Side.BUY ? 1 : -1;
  }

  private static BigDecimal cents(int cents) {
    return BigDecimal.valueOf(cents, 2).setScale(2, RoundingMode.UNNECESSARY);
  }

  private static BigDecimal dec(String text) {
    return text == null ? null : new BigDecimal(text);
  }
}
