package dev.verticker.price.observation;

import static dev.verticker.data.Rows.utc;
import static dev.verticker.price.QuoteFixture.NOON;
import static dev.verticker.price.QuoteFixture.quote;
import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.data.Housekeeping;
import dev.verticker.message.Prices.FindHistory;
import dev.verticker.message.Prices.Observation;
import dev.verticker.testing.SteppedClock;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
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
  void observations_of_both_versions_are_removed_after_the_retention() {
    var clock = new SteppedClock(NOON.minus(RETENTION).minus(Duration.ofDays(40)));
    await(market.partitions(clock).create());
    observe("TOO_OLD", clock.instant());
    observeInVersion1("TOO_OLD_1", NOON.minus(RETENTION).minusSeconds(1));
    observeInVersion1("OLD_1", NOON.minus(RETENTION));
    clock.step(Duration.between(clock.instant(), NOON));
    await(market.partitions(clock).create());
    observe("NEW", NOON);

    await(market
        .partitions(clock)
        .addTo(housekeeping(clock), "observation-partitions", RETENTION)
        .deleteOlderThan(RETENTION, "observations", "market.exchange_info", "id", "called_at")
        .run());

    assertEquals(List.of(), history("TOO_OLD"));
    assertEquals(List.of(), history("TOO_OLD_1"));
    assertEquals(1, history("OLD_1").size());
    assertEquals(1, history("NEW").size());
    assertEquals(1, removed("observation-partitions"));
    assertEquals(1, removed("observations"));
    assertEquals(
        List.of(
            "market.observations_2025_01",
            "market.observations_2025_02",
            "market.observations_2025_03",
            "market.observations_2026_03",
            "market.observations_2026_04",
            "market.observations_2026_05",
            "market.observations_2026_06"),
        market.partitionTables());
  }

  @Test
  void a_slot_that_nodes_of_both_versions_stored_has_one_row_in_the_history() {
    await(market.partitions(new SteppedClock(NOON)).create());
    observe("BTCUSDT", NOON);
    observeInVersion1("BTCUSDT", NOON);
    observeInVersion1("BTCUSDT", NOON.minusSeconds(60));
    observeInVersion1("BTCUSDT", NOON.plusSeconds(60));

    var newest = await(market.repository.history(new FindHistory("BTCUSDT", null, null, 2, null)));
    var rest =
        await(market.repository.history(new FindHistory("BTCUSDT", null, null, 2, newest.next())));

    assertEquals(
        List.of(NOON.plusSeconds(60), NOON),
        newest.observations().stream().map(Observation::calledAt).toList());
    assertEquals(
        List.of(NOON.minusSeconds(60)),
        rest.observations().stream().map(Observation::calledAt).toList());
    assertEquals(NOON.minusSeconds(60), rest.observations().get(0).eventTime());
    assertEquals(
        NOON.plusSeconds(60),
        await(market.repository.newest(List.of("BTCUSDT"))).get(0).receivedAt());
  }

  @Test
  void quotes_of_another_venue_are_not_restored() {
    await(market.partitions(new SteppedClock(NOON)).create());
    observe("BTCUSDT", NOON);
    await(market.database.query("UPDATE market.observations SET venue = 'testnet'", Tuple.tuple()));
    assertEquals(List.of(), await(market.repository.newest(List.of("BTCUSDT"))));
  }

  private Housekeeping housekeeping(Clock clock) {
    return new Housekeeping(
        market.vertx, market.database, PriceLocks.HOUSEKEEPING, clock, market.metrics);
  }

  private double removed(String what) {
    return market.metrics.counter("housekeeping_removed_total", "what", what).count();
  }

  private void observe(String symbol, Instant at) {
    var quote = quote(symbol, "simulated:run", at, at);
    await(market.repository.insert(
        List.of(new SlotQuote(quote, market.slots.start(market.slots.of(at))))));
    await(
        market.database.query("UPDATE market.observations SET venue = 'simulated'", Tuple.tuple()));
  }

  /** As version 1.0 does, which divides the time by the interval. */
  private void observeInVersion1(String symbol, Instant at) {
    await(market.database.query(
        """
        INSERT INTO market.exchange_info (id, symbol, exchange_info, called_at, slot, venue, event_time)
        VALUES ($1, $2, '{"price": "1.5"}', $3, $4, 'simulated', $3)
        """,
        Tuple.of(await(market.repository.nextBlock()), symbol, utc(at), market.slots.of(at))));
  }

  private List<Observation> history(String symbol) {
    return await(market.repository.history(new FindHistory(symbol, null, null, 10, null)))
        .observations();
  }
}
