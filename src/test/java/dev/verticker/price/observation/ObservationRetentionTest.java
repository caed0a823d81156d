package dev.verticker.price.observation;

import static dev.verticker.price.QuoteFixture.NOON;
import static dev.verticker.price.QuoteFixture.quote;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.data.Housekeeping;
import dev.verticker.message.Prices.FindHistory;
import dev.verticker.message.Prices.Observation;
import dev.verticker.testing.SteppedClock;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObservationRetentionTest {
  private static final Duration RETENTION = Duration.ofDays(400);

  private final MarketSchema market = new MarketSchema();

  @AfterEach
  void close() {
    market.close();
  }

  @Test
  void only_observations_older_than_the_retention_are_removed() {
    observe("TOO_OLD", NOON.minus(RETENTION).minusSeconds(1));
    observe("OLD", NOON.minus(RETENTION));
    observe("NEW", NOON);

    await(new Housekeeping(
            market.vertx,
            market.database,
            PriceLocks.HOUSEKEEPING,
            new SteppedClock(NOON),
            market.metrics)
        .deleteOlderThan(RETENTION, "observations", "market.exchange_info", "id", "called_at")
        .run());

    assertEquals(List.of(), history("TOO_OLD"));
    assertEquals(1, history("OLD").size());
    assertEquals(1, history("NEW").size());
    assertEquals(
        1,
        market
            .metrics
            .counter("housekeeping_removed_total", "what", "observations")
            .count());
  }

  /** Gives each row its own id, because every quote of the fixture has the same. */
  private void observe(String symbol, Instant at) {
    var id = await(market.repository.nextBlock());
    var quote = quote(symbol, "simulated:run", at, at);
    await(market.repository.insert(List.of(new SlotQuote(quote, 0))));
    await(market.database.query(
        "UPDATE market.exchange_info SET id = id + $1 WHERE symbol = $2", Tuple.of(id, symbol)));
  }

  private List<Observation> history(String symbol) {
    return await(market.repository.history(new FindHistory(symbol, null, null, 10, null)))
        .observations();
  }
}
