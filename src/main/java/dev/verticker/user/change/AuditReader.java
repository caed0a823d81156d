package dev.verticker.user.change;

import dev.verticker.data.Database;
import dev.verticker.message.Users.AuditEntry;
import dev.verticker.message.Users.AuditPage;
import dev.verticker.message.Users.FindAudit;
import dev.verticker.user.UserRules;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;

/** Reads the trail of one user, newest first. */
public final class AuditReader {
  private static final String READ =
      """
      SELECT audit.id, audit.at, audit.action, audit.user_id, audit.actor_id, actor.username AS actor_username,
             audit.session, audit.address, audit.request_id, audit.details
        FROM account.audit
        LEFT JOIN account.users AS actor ON actor.id = audit.actor_id
       WHERE audit.user_id = $1
         AND audit.id < $2
       ORDER BY audit.id DESC
       LIMIT $3
      """;

  private final Database database;

  public AuditReader(Database database) {
    this.database = database;
  }

  public Future<AuditPage> read(FindAudit find) {
    UserRules.checkLimit(find.limit());
    var before = find.before() == null ? Long.MAX_VALUE : find.before();
    return database
        .query(READ, Tuple.of(find.userId(), before, find.limit() + 1))
        .map(rows -> {
          var entries = new ArrayList<AuditEntry>();
          rows.forEach(row -> entries.add(entry(row)));
          if (entries.size() <= find.limit()) {
            return new AuditPage(entries, null);
          }
          var page = entries.subList(0, find.limit());
          return new AuditPage(page, page.get(find.limit() - 1).id());
        });
  }

  private static AuditEntry entry(Row row) {
    var details = row.get(JsonObject.class, "details");
    return new AuditEntry(
        row.getLong("id"),
        row.getOffsetDateTime("at").toInstant(),
        row.getString("action"),
        row.getLong("user_id"),
        row.getLong("actor_id"),
        row.getString("actor_username"),
        row.getString("session"),
        row.getString("address"),
        row.getString("request_id"),
        details == null ? null : details.encode());
  }
}
