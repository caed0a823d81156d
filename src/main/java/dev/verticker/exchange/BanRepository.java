package dev.verticker.exchange;

import static dev.verticker.data.Rows.first;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;

/** Stores when the ban of an egress address by an exchange host ends, in the table {@code exchange_block} of a schema. */
public final class BanRepository {
  private static final String FIND = "SELECT blocked_until FROM %s.exchange_block WHERE host = $1";

  private static final String SAVE =
      """
      INSERT INTO %s.exchange_block AS b (host, blocked_until)
      VALUES ($1, $2)
          ON CONFLICT (host) DO UPDATE SET blocked_until = greatest(b.blocked_until, excluded.blocked_until)
      """;

  private final Database database;
  private final String find;
  private final String save;

  public BanRepository(Database database, String schema) {
    this.database = database;
    this.find = FIND.formatted(schema);
    this.save = SAVE.formatted(schema);
  }

  /**
   * The end of the last ban; the epoch if there was none.
   *
   * @param host the exchange host, with the name of the egress address if it has one
   */
  Future<Instant> find(String host) {
    return database
        .query(find, Tuple.of(host))
        .map(rows -> first(rows, row -> instant(row, "blocked_until")).orElse(Instant.EPOCH));
  }

  Future<Void> save(String host, Instant until) {
    return database.query(save, Tuple.of(host, utc(until))).mapEmpty();
  }
}
