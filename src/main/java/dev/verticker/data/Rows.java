package dev.verticker.data;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** Maps rows to records and times to UTC. */
public final class Rows {
  private Rows() {}

  public static <T> List<T> all(RowSet<Row> rows, Function<Row, T> mapping) {
    return StreamSupport.stream(rows.spliterator(), false).map(mapping).toList();
  }

  public static <T> Optional<T> first(RowSet<Row> rows, Function<Row, T> mapping) {
    var rest = rows.iterator();
    return rest.hasNext() ? Optional.of(mapping.apply(rest.next())) : Optional.empty();
  }

  /**
   * Returns a page of rows that were read with a limit of one more than the page size.
   *
   * @param cursor the cursor of the next page, from the last row of this one
   * @param page receives a null cursor for the last page
   */
  public static <T, C, P> P page(
      List<T> found, int limit, Function<T, C> cursor, BiFunction<List<T>, C, P> page) {
    return found.size() <= limit
        ? page.apply(found, null)
        : page.apply(found.subList(0, limit), cursor.apply(found.get(limit - 1)));
  }

  /** Returns the time in the column, or null. */
  public static Instant instant(Row row, String column) {
    var time = row.getOffsetDateTime(column);
    return time == null ? null : time.toInstant();
  }

  /** Converts the time to a {@code timestamptz} parameter; null remains null. */
  public static OffsetDateTime utc(Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
  }
}
