package dev.verticker.price.observation;

import dev.verticker.data.PendingRows;
import io.micrometer.core.instrument.MeterRegistry;

/** Observations to store. A row that another node has stored for the same slot is kept. */
public final class PendingObservations extends PendingRows<SlotQuote> {
  private static final int MAX_PENDING = 20_000;
  private static final int BATCH = 500;

  public PendingObservations(ObservationRepository repository, MeterRegistry metrics) {
    super(
        new Table<>(
            "price_observations",
            MAX_PENDING,
            BATCH,
            repository::insert,
            observation -> "observation of " + observation.quote().symbol()),
        metrics);
  }
}
