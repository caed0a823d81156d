package dev.verticker.trading.portfolio;

import dev.verticker.message.trading.Portfolios.Portfolio;
import dev.verticker.message.trading.Portfolios.Position;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** The values of the balances of an account: a pure function. An unknown value is null, and so is each sum that contains it. */
final class Valuation {
  private final String valuedIn;
  private final Map<String, CostBasis> bases;
  private final Map<String, Price> prices;
  private final boolean hasAllTrades;

  /** @param at receipt of the price */
  record Price(BigDecimal price, Instant at, boolean stale) {}

  record Holding(String asset, BigDecimal available, BigDecimal locked) {
    BigDecimal total() {
      return available.add(locked);
    }
  }

  /** @param hasAllTrades false while costs do not contain all trades: then no cost is known */
  Valuation(
      String valuedIn,
      Map<String, CostBasis> bases,
      Map<String, Price> prices,
      boolean hasAllTrades) {
    this.valuedIn = valuedIn;
    this.bases = bases;
    this.prices = prices;
    this.hasAllTrades = hasAllTrades;
  }

  Portfolio of(long accountId, String venue, Instant asOf, List<Holding> holdings) {
    var positions = holdings.stream().map(this::position).toList();
    var used = positions.stream().filter(position -> position.priceAt() != null).toList();
    return new Portfolio(
        accountId,
        venue,
        valuedIn,
        asOf,
        sum(positions, Position::value),
        sum(positions, Position::unrealizedProfit),
        sum(positions, Position::realizedProfit),
        used.stream().map(Position::priceAt).min(Instant::compareTo).orElse(null),
        used.stream().anyMatch(Position::priceStale),
        positions);
  }

  private Position position(Holding holding) {
    var total = holding.total();
    if (holding.asset().equals(valuedIn)) {
      return new Position(
          valuedIn,
          holding.available(),
          holding.locked(),
          total,
          BigDecimal.ONE,
          BigDecimal.ONE,
          null,
          false,
          total,
          BigDecimal.ZERO,
          BigDecimal.ZERO);
    }
    var basis = bases.getOrDefault(holding.asset(), CostBasis.EMPTY);
    var price = prices.get(holding.asset());
    var known = hasAllTrades && basis.cost() != null;
    var covered = basis.qty().min(total);
    var cost = known ? cost(basis, covered) : null;
    var value = value(total, price);
    return new Position(
        holding.asset(),
        holding.available(),
        holding.locked(),
        cost,
        known && covered.signum() > 0
            ? cost.divide(covered, CostBasis.SCALE, RoundingMode.HALF_EVEN)
            : null,
        price == null ? null : price.price(),
        price == null ? null : price.at(),
        price != null && price.stale(),
        value,
        value == null || cost == null || covered.compareTo(total) != 0
            ? null
            : value.subtract(cost),
        hasAllTrades ? basis.realizedProfit() : null);
  }

  /** A withdrawal reduces the cost in proportion. The cost of a quantity that trades did not acquire is unknown. */
  private static BigDecimal cost(CostBasis basis, BigDecimal covered) {
    if (covered.signum() == 0) {
      return null;
    }
    return covered.compareTo(basis.qty()) == 0 ? basis.cost() : basis.costOf(covered);
  }

  private static BigDecimal value(BigDecimal total, Price price) {
    if (total.signum() == 0) {
      return BigDecimal.ZERO;
    }
    return price == null
        ? null
        : total.multiply(price.price()).setScale(CostBasis.SCALE, RoundingMode.HALF_EVEN);
  }

  private static BigDecimal sum(List<Position> positions, Function<Position, BigDecimal> value) {
    var values = positions.stream().map(value).toList();
    return values.stream().anyMatch(Objects::isNull)
        ? null
        : values.stream().reduce(BigDecimal.ZERO, BigDecimal::add);
  }
}
