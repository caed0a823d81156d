package dev.verticker.price.candle;

import dev.verticker.data.PendingRows;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Closed candles to store, at most the minutes of 1,000 symbols during almost an hour without PostgreSQL. The comparison with
 * the exchange stores dropped ones later.
 */
final class PendingCandles extends PendingRows<StoredCandle> {
  private static final int MAX_PENDING = 50_000;
  private static final int BATCH = 1000;

  PendingCandles(CandleRepository repository, MeterRegistry metrics) {
    super(
        new Table<>(
            "candle_writes",
            MAX_PENDING,
            BATCH,
            repository::insert,
            candle -> "candle of " + candle.symbol() + " at " + candle.openTime()),
        metrics);
  }
}
