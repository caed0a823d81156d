package dev.verticker.user;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/** What a database gives, as Java says it. */
final class Rows {
  private Rows() {}

  static <T> Optional<T> first(RowSet<Row> rows, Function<Row, T> shape) {
    return rows.size() == 0
        ? Optional.empty()
        : Optional.of(rows.iterator().next()).map(shape);
  }

  static <T> List<T> all(RowSet<Row> rows, Function<Row, T> shape) {
    return StreamSupport.stream(rows.spliterator(), false).map(shape).toList();
  }

  static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }

  static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
