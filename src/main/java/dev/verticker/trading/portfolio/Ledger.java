package dev.verticker.trading.portfolio;

import dev.verticker.data.Rows;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Books amounts in the wallets of an account, by double entry: each entry moves an amount from one book of a wallet to another.
 * The caller holds the lock of the account's row, and its transaction contains the order or the trade that causes the entry.
 */
public final class Ledger {
  private static final String COVERED = "wallets_covered";

  /**
   * Creates missing wallets and inserts the entries by asset, which is the order in which transactions lock wallets. The trigger
   * of the table updates the wallets.
   */
  private static final String BOOK =
      """
      WITH entry AS (
        SELECT *
          FROM unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[])
               WITH ORDINALITY AS given (asset, kind, debit, credit, amount, order_id, trade_id, n)
      ), created AS (
        INSERT INTO trading.wallets (account_id, asset, complete, updated_at)
        SELECT DISTINCT $1::bigint, asset, $2::boolean, $3::timestamptz
          FROM entry
         WHERE NOT EXISTS (SELECT FROM trading.wallets AS w WHERE w.account_id = $1 AND w.asset = entry.asset)
        RETURNING id, asset
      ), wallet AS (
        SELECT id, asset FROM created
         UNION ALL
        SELECT id, asset FROM trading.wallets WHERE account_id = $1 AND asset = ANY ($4)
      ), booked AS (
        INSERT INTO trading.ledger_entries (wallet_id, kind, debit, credit, amount, order_id, trade_id, at)
        SELECT wallet.id, kind, debit, credit, amount::numeric, order_id, trade_id, $3
          FROM entry
          JOIN wallet USING (asset)
         ORDER BY asset, n
        RETURNING wallet_id, seq, available_after, locked_after, at
      )
      SELECT DISTINCT ON (asset) asset, available_after AS available, locked_after AS locked, at AS updated_at
        FROM booked
        JOIN wallet ON wallet.id = wallet_id
       ORDER BY asset, seq DESC
      """;

  private static final String ALL_BALANCES =
      """
      SELECT asset, available, locked, updated_at
        FROM trading.wallets
       WHERE account_id = $1
       ORDER BY asset
      """;

  /** The books of a wallet. */
  private enum Book {
    AVAILABLE,
    LOCKED,
    TRADED,
    FEES,
    FUNDED
  }

  /**
   * A movement in one wallet.
   *
   * @param amount positive
   * @param orderId null unless the entry locks or unlocks
   * @param tradeId null unless a trade causes the entry
   */
  public record Entry(
      String asset,
      String kind,
      String debit,
      String credit,
      BigDecimal amount,
      Long orderId,
      Long tradeId) {
    public static Entry fund(String asset, BigDecimal amount) {
      return of(asset, "fund", Book.FUNDED, Book.AVAILABLE, amount, null, null);
    }

    public static Entry reset(String asset, BigDecimal amount) {
      return of(asset, "reset", Book.AVAILABLE, Book.FUNDED, amount, null, null);
    }

    public static Entry lock(String asset, BigDecimal amount, long orderId) {
      return of(asset, "lock", Book.AVAILABLE, Book.LOCKED, amount, orderId, null);
    }

    public static Entry unlock(String asset, BigDecimal amount, long orderId) {
      return of(asset, "unlock", Book.LOCKED, Book.AVAILABLE, amount, orderId, null);
    }

    /** Pays for a trade with an amount that its order locked. */
    public static Entry payLocked(String asset, BigDecimal amount, long tradeId) {
      return of(asset, "trade", Book.LOCKED, Book.TRADED, amount, null, tradeId);
    }

    public static Entry pay(String asset, BigDecimal amount, long tradeId) {
      return of(asset, "trade", Book.AVAILABLE, Book.TRADED, amount, null, tradeId);
    }

    public static Entry receive(String asset, BigDecimal amount, long tradeId) {
      return of(asset, "trade", Book.TRADED, Book.AVAILABLE, amount, null, tradeId);
    }

    /** @param fee negative for a rebate */
    public static Entry fee(String asset, BigDecimal fee, long tradeId) {
      return fee.signum() < 0
          ? of(asset, "fee", Book.FEES, Book.AVAILABLE, fee.negate(), null, tradeId)
          : of(asset, "fee", Book.AVAILABLE, Book.FEES, fee, null, tradeId);
    }

    private static Entry of(
        String asset,
        String kind,
        Book debit,
        Book credit,
        BigDecimal amount,
        Long orderId,
        Long tradeId) {
      return new Entry(asset, kind, name(debit), name(credit), amount, orderId, tradeId);
    }

    private static String name(Book book) {
      return book.name().toLowerCase(Locale.ROOT);
    }
  }

  /** @param asOf time of the last entry */
  public record Balance(String asset, BigDecimal available, BigDecimal locked, Instant asOf) {}

  /** Returns whether a booking failed because a balance is insufficient; its transaction must roll back. */
  public static boolean isInsufficient(Throwable failure) {
    return failure instanceof PgException refusal && COVERED.equals(refusal.getConstraint());
  }

  /**
   * Books the entries in their order, those of 0 excepted, and returns the balances of their assets. Fails if the balance of a
   * complete wallet is insufficient, see {@link #isInsufficient}.
   *
   * @param complete whether the balance of the account is known from its start: false at a real venue
   */
  public Future<List<Balance>> book(
      SqlConnection tx, long accountId, boolean complete, List<Entry> entries, Instant at) {
    var booked = entries.stream().filter(entry -> entry.amount().signum() != 0).toList();
    if (booked.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    var assets = booked.stream().map(Entry::asset).toArray(String[]::new);
    var parameters = Tuple.of(accountId, complete, Rows.utc(at), assets)
        .addValue(booked.stream().map(Entry::kind).toArray(String[]::new))
        .addValue(booked.stream().map(Entry::debit).toArray(String[]::new))
        .addValue(booked.stream().map(Entry::credit).toArray(String[]::new))
        .addValue(
            booked.stream().map(entry -> entry.amount().toPlainString()).toArray(String[]::new))
        .addValue(booked.stream().map(Entry::orderId).toArray(Long[]::new))
        .addValue(booked.stream().map(Entry::tradeId).toArray(Long[]::new));
    return tx.preparedQuery(BOOK).execute(parameters).map(rows -> Rows.all(rows, Ledger::balance));
  }

  /** The balances of an account by asset; empty before its first entry. */
  public Future<List<Balance>> balances(SqlConnection tx, long accountId) {
    return tx.preparedQuery(ALL_BALANCES)
        .execute(Tuple.of(accountId))
        .map(rows -> Rows.all(rows, Ledger::balance));
  }

  private static Balance balance(Row row) {
    return new Balance(
        row.getString("asset"),
        row.getBigDecimal("available"),
        row.getBigDecimal("locked"),
        Rows.instant(row, "updated_at"));
  }
}
