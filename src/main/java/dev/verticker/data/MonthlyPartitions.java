package dev.verticker.data;

import static dev.verticker.data.Rows.all;

import dev.verticker.data.Housekeeping.Batch;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions of a table that is partitioned by range of a time, one for each month of UTC, named {@code <table>_yyyy_mm}.
 * There is no default partition: a row without a partition fails, see {@link #isMissing}. Neither creating nor dropping a
 * partition waits for readers and writers of the table.
 */
public final class MonthlyPartitions {
  private static final Logger log = LoggerFactory.getLogger(MonthlyPartitions.class);
  private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("uuuu_MM");
  private static final int MONTHS_AHEAD = 3;
  private static final Batch NONE = new Batch(0, false);

  private static final String LOCK_TIMEOUT =
      "SELECT pg_catalog.set_config('lock_timeout', '1s', true)";

  private static final String LIST =
      """
      SELECT pg_catalog.right(relname, 7) AS month,
             inhrelid IS NOT NULL AS attached,
             coalesce(inhdetachpending, false) AS detaching
        FROM pg_catalog.pg_class
        LEFT JOIN pg_catalog.pg_inherits ON inhrelid = pg_class.oid
       WHERE relnamespace = $1::text::pg_catalog.regnamespace
         AND relkind = 'r'
         AND relname ~ ('^' || $2 || '_[0-9]{4}_[0-9]{2}$')
       ORDER BY month
      """;

  /** Attaches a new table: creating it as a partition would wait for all readers, a backup for example. */
  private static final String CREATE =
      """
      CREATE TABLE %1$s_%2$s (LIKE %1$s INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
      ALTER TABLE %1$s ATTACH PARTITION %1$s_%2$s FOR VALUES FROM ('%3$s-01T00:00:00Z') TO ('%4$s-01T00:00:00Z')
      """;

  private static final String DETACH = "ALTER TABLE %1$s DETACH PARTITION %1$s_%2$s CONCURRENTLY";
  private static final String FINALIZE = "ALTER TABLE %1$s DETACH PARTITION %1$s_%2$s FINALIZE";
  private static final String DROP = "DROP TABLE %1$s_%2$s";

  private final Database database;
  private final AdvisoryLock lock;
  private final String table;
  private final int monthsBehind;
  private final Clock clock;

  private record Partition(YearMonth month, boolean attached, boolean detaching) {}

  /**
   * @param lock the housekeeping lock of the schema
   * @param table with its schema
   * @param monthsBehind number of past months for which partitions are created
   */
  public MonthlyPartitions(
      Database database, AdvisoryLock lock, String table, int monthsBehind, Clock clock) {
    this.database = database;
    this.lock = lock;
    this.table = table;
    this.monthsBehind = monthsBehind;
    this.clock = clock;
  }

  /** Returns whether a statement failed because a row has no partition: an outage, not an invalid row. */
  public static boolean isMissing(Throwable failure) {
    return failure instanceof PgException rejection
        && "23514".equals(rejection.getSqlState())
        && rejection.getConstraint() == null;
  }

  /** Creates the missing partitions of past months, this one and the next three. */
  public Future<Void> create() {
    return database
        .transaction(tx ->
            lock.acquire(tx).compose(locked -> list(tx)).compose(existing -> create(tx, existing)))
        .mapEmpty();
  }

  /** Adds the creation of partitions, and the removal of those whose rows are all older than the retention. */
  public Housekeeping addTo(Housekeeping housekeeping, String name, Duration retention) {
    return housekeeping.run(name, () -> maintain(retention));
  }

  /** Leaves the work to another node if that node holds the lock. */
  private Future<Batch> maintain(Duration retention) {
    return database
        .transaction(tx -> lock.tryAcquire(tx)
            .compose(acquired -> acquired
                ? list(tx)
                    .compose(existing -> create(tx, existing).map(expired(existing, retention)))
                : Future.succeededFuture(List.<Partition>of())))
        // Outside of the transaction, in which nothing can be detached concurrently.
        .compose(this::drop);
  }

  private Future<Void> create(SqlConnection tx, List<Partition> existing) {
    var current = month(clock.instant());
    var months = existing.stream().map(Partition::month).toList();
    var created = tx.query(LOCK_TIMEOUT).execute().<Void>mapEmpty();
    for (var month : LongStream.rangeClosed(-monthsBehind, MONTHS_AHEAD)
        .mapToObj(current::plusMonths)
        .filter(month -> !months.contains(month))
        .toList()) {
      created = created.compose(before -> tx.query(
              CREATE.formatted(table, SUFFIX.format(month), month, month.plusMonths(1)))
          .execute()
          .mapEmpty());
    }
    return created;
  }

  private List<Partition> expired(List<Partition> existing, Duration retention) {
    var oldest = month(clock.instant().minus(retention));
    return existing.stream()
        .filter(partition -> partition.month().isBefore(oldest))
        .toList();
  }

  private static YearMonth month(Instant time) {
    return YearMonth.from(time.atOffset(ZoneOffset.UTC));
  }

  private Future<Batch> drop(List<Partition> expired) {
    var done = Future.succeededFuture(NONE);
    for (var partition : expired) {
      done = done.compose(before -> drop(partition).map(new Batch(before.rows() + 1, false)));
    }
    return done;
  }

  private Future<Void> drop(Partition partition) {
    var month = SUFFIX.format(partition.month());
    var detached = partition.attached()
        ? database.query(
            (partition.detaching() ? FINALIZE : DETACH).formatted(table, month), Tuple.tuple())
        : Future.succeededFuture();
    return detached
        .compose(done -> database.query(DROP.formatted(table, month), Tuple.tuple()))
        .onSuccess(dropped -> log.info("partition {} of {} dropped", month, table))
        .mapEmpty();
  }

  private Future<List<Partition>> list(SqlConnection tx) {
    var name = table.split("\\.");
    return tx.preparedQuery(LIST)
        .execute(Tuple.of(name[0], name[1]))
        .map(rows -> all(rows, MonthlyPartitions::partition));
  }

  private static Partition partition(Row row) {
    return new Partition(
        YearMonth.parse(row.getString("month"), SUFFIX),
        row.getBoolean("attached"),
        row.getBoolean("detaching"));
  }
}
