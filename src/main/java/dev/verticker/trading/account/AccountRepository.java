package dev.verticker.trading.account;

import dev.verticker.bus.Failure;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.message.trading.TradingAccounts.HaltReason;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.settings.TradingSettings.PaperBalance;
import dev.verticker.trading.portfolio.Ledger;
import dev.verticker.trading.portfolio.Ledger.Entry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The rows of {@code trading.accounts}. */
public final class AccountRepository {
  /** Max number of accounts of a user. */
  static final int MAX_ACCOUNTS = 20;

  /** Max number of accounts at real venues that this installation compares with them. */
  private static final int MAX_REAL_ACCOUNTS = 2000;

  private static final String COLUMNS =
      """
      a.id, a.user_id, a.venue, a.label, a.key_prefix, a.max_open_orders, a.max_order_notional, a.max_daily_notional,
             a.max_price_distance, a.symbols, a.created_at,
             (SELECT reason FROM trading.halts AS h WHERE h.user_id = a.user_id OR h.user_id IS NULL
               ORDER BY h.user_id NULLS FIRST, reason DESC LIMIT 1) AS halted
      """;

  private static final String FIND =
      """
      SELECT %s
        FROM trading.accounts AS a
       WHERE a.id = $1
         AND a.user_id = $2
         AND a.deleted_at IS NULL
      """
          .formatted(COLUMNS);

  private static final String FIND_PAPER =
      """
      SELECT %s
        FROM trading.accounts AS a
       WHERE a.user_id = $1
         AND a.venue = 'paper'
      """
          .formatted(COLUMNS);

  private static final String LIST =
      """
      SELECT %s
        FROM trading.accounts AS a
       WHERE a.user_id = $1
         AND a.deleted_at IS NULL
       ORDER BY a.venue <> 'paper', a.id
       LIMIT %d
      """
          .formatted(COLUMNS, MAX_ACCOUNTS);

  private static final String LIST_REAL =
      """
      SELECT %s
        FROM trading.accounts AS a
       WHERE a.venue <> 'paper'
         AND a.deleted_at IS NULL
         AND a.api_secret IS NOT NULL
       ORDER BY a.id
       LIMIT %d
      """
          .formatted(COLUMNS, MAX_REAL_ACCOUNTS);

  private static final String CREATE_PAPER =
      """
      INSERT INTO trading.accounts (user_id, venue, created_at)
      VALUES ($1, 'paper', $2)
          ON CONFLICT DO NOTHING
      RETURNING id
      """;

  /** A halt of all users waits for transactions that hold the advisory lock, a halt of one user for those that lock the row. */
  private static final String LOCK =
      """
      SELECT id, pg_catalog.pg_advisory_xact_lock_shared($2::int, $3::int)::text
        FROM trading.accounts
       WHERE id = $1
         FOR NO KEY UPDATE
      """;

  private static final String CHANGE_LIMITS =
      """
      UPDATE trading.accounts
         SET max_open_orders = $2,
             max_order_notional = $3::numeric,
             max_daily_notional = $4::numeric,
             max_price_distance = $5::numeric,
             symbols = $6
       WHERE id = $1
      """;

  private final Database database;
  private final Ledger ledger;
  private final PaperBalance initial;
  private final Clock clock;

  /** @param initial what a paper account begins with */
  public AccountRepository(Database database, Ledger ledger, PaperBalance initial, Clock clock) {
    this.database = database;
    this.ledger = ledger;
    this.initial = initial;
    this.clock = clock;
  }

  /**
   * Returns the account; fails with {@code account-not-found} for one of another user.
   *
   * @param id null = the user's paper account, which is created on first use
   */
  public Future<VenueAccount> find(long userId, Long id) {
    return id == null
        ? paper(userId)
        : database
            .query(FIND, Tuple.of(id, userId))
            .map(rows -> Rows.first(rows, AccountRepository::account)
                .orElseThrow(AccountRepository::notFound));
  }

  /** The accounts of a user, the paper account first. */
  Future<List<VenueAccount>> list(long userId) {
    return database
        .query(LIST, Tuple.of(userId))
        .map(rows -> Rows.all(rows, AccountRepository::account));
  }

  /** The accounts of all users that have a key of a real venue. */
  public Future<List<VenueAccount>> listReal() {
    return database
        .query(LIST_REAL, Tuple.tuple())
        .map(rows -> Rows.all(rows, AccountRepository::account));
  }

  /** Locks the row, which every transaction does before it locks an order or a wallet of the account. */
  public Future<Void> lock(SqlConnection tx, long accountId) {
    return tx.preparedQuery(LOCK)
        .execute(Tuple.of(accountId, TradingLocks.LOCK_CLASS, TradingLocks.PLACEMENT))
        .mapEmpty();
  }

  Future<Void> changeLimits(SqlConnection tx, long accountId, Limits limits) {
    return tx.preparedQuery(CHANGE_LIMITS)
        .execute(Tuple.of(
            accountId,
            limits.maxOpenOrders(),
            limits.maxOrderNotional(),
            limits.maxDailyNotional(),
            limits.maxPriceDistance(),
            limits.symbols() == null ? null : limits.symbols().toArray(String[]::new)))
        .mapEmpty();
  }

  /** Books what a paper account begins with. */
  public Future<List<Ledger.Balance>> fund(SqlConnection tx, long accountId) {
    return ledger.book(
        tx,
        accountId,
        true,
        List.of(Entry.fund(initial.asset(), initial.amount())),
        clock.instant());
  }

  static Failure.NotFound notFound() {
    return new Failure.NotFound(
        "account-not-found", "You have no such trading account: list yours with GET /trading/accounts.");
  }

  private Future<VenueAccount> paper(long userId) {
    return findPaper(userId).compose(found -> found.isPresent()
        ? Future.succeededFuture(found.get())
        : createPaper(userId).compose(created -> findPaper(userId)).map(Optional::orElseThrow));
  }

  private Future<Optional<VenueAccount>> findPaper(long userId) {
    return database
        .query(FIND_PAPER, Tuple.of(userId))
        .map(rows -> Rows.first(rows, AccountRepository::account));
  }

  private Future<Void> createPaper(long userId) {
    return database
        .transaction(tx -> tx.preparedQuery(CREATE_PAPER)
            .execute(Tuple.of(userId, Rows.utc(clock.instant())))
            .compose(rows -> rows.size() == 0
                ? Future.succeededFuture(List.<Ledger.Balance>of())
                : fund(tx, rows.iterator().next().getLong("id"))))
        .mapEmpty();
  }

  /** Maps a row of {@link #COLUMNS}. */
  private static VenueAccount account(Row row) {
    var halted = row.getString("halted");
    return new VenueAccount(
        row.getLong("id"),
        row.getLong("user_id"),
        row.getString("venue"),
        row.getString("label"),
        row.getString("key_prefix"),
        limits(row),
        halted == null ? null : HaltReason.valueOf(halted.toUpperCase(Locale.ROOT)),
        Rows.instant(row, "created_at"));
  }

  /** Maps the limits of a row of {@code trading.accounts}. */
  public static Limits limits(Row row) {
    var symbols = row.getArrayOfStrings("symbols");
    return new Limits(
        row.getInteger("max_open_orders"),
        row.getBigDecimal("max_order_notional"),
        row.getBigDecimal("max_daily_notional"),
        row.getBigDecimal("max_price_distance"),
        symbols == null ? null : List.of(symbols));
  }
}
