package dev.verticker.trading.account;

import dev.verticker.data.Rows;
import dev.verticker.message.Actor;
import dev.verticker.message.Notifications.Audience;
import dev.verticker.message.Notifications.OutboxEntry;
import dev.verticker.message.Notifications.Recipient;
import dev.verticker.message.Timestamps;
import dev.verticker.message.trading.OrderJson;
import dev.verticker.message.trading.Orders;
import dev.verticker.message.trading.Orders.Fill;
import dev.verticker.message.trading.Orders.Order;
import dev.verticker.trading.portfolio.Ledger.Balance;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of {@code trading.outbox}: events for the topic of one user. An event is inserted by the transaction that makes the
 * change. Housekeeping deletes events that no notification verticle received within a week, which bounds the table.
 */
public final class TradingOutbox {
  private static final String INSERT =
      """
      INSERT INTO trading.outbox (at, event, user_id, payload)
      SELECT $1, payload ->> 'event', $2, payload
        FROM unnest($3::jsonb[]) WITH ORDINALITY AS given (payload, n)
       ORDER BY n
      """;

  private final Clock clock;
  private final Runnable onCommit;

  /** @param onCommit called after each commit that inserted events */
  public TradingOutbox(Clock clock, Runnable onCommit) {
    this.clock = clock;
    this.onCommit = onCommit;
  }

  public static OutboxEntry entry(Row row) {
    var payload = row.get(JsonObject.class, "payload");
    var by = payload.getJsonObject("by");
    var userId = row.getLong("user_id");
    return new OutboxEntry(
        row.getLong("id"),
        Rows.instant(row, "at"),
        row.getString("event"),
        userId,
        by == null ? null : by.getLong("id"),
        false,
        List.of(new Recipient(Orders.topic(userId), Audience.user(userId))),
        payload.encode());
  }

  /** The changes of an account in one transaction: the order (null if none did), new trades and balances. */
  public record Changes(Order order, List<Fill> trades, List<Balance> balances) {
    public Changes {
      trades = List.copyOf(trades);
      balances = List.copyOf(balances);
    }
  }

  /**
   * Writes an event for each change; this must be the last statement of the transaction.
   *
   * @param actor {@link Actor#system} for changes by the venue
   */
  public Future<Void> write(
      SqlConnection tx, Actor actor, long userId, long accountId, Changes changes) {
    var payloads = new ArrayList<JsonObject>();
    changes
        .trades()
        .forEach(
            trade -> payloads.add(event("trade", actor, userId).put("trade", OrderJson.of(trade))));
    if (changes.order() != null) {
      payloads.add(
          event("order_updated", actor, userId).put("order", OrderJson.of(changes.order())));
    }
    changes
        .balances()
        .forEach(balance -> payloads.add(
            event("balance_updated", actor, userId).put("balance", balance(accountId, balance))));
    if (payloads.isEmpty()) {
      return Future.succeededFuture();
    }
    tx.transaction().completion().onSuccess(done -> onCommit.run());
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(Rows.utc(clock.instant()), userId, payloads.toArray(Object[]::new)))
        .mapEmpty();
  }

  private static JsonObject event(String name, Actor actor, long userId) {
    var by = actor.id() == null
        ? null
        : new JsonObject().put("id", actor.id()).put("username", actor.username());
    return new JsonObject().put("event", name).put("user_id", userId).put("by", by);
  }

  private static JsonObject balance(long accountId, Balance balance) {
    return new JsonObject()
        .put("account_id", accountId)
        .put("asset", balance.asset())
        .put("available", OrderJson.decimal(balance.available()))
        .put("locked", OrderJson.decimal(balance.locked()))
        .put("as_of", Timestamps.write(balance.asOf()));
  }
}
