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

  /** Characters of an API key that are stored as plain text, for recognition. */
  private static final int KEY_PREFIX = 6;

  /** Max number of accounts that the leader compares with real venues. */
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

  /** The number of accounts is checked while the paper account of the user is locked. */
  private static final String INSERT =
      """
      INSERT INTO trading.accounts (user_id, venue, label, key_prefix, created_at)
      SELECT $1::bigint, $2, $3, $4, $5
       WHERE (SELECT count(*) FROM trading.accounts AS a WHERE a.user_id = $1 AND a.deleted_at IS NULL) < $6
      RETURNING id
      """;

  private static final String HAS_OPEN_ORDERS =
      """
      SELECT EXISTS (
        SELECT FROM trading.orders AS o
         WHERE o.account_id = $1
           AND o.status IN ('pending', 'open', 'partially_filled', 'unknown')) AS open
      """;

  private static final String DELETE =
      """
      UPDATE trading.accounts
         SET deleted_at = $2,
             label = NULL,
             key_prefix = NULL,
             api_key = NULL,
             api_secret = NULL
       WHERE id = $1
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

  /** @param initial balance of a new paper account */
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
        : database.query(FIND, Tuple.of(id, userId)).map(rows -> Rows.first(
                rows, AccountRepository::account)
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
        .execute(Tuple.of(accountId, TradingLocks.LOCK_CLASS, TradingLocks.PLACEMENT_KEY))
        .mapEmpty();
  }

  /** Creates an account at a real venue; the caller has locked the paper account of the user. */
  Future<Long> insert(SqlConnection tx, long userId, String venue, String label, String key) {
    return tx.preparedQuery(INSERT)
        .execute(Tuple.of(
                userId, venue, label, key.substring(0, Math.min(KEY_PREFIX, key.length() / 2 + 1)))
            .addValue(Rows.utc(clock.instant()))
            .addValue(MAX_ACCOUNTS))
        .map(rows -> Rows.first(rows, row -> row.getLong("id"))
            .orElseThrow(() -> new Failure.Conflict(
                "too-many-accounts",
                "You have " + MAX_ACCOUNTS + " trading accounts: delete one first.")));
  }

  /** Returns whether the account has open orders; the caller has locked the row. */
  public Future<Boolean> hasOpenOrders(SqlConnection tx, long accountId) {
    return tx.preparedQuery(HAS_OPEN_ORDERS)
        .execute(Tuple.of(accountId))
        .map(rows -> rows.iterator().next().getBoolean("open"));
  }

  Future<Void> delete(SqlConnection tx, long accountId) {
    return tx.preparedQuery(DELETE)
        .execute(Tuple.of(accountId, Rows.utc(clock.instant())))
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

  /** Books the initial balance of a paper account. */
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
        "account-not-found",
        "You have no such trading account: list yours with GET /trading/accounts.");
  }

  private Future<VenueAccount> paper(long userId) {
    return findPaper(userId)
        .compose(found -> found.isPresent()
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
