package dev.verticker.notification;

import static dev.verticker.data.Rows.all;
import static dev.verticker.data.Rows.first;
import static dev.verticker.data.Rows.instant;
import static dev.verticker.data.Rows.utc;

import dev.verticker.data.Database;
import dev.verticker.data.Housekeeping.Batch;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of {@code notification.events}. Partition n contains the positions from n * size up to (n + 1) * size - 1;
 * positions at its end may be unused. The oldest partition is dropped when its newest event is older than the retention.
 */
final class LogPartitions {
  private static final Logger log = LoggerFactory.getLogger(LogPartitions.class);

  /** 10 million positions, about 8 GB: a hundred partitions for a billion events. */
  static final long SIZE = 10_000_000;

  /** The time after which a partition is closed even if it is not full. */
  static final Duration MAX_OPEN = Duration.ofDays(1);

  private static final Batch NONE = new Batch(0, false);

  private static final String LIST =
      """
      SELECT pg_catalog.substr(partition.relname, 8)::bigint AS number
        FROM pg_catalog.pg_inherits
        JOIN pg_catalog.pg_class AS partition ON partition.oid = inhrelid
       WHERE inhparent = 'notification.events'::pg_catalog.regclass
       ORDER BY number
      """;

  private static final String CURRENT =
      "SELECT COALESCE(pg_catalog.max(head) + 1, 1) / $1 AS number FROM notification.log";

  /** Attaches a new table: creating it as a partition would wait for all readers of the log, a backup for example. */
  private static final String CREATE =
      """
      CREATE TABLE notification.events_%1$d (LIKE notification.events INCLUDING CONSTRAINTS);
      ALTER TABLE notification.events ATTACH PARTITION notification.events_%1$d FOR VALUES FROM (%2$d) TO (%3$d)
      """;

  private static final String NEWEST =
      "SELECT logged_at FROM notification.events_%d ORDER BY position DESC LIMIT 1";

  private static final String DROP = "SELECT notification.drop_partition($1) AS dropped";

  private static final String MOVE_OLDEST =
      "UPDATE notification.log SET oldest = GREATEST(oldest, $1)";

  private static final String CLOSE =
      """
      UPDATE notification.log
         SET head = ((head + 1) / $1 + 1) * $1 - 1,
             opened_at = $2
       WHERE opened_at < $3
         AND head >= (head + 1) / $1 * $1
      """;

  private final Database database;
  private final Clock clock;
  private final long size;

  LogPartitions(Database database, Clock clock, long size) {
    this.database = database;
    this.clock = clock;
    this.size = size;
  }

  /** Returns the number of the partition that contains the position. */
  long number(long position) {
    return Math.floorDiv(position, size);
  }

  long firstPosition(long number) {
    return number * size;
  }

  /** Returns the last position of the partition after the one that contains this position. */
  long endOfNext(long position) {
    return firstPosition(number(position) + 2) - 1;
  }

  long size() {
    return size;
  }

  /** Creates the partition of the next position and the one after it, if they are missing. */
  Future<Void> create() {
    return database.transaction(this::create).mapEmpty();
  }

  /** Never fails: an append creates a missing partition, too. */
  Future<Void> createIfAvailable() {
    return create()
        .onFailure(failure ->
            log.debug("partitions of the event log not created: {}", failure.getMessage()))
        .otherwiseEmpty();
  }

  Future<Batch> create(SqlConnection tx) {
    return NotificationLocks.PARTITIONS
        .acquire(tx)
        .compose(locked -> current(tx))
        .compose(current -> list(tx).compose(existing -> {
          var created = Future.succeededFuture(NONE);
          for (var number : List.of(current, current + 1)) {
            if (!existing.contains(number)) {
              created =
                  created.compose(before -> tx.query(create(number)).execute().map(NONE));
            }
          }
          return created;
        }));
  }

  /** Lets the next append start another partition if the current one is open for a day. */
  Future<Batch> close(SqlConnection tx, OffsetDateTime before) {
    return NotificationLocks.APPEND
        .acquire(tx)
        .compose(
            locked -> tx.preparedQuery(CLOSE).execute(Tuple.of(size, utc(clock.instant()), before)))
        .map(NONE);
  }

  /** Drops the oldest partition if all its events are older than this. */
  Future<Batch> drop(SqlConnection tx, OffsetDateTime before) {
    return current(tx).compose(current -> list(tx).compose(numbers -> {
      var oldest = numbers.isEmpty() ? current : numbers.get(0);
      return oldest >= current
          ? Future.succeededFuture(NONE)
          : newest(tx, oldest)
              .compose(newest -> newest.isBefore(before.toInstant())
                  ? drop(tx, oldest)
                  : Future.succeededFuture(NONE));
    }));
  }

  /** Waits for appends, which lock the row of the log before the table. */
  private Future<Batch> drop(SqlConnection tx, long number) {
    return NotificationLocks.APPEND
        .acquire(tx)
        .compose(locked -> tx.preparedQuery(DROP).execute(Tuple.of(number)))
        .compose(rows -> {
          if (!rows.iterator().next().getBoolean("dropped")) {
            log.debug("partition {} of the event log is in use, retrying later", number);
            return Future.succeededFuture(NONE);
          }
          return tx.preparedQuery(MOVE_OLDEST)
              .execute(Tuple.of(firstPosition(number + 1)))
              .map(new Batch(1, true));
        });
  }

  /** Returns the time of the newest event in the partition; the distant past if it is empty. */
  private static Future<Instant> newest(SqlConnection tx, long number) {
    return tx.query(NEWEST.formatted(number))
        .execute()
        .map(rows -> first(rows, row -> instant(row, "logged_at")).orElse(Instant.MIN));
  }

  private Future<Long> current(SqlConnection tx) {
    return tx.preparedQuery(CURRENT)
        .execute(Tuple.of(size))
        .map(rows -> rows.iterator().next().getLong("number"));
  }

  private static Future<List<Long>> list(SqlConnection tx) {
    return tx.query(LIST).execute().map(rows -> all(rows, row -> row.getLong("number")));
  }

  private String create(long number) {
    return CREATE.formatted(number, firstPosition(number), firstPosition(number + 1));
  }
}
