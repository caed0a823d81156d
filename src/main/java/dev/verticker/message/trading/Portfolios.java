package dev.verticker.message.trading;

import dev.verticker.bus.Address;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** The balances of accounts and their values, served by the trading verticle. */
public final class Portfolios {
  /** Fails with {@code account-not-found} (404). */
  public static final Address<FindPortfolio, Portfolio> FIND =
      new Address<>("portfolios.find", FindPortfolio.class, Portfolio.class);

  private Portfolios() {}

  /** @param accountId null = the user's paper account, which is created on first use */
  public record FindPortfolio(long userId, Long accountId) {}

  /**
   * A portfolio, valued in one asset.
   *
   * @param asOf time of the balances: of the last booking on paper, of the exchange's snapshot otherwise
   * @param total sum of the values; null if the value of one position is unknown
   * @param oldestPriceAt receipt of the oldest price that was used; null if none was used
   * @param stale whether one of the prices is stale
   */
  public record Portfolio(
      long accountId,
      String venue,
      String valuedIn,
      Instant asOf,
      BigDecimal total,
      BigDecimal unrealizedProfit,
      BigDecimal realizedProfit,
      Instant oldestPriceAt,
      boolean stale,
      List<Position> positions) {
    public Portfolio {
      positions = List.copyOf(positions);
    }
  }

  /**
   * The balance of one asset. Values are in the asset of the valuation, and null if unknown, never 0 instead.
   *
   * @param available can be used by a new order
   * @param locked reserved by open orders
   * @param cost remaining cost of the quantity whose cost is known
   * @param averageCost cost of one unit
   * @param price of one unit; null if there is none
   * @param priceAt receipt of the price
   */
  public record Position(
      String asset,
      BigDecimal available,
      BigDecimal locked,
      BigDecimal cost,
      BigDecimal averageCost,
      BigDecimal price,
      Instant priceAt,
      boolean priceStale,
      BigDecimal value,
      BigDecimal unrealizedProfit,
      BigDecimal realizedProfit) {}
}
