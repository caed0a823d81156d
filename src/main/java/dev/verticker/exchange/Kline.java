package dev.verticker.exchange;

import dev.verticker.message.Interval;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * A candle as the exchange sends it. Prices and volumes are exact decimals.
 *
 * @param volume in units of the base asset, as {@code takerVolume}
 * @param quoteVolume in units of the quote asset, as {@code takerQuoteVolume}
 * @param trades number of trades; 0 is a valid candle
 * @param closed whether the exchange will not change it any more
 * @param eventTime when the exchange sent it; the receipt time of a REST response
 */
public record Kline(
    String symbol,
    Interval interval,
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
    boolean closed,
    Instant eventTime) {
  /** Returns this candle as one that the exchange will not change any more. */
  public Kline asClosed() {
    return new Kline(
        symbol,
        interval,
        openTime,
        open,
        high,
        low,
        close,
        volume,
        quoteVolume,
        trades,
        takerVolume,
        takerQuoteVolume,
        true,
        eventTime);
  }
}
