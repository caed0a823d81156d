package dev.verticker.dev.exchange;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/** Adds up consecutive minutes of a symbol, oldest first. */
final class CandleSum {
  /** Sums above this are moved to {@code BigDecimal}s before they could overflow. */
  private static final long MAX_SUM = Long.MAX_VALUE / 4;

  private final Units units;
  private boolean empty = true;
  private long open;
  private long high;
  private long low;
  private long close;
  private long volume;
  private long takerVolume;
  private long trades;
  private long firstTrade = -1;
  private long quote;
  private long takerQuote;
  private BigDecimal moreQuote = BigDecimal.ZERO;
  private BigDecimal moreTakerQuote = BigDecimal.ZERO;

  CandleSum(Units units) {
    this.units = units;
  }

  boolean isEmpty() {
    return empty;
  }

  /** @param firstId id of the first trade of the minute */
  void add(long minuteOpen, MinuteTrades.Sum minute, int minuteTrades, long firstId) {
    open = empty ? minuteOpen : open;
    high = empty ? minute.high() : Math.max(high, minute.high());
    low = empty ? minute.low() : Math.min(low, minute.low());
    close = minute.close();
    volume += minute.volume();
    takerVolume += minute.takerVolume();
    firstTrade = trades == 0 && minuteTrades > 0 ? firstId : firstTrade;
    trades += minuteTrades;
    quote += minute.quoteUnits();
    takerQuote += minute.takerQuoteUnits();
    empty = false;
    if (quote > MAX_SUM) {
      moreQuote = moreQuote.add(BigDecimal.valueOf(quote));
      moreTakerQuote = moreTakerQuote.add(BigDecimal.valueOf(takerQuote));
      quote = 0;
      takerQuote = 0;
    }
  }

  /** Empty if no minute was added. */
  Optional<Candle> candle(Instant openTime) {
    return empty
        ? Optional.empty()
        : Optional.of(new Candle(
            openTime,
            units.price(open),
            units.price(high),
            units.price(low),
            units.price(close),
            units.quantity(volume),
            units.quote(moreQuote.add(BigDecimal.valueOf(quote))),
            trades,
            units.quantity(takerVolume),
            units.quote(moreTakerQuote.add(BigDecimal.valueOf(takerQuote))),
            firstTrade));
  }
}
