package dev.verticker.price.observation;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.sqlclient.Tuple;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuoteIdsTest {
  private final MarketSchema market = new MarketSchema();

  @AfterEach
  void close() {
    market.close();
  }

  @Test
  void one_block_is_enough_for_a_million_quotes_without_postgres() {
    var ids = new QuoteIds(market.repository);
    await(market.vertx.timer(1).compose(on -> ids.reserve()));
    await(market.database.query(
        "ALTER SEQUENCE market.exchange_info_ids RENAME TO unavailable", Tuple.tuple()));

    var first = ids.next();
    var given = LongStream.range(1, 1_000_000).map(i -> ids.next()).toArray();

    assertEquals(first + 1, given[0]);
    assertEquals(first + 999_999, given[given.length - 1]);
  }

  @Test
  void a_node_that_starts_without_postgres_has_ids_once_postgres_is_available() {
    var ids = new QuoteIds(market.repository);
    await(market.database.query(
        "ALTER SEQUENCE market.exchange_info_ids RENAME TO unavailable", Tuple.tuple()));
    await(ids.reserve().otherwiseEmpty());
    assertFalse(ids.isAvailable());
    assertThrows(IllegalStateException.class, ids::next);

    await(market.database.query(
        "ALTER SEQUENCE market.unavailable RENAME TO exchange_info_ids", Tuple.tuple()));

    until("a block is reserved", ids::isAvailable);
    assertTrue(ids.next() > 0);
  }

  @Test
  void blocks_of_nodes_do_not_overlap() {
    var first = await(market.repository.nextBlock());
    assertEquals(first + QuoteIds.BLOCK, await(market.repository.nextBlock()));
  }
}
