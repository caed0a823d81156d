package dev.verticker.trading.portfolio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.trading.portfolio.TradeCosts.TradeFacts;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class TradeCostsTest {
  private static final Instant NOON = Instant.parse("2026-11-30T12:00:30Z");

  @Example
  void a_sale_removes_its_part_of_the_cost_and_the_last_one_the_rest() {
    var bases = run(
        buy("BTCUSDT", "3", "100", "0"),
        sell("BTCUSDT", "1", "40", "0"),
        sell("BTCUSDT", "1", "40", "0"));

    assertEquals(
        new CostBasis(dec("1"), dec("33.333333333333333333"), dec("13.333333333333333333")),
        bases.get("BTC"));
    assertEquals(
        Map.of("BTC", new CostBasis(dec("0"), dec("0"), dec("20.000000000000000000"))),
        run(
            buy("BTCUSDT", "3", "100", "0"),
            sell("BTCUSDT", "1", "40", "0"),
            sell("BTCUSDT", "1", "40", "0"),
            sell("BTCUSDT", "1", "40", "0")));
  }

  @Example
  void a_fee_in_the_bought_asset_reduces_the_quantity_and_one_in_the_quote_asset_the_proceeds() {
    var bases = run(
        trade(Side.BUY, "BTC", "USDT", "1", "100", "BTC", "0.001"),
        trade(Side.SELL, "BTC", "USDT", "0.999", "110", "USDT", "0.11"));

    assertEquals(Map.of("BTC", new CostBasis(dec("0.000"), dec("0"), dec("9.89"))), bases);
  }

  @Example
  void a_fee_in_another_asset_costs_its_worth_and_reduces_that_position() {
    var bases = run(
        trade(Side.BUY, "BNB", "USDT", "1", "400", "USDT", "0"),
        trade(Side.BUY, "BTC", "USDT", "1", "100", "BNB", "0.01"));

    // The rate of BNB is 500.
    assertEquals(
        Map.of(
            "BNB",
                new CostBasis(
                    dec("0.99"), dec("396.000000000000000000"), dec("1.000000000000000000")),
            "BTC", new CostBasis(dec("1"), dec("105.000000000000000000"), dec("0"))),
        bases);
  }

  @Example
  void a_purchase_with_another_asset_sells_that_asset_at_its_worth() {
    var bases = run(
        trade(Side.BUY, "BTC", "USDT", "1", "50000", "USDT", "0"),
        trade(Side.BUY, "ETH", "BTC", "10", "0.5", "ETH", "0"));

    // The rate of BTC is 60000.
    assertEquals(
        Map.of(
            "BTC",
            new CostBasis(
                dec("0.5"), dec("25000.000000000000000000"), dec("5000.000000000000000000")),
            "ETH",
            new CostBasis(dec("10"), dec("30000.000000000000000000"), dec("0"))),
        bases);
  }

  @Example
  void a_pair_whose_base_is_the_asset_of_the_valuation_states_the_worth_of_its_quote_asset() {
    var trade = trade(Side.SELL, "USDT", "TRY", "100", "4000", "TRY", "4");

    assertEquals(Set.of(), trade.valuedAssets("USDT"));
    assertEquals(
        Map.of("TRY", new CostBasis(dec("3996"), dec("99.900000000000000000"), dec("0"))),
        run(trade));
  }

  @Example
  void a_cost_that_is_not_known_is_null_until_the_position_is_closed() {
    var bases = run(
        trade(Side.BUY, "ETH", "XYZ", "10", "5", "ETH", "0"),
        trade(Side.SELL, "ETH", "USDT", "4", "8000", "USDT", "0"));
    assertEquals(new CostBasis(dec("6"), null, null), bases.get("ETH"));

    var closed = run(
        trade(Side.BUY, "ETH", "XYZ", "10", "5", "ETH", "0"),
        trade(Side.SELL, "ETH", "USDT", "10", "8000", "USDT", "0"),
        trade(Side.BUY, "ETH", "USDT", "1", "2000", "USDT", "0"));
    assertEquals(dec("2000"), closed.get("ETH").cost());
    assertNull(closed.get("ETH").realizedProfit());
  }

  @Example
  void a_sale_of_more_than_trades_acquired_has_no_known_profit() {
    assertEquals(
        Map.of("BTC", new CostBasis(dec("0"), dec("0"), null)),
        run(buy("BTCUSDT", "1", "100", "0"), sell("BTCUSDT", "1.5", "200", "0")));
  }

  @Property(tries = 300)
  void paid_and_received_amounts_balance_to_the_last_digit(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 1_000_000) Integer> steps,
      @ForAll @LongRange(min = 1, max = 10_000_000) long price,
      @ForAll long seed) {
    var random = new Random(seed);
    var basis = CostBasis.EMPTY;
    var paid = BigDecimal.ZERO;
    var received = BigDecimal.ZERO;
    for (var step : steps) {
      var qty = BigDecimal.valueOf(step, 5);
      var amount = qty.multiply(BigDecimal.valueOf(price + random.nextInt(1000), 2));
      if (random.nextBoolean() || basis.qty().signum() == 0) {
        basis = basis.acquire(qty, amount);
        paid = paid.add(amount);
      } else {
        basis = basis.dispose(qty.min(basis.qty()), amount);
        received = received.add(amount);
      }
      assertTrue(basis.qty().signum() >= 0 && basis.cost().signum() >= 0);
      // Every amount is either part of the remaining cost or of the profit.
      assertEquals(0, received.subtract(paid).add(basis.cost()).compareTo(basis.realizedProfit()));
      assertTrue(basis.cost().scale() <= CostBasis.SCALE);
    }
    basis = basis.dispose(basis.qty(), BigDecimal.ZERO);
    assertEquals(0, basis.cost().signum());
    assertEquals(0, received.subtract(paid).compareTo(basis.realizedProfit()));
  }

  private static Map<String, CostBasis> run(TradeFacts... trades) {
    var rates = Map.of("BNB", dec("500"), "BTC", dec("60000"));
    var costs = new TradeCosts("USDT", (asset, minute) -> {
      assertEquals(Instant.parse("2026-11-30T12:00:00Z"), minute);
      return rates.get(asset);
    });
    var bases = new HashMap<String, CostBasis>();
    for (var trade : trades) {
      bases.putAll(costs.apply(bases, trade));
    }
    bases.remove("XYZ");
    return bases;
  }

  private static TradeFacts buy(String symbol, String qty, String quoteQty, String fee) {
    return trade(Side.BUY, symbol.substring(0, 3), symbol.substring(3), qty, quoteQty, "USDT", fee);
  }

  private static TradeFacts sell(String symbol, String qty, String quoteQty, String fee) {
    return trade(
        Side.SELL, symbol.substring(0, 3), symbol.substring(3), qty, quoteQty, "USDT", fee);
  }

  private static TradeFacts trade(
      Side side,
      String base,
      String quote,
      String qty,
      String quoteQty,
      String feeAsset,
      String fee) {
    return new TradeFacts(1, side, base, quote, dec(qty), dec(quoteQty), feeAsset, dec(fee), NOON);
  }

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }
}
