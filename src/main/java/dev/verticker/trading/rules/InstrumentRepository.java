package dev.verticker.trading.rules;

import dev.verticker.data.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;

/** The rows of {@code trading.instruments}. Not thread-safe: runs on one event loop. */
public final class InstrumentRepository {
  private static final String STORE =
      """
      INSERT INTO trading.instruments AS i
             (venue, symbol, base, quote, base_scale, quote_scale, tick_size, step_size, min_notional, filters)
      VALUES ($1, $2, $3, $4, $5, $6, $7::numeric, $8::numeric, $9::numeric, $10::text::jsonb)
          ON CONFLICT (venue, symbol) DO UPDATE
         SET base = excluded.base,
             quote = excluded.quote,
             base_scale = excluded.base_scale,
             quote_scale = excluded.quote_scale,
             tick_size = excluded.tick_size,
             step_size = excluded.step_size,
             min_notional = excluded.min_notional,
             filters = excluded.filters
      """;

  private final Database database;
  private final Map<String, Integer> stored = new HashMap<>();

  public InstrumentRepository(Database database) {
    this.database = database;
  }

  /** Stores an instrument that the venue lists, once for each change. */
  public Future<Void> store(Instrument instrument) {
    var key = instrument.venue() + " " + instrument.symbol();
    var content = instrument.hashCode();
    if (Integer.valueOf(content).equals(stored.get(key))) {
      return Future.succeededFuture();
    }
    return database
        .query(
            STORE,
            Tuple.of(
                    instrument.venue(),
                    instrument.symbol(),
                    instrument.base(),
                    instrument.quote(),
                    instrument.baseScale(),
                    instrument.quoteScale())
                .addValue(instrument.tickSize())
                .addValue(instrument.stepSize())
                .addValue(instrument.minNotional())
                .addValue(instrument.filters()))
        .onSuccess(done -> stored.put(key, content))
        .mapEmpty();
  }
}
