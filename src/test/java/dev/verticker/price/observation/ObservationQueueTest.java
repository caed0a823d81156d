package dev.verticker.price.observation;

import static dev.verticker.price.QuoteFixture.NOON;
import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.message.Prices.Quote;
import dev.verticker.message.Prices.Source;
import dev.verticker.testing.SteppedClock;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ObservationQueueTest {
  private static final String NUL = "{\"price\": \"1\", \"note\": \"\\u0000\"}";
  private static final String TOO_BIG = "{\"price\": \"1\", \"count\": 1e400000}";

  private final MarketSchema market = new MarketSchema();

  @AfterEach
  void close() {
    market.close();
  }

  @Test
  void observations_rejected_by_postgres_are_dropped_and_counted_and_all_others_stored() {
    await(market.partitions(new SteppedClock(NOON)).create());
    var pending = market.repository.queue(market.metrics);
    var observations = IntStream.range(0, 1201)
        .mapToObj(i -> observation(i, i == 0 ? NUL : i == 700 ? TOO_BIG : "{\"price\": \"1\"}"))
        .toList();
    pending.add(observations);

    await(market.vertx.timer(1).compose(on -> pending.flush()));

    assertEquals(0, waiting());
    assertEquals(1199, stored());
    assertEquals(2, rejected());
    assertEquals(
        0, market.metrics.get("price_observations_dropped_total").counter().count());
  }

  @Test
  void an_observation_of_a_slot_that_has_a_row_is_not_counted_as_rejected() {
    await(market.partitions(new SteppedClock(NOON)).create());
    await(market.repository.insert(
        List.of(observation(1, "{\"price\": \"1\"}"), observation(2, "{\"price\": \"1\"}"))));
    var pending = market.repository.queue(market.metrics);
    pending.add(List.of(
        observation(2, "{\"price\": \"2\"}"),
        observation(3, "{\"price\": \"1\"}"),
        observation(4, NUL)));
    await(market.vertx.timer(1).compose(on -> pending.flush()));
    assertEquals(3, stored());
    assertEquals(1, rejected());
    assertEquals("1", newest("S2").exchangeInfo().replaceAll("\\D", ""), "the first row stays");
  }

  @Test
  void observations_without_a_partition_wait_until_it_exists() {
    var pending = market.repository.queue(market.metrics);
    pending.add(List.of(observation(1, "{\"price\": \"1\"}"), observation(2, NUL)));

    failureOf(market.vertx.timer(1).compose(on -> pending.flush()));

    assertEquals(2, waiting());
    assertEquals(0, rejected());
    await(market.partitions(new SteppedClock(NOON)).create());
    await(market.vertx.timer(1).compose(on -> pending.flush()));
    assertEquals(0, waiting());
    assertEquals(1, stored());
    assertEquals(1, rejected());
  }

  private static SlotQuote observation(int id, String json) {
    return new SlotQuote(
        new Quote(
            id,
            "S" + id,
            BigDecimal.ONE,
            null,
            null,
            null,
            null,
            null,
            json,
            "simulated:run",
            0,
            0,
            "simulated",
            Source.POLL,
            NOON,
            NOON,
            NOON.plusSeconds(70)),
        NOON);
  }

  private Quote newest(String symbol) {
    return await(market.repository.newest(List.of(symbol))).get(0);
  }

  private double waiting() {
    return market.metrics.get("price_observations_waiting").gauge().value();
  }

  private int stored() {
    return await(market.database.query(
            "SELECT count(*)::int AS stored FROM market.observations", Tuple.tuple()))
        .iterator()
        .next()
        .getInteger("stored");
  }

  private double rejected() {
    return market.metrics.find("price_rejected_total").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }
}
