package dev.verticker.price.exchange;

import dev.verticker.data.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Until when an exchange host wants no request from this address. */
public final class BlockRepository {
  private static final String FIND =
      """
      SELECT blocked_until
        FROM market.exchange_block
       WHERE host = $1
      """;

  private static final String SAVE =
      """
      INSERT INTO market.exchange_block AS b (host, blocked_until)
      VALUES ($1, $2)
          ON CONFLICT (host) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until)
      """;

  private final Database database;

  public BlockRepository(Database database) {
    this.database = database;
  }

  /** The epoch when the host never blocked this address. */
  Future<Instant> find(String host) {
    return database.query(FIND, Tuple.of(host)).map(rows -> {
      for (var row : rows) {
        return row.getOffsetDateTime(0).toInstant();
      }
      return Instant.EPOCH;
    });
  }

  Future<Void> save(String host, Instant until) {
    return database
        .query(SAVE, Tuple.of(host, OffsetDateTime.ofInstant(until, ZoneOffset.UTC)))
        .mapEmpty();
  }
}
