package dev.verticker.price.candle;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.message.Candles.State;
import dev.verticker.price.candle.CandleRepository.Range;
import dev.verticker.testing.SequentialScans;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Queries of candles read by index, also when many are stored. */
class CandlePlansTest extends CandleTestCase {
  @Test
  void no_query_scans_the_minutes_of_all_symbols() {
    rows.execute(
        """
        INSERT INTO market.candles
        SELECT 'simulated', 'S' || symbol, '1m', timestamptz '2026-11-02T00:00:00Z' + minute * interval '1 minute',
               1, 1, 1, 1, 1, 1, 1, 1, 1, 'final', minute < 19990
          FROM generate_series(0, 19999) AS minute, generate_series(1, 10) AS symbol""");
    rows.execute("ANALYZE market.candles");
    // A connection reports the scans of its partitions when it ends.
    rows.execute(
        """
        SELECT pg_terminate_backend(pid)
          FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'verticker%'""");
    until(
        "the pool has a new connection",
        () -> await(database.query("SELECT 1", Tuple.tuple()).map(true).otherwise(false)));
    var scans = SequentialScans.of(rows, "market");
    var until = NOON.minus(Duration.ofDays(3));
    // After five executions PostgreSQL may choose a plan for any parameters.
    for (var i = 0; i < 8; i++) {
      var range = new Range("S3", BaseSeries.MINUTES, until.minus(Duration.ofMinutes(500)), until);
      var other = new Range("S4", BaseSeries.HOURS, until.minus(Duration.ofDays(40)), until);
      assertEquals(500, await(repository.find(List.of(range, other))).size());
      await(repository.countConfirmed(range, Duration.ofMinutes(960)));
      assertEquals(
          List.of(),
          await(repository.findAbsent(BaseSeries.MINUTES, NOON.minus(Duration.ofDays(1)), 10)));
      await(repository.replace(List.of(StoredCandle.of(
          FakeExchange.kline("S3", until, i), BaseSeries.MINUTES, State.FINAL, true))));
    }
    await(database.close());
    scans.assertNone("candles_1m_2026_11");
  }
}
