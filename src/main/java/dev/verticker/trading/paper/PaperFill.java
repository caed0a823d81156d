package dev.verticker.trading.paper;

import dev.verticker.message.trading.Orders.Side;
import dev.verticker.trading.rules.Instrument;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A trade of the paper venue.
 *
 * @param id unique in its order, and the same whenever the same input is processed again
 * @param quoteQty price times quantity, rounded down to the scale of the quote asset
 * @param fee 0.1 % of the received amount, rounded up to the scale of its asset
 */
record PaperFill(
    String id,
    BigDecimal price,
    BigDecimal qty,
    BigDecimal quoteQty,
    String feeAsset,
    BigDecimal fee,
    boolean maker) {
  static final BigDecimal FEE_RATE = new BigDecimal("0.001");

  static PaperFill of(
      Instrument instrument,
      Side side,
      String id,
      BigDecimal price,
      BigDecimal qty,
      boolean maker) {
    var quoteQty = price.multiply(qty).setScale(instrument.quoteScale(), RoundingMode.DOWN);
    var buys = side == Side.BUY;
    var fee = (buys ? qty : quoteQty)
        .multiply(FEE_RATE)
        .setScale(buys ? instrument.baseScale() : instrument.quoteScale(), RoundingMode.UP);
    return new PaperFill(
        id, price, qty, quoteQty, buys ? instrument.base() : instrument.quote(), fee, maker);
  }
}
