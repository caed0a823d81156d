package dev.verticker.trading.portfolio;

import dev.verticker.message.trading.Orders.Side;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The effect of trades on the average costs of the assets of an account: pure functions. The asset of the valuation itself has
 * no cost basis.
 */
final class TradeCosts {
  private final String valuedIn;
  private final Rates rates;

  /** The value of one unit of an asset in units of the asset of the valuation, at the start of a minute. */
  @FunctionalInterface
  interface Rates {
    /** Returns null if it is unknown. */
    BigDecimal find(String asset, Instant minute);
  }

  /**
   * @param fee negative for a rebate
   */
  record TradeFacts(
      long id,
      Side side,
      String base,
      String quote,
      BigDecimal qty,
      BigDecimal quoteQty,
      String feeAsset,
      BigDecimal fee,
      Instant tradedAt) {
    Instant minute() {
      return tradedAt.truncatedTo(ChronoUnit.MINUTES);
    }

    /** Returns the assets whose value at the time of the trade is needed. */
    Set<String> valuedAssets(String valuedIn) {
      var assets = new LinkedHashSet<String>();
      assets.add(quote);
      if (!feeAsset.equals(base) && fee.signum() != 0) {
        assets.add(feeAsset);
      }
      // A pair whose base is the asset of the valuation states the worth of the quote asset itself.
      if (base.equals(valuedIn)) {
        assets.remove(quote);
      }
      assets.remove(valuedIn);
      return assets;
    }
  }

  TradeCosts(String valuedIn, Rates rates) {
    this.valuedIn = valuedIn;
    this.rates = rates;
  }

  /** Returns the bases of the assets that the trade changes. */
  Map<String, CostBasis> apply(Map<String, CostBasis> bases, TradeFacts trade) {
    var changed = new HashMap<String, CostBasis>();
    var buys = trade.side() == Side.BUY;
    var baseFee = trade.feeAsset().equals(trade.base()) ? trade.fee() : BigDecimal.ZERO;
    var quoteFee = trade.feeAsset().equals(trade.quote()) ? trade.fee() : BigDecimal.ZERO;
    var otherFee = baseFee.signum() == 0 && quoteFee.signum() == 0 ? trade.fee() : BigDecimal.ZERO;
    var feeWorth = worth(trade, trade.feeAsset(), otherFee);
    var quoteQty = buys ? trade.quoteQty().add(quoteFee) : trade.quoteQty().subtract(quoteFee);
    var quoteWorth = worth(trade, trade.quote(), quoteQty);
    if (buys) {
      var qty = trade.qty().subtract(baseFee);
      change(bases, changed, trade.base(), basis -> basis.acquire(qty, sum(quoteWorth, feeWorth)));
      change(bases, changed, trade.quote(), basis -> basis.dispose(quoteQty, quoteWorth));
    } else {
      var qty = trade.qty().add(baseFee);
      var proceeds = feeWorth == null ? null : sum(quoteWorth, feeWorth.negate());
      change(bases, changed, trade.base(), basis -> basis.dispose(qty, proceeds));
      change(bases, changed, trade.quote(), basis -> basis.acquire(quoteQty, quoteWorth));
    }
    if (otherFee.signum() != 0) {
      change(
          bases,
          changed,
          trade.feeAsset(),
          basis -> otherFee.signum() > 0
              ? basis.dispose(otherFee, feeWorth)
              : basis.acquire(otherFee.negate(), feeWorth == null ? null : feeWorth.negate()));
    }
    changed.remove(valuedIn);
    return changed;
  }

  private static void change(
      Map<String, CostBasis> bases,
      Map<String, CostBasis> changed,
      String asset,
      UnaryOperator<CostBasis> change) {
    var before = changed.getOrDefault(asset, bases.getOrDefault(asset, CostBasis.EMPTY));
    changed.put(asset, change.apply(before));
  }

  /** Returns null if it is unknown. */
  private BigDecimal worth(TradeFacts trade, String asset, BigDecimal amount) {
    if (amount.signum() == 0 || asset.equals(valuedIn)) {
      return amount;
    }
    if (trade.base().equals(valuedIn) && asset.equals(trade.quote())) {
      return trade.quoteQty().signum() == 0
          ? null
          : amount
              .multiply(trade.qty())
              .divide(trade.quoteQty(), CostBasis.SCALE, RoundingMode.HALF_EVEN);
    }
    var rate = rates.find(asset, trade.minute());
    return rate == null
        ? null
        : amount.multiply(rate).setScale(CostBasis.SCALE, RoundingMode.HALF_EVEN);
  }

  private static BigDecimal sum(BigDecimal one, BigDecimal other) {
    return one == null || other == null ? null : one.add(other);
  }
}
