package dev.verticker.price;

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

class ObservationsKeptTest {
  private static final Duration KEPT = Duration.ofDays(400);

  private final Market market = new Market();

  @AfterEach
  void close() {
    market.close();
  }

  @Test
  void observations_that_are_too_old_are_removed_and_no_other() {
    observe("TOO_OLD", NOON.minus(KEPT).minusSeconds(1));
    observe("OLD", NOON.minus(KEPT));
    observe("NEW", NOON);

    await(new Housekeeping(
            market.vertx,
            market.database,
            PriceLocks.HOUSEKEEPING,
            new SteppedClock(NOON),
            market.metrics)
        .removing("observations", PriceRepository.REMOVE_OLD, KEPT)
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

  /** A row of its own, although every quote of the fixture has the same id. */
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
