package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * The candle of an interval of one symbol: the figures of its trades. Every amount is exact with 8 decimals, so
 * {@link BigDecimal#toPlainString()} is its text on the wire.
 *
 * @param openTime start of the interval, simulated time
 * @param volume in units of the base asset
 * @param quoteVolume in units of the quote asset
 * @param trades number of trades; 0 in a minute without trades
 * @param takerVolume bought by takers, base asset
 * @param takerQuoteVolume bought by takers, quote asset
 * @param firstTrade id of the first trade; -1 without trades
 */
public record Candle(
    Instant openTime,
    BigDecimal open,
    BigDecimal high,
    BigDecimal low,
    BigDecimal close,
    BigDecimal volume,
    BigDecimal quoteVolume,
    long trades,
    BigDecimal takerVolume,
    BigDecimal takerQuoteVolume,
    long firstTrade) {

  static final int DECIMALS = 8;
  static final BigDecimal NONE = BigDecimal.ZERO.setScale(DECIMALS);

  /** This candle followed by a later one. */
  Candle plus(Candle later) {
    return new Candle(
        openTime,
        open,
        high.max(later.high),
        low.min(later.low),
        later.close,
        volume.add(later.volume),
        quoteVolume.add(later.quoteVolume),
        trades + later.trades,
        takerVolume.add(later.takerVolume),
        takerQuoteVolume.add(later.takerQuoteVolume),
        trades == 0 ? later.firstTrade : firstTrade);
  }

  Candle at(Instant value) {
    return new Candle(
        value,
        open,
        high,
        low,
        close,
        volume,
        quoteVolume,
        trades,
        takerVolume,
        takerQuoteVolume,
        firstTrade);
  }

  /** Id of the last trade; -1 without trades. */
  public long lastTrade() {
    return trades == 0 ? -1 : firstTrade + trades - 1;
  }
}
