package dev.verticker.trading.account;

import dev.verticker.bus.Failure;
import dev.verticker.data.ColumnCipher;
import dev.verticker.data.Database;
import dev.verticker.data.Rows;
import dev.verticker.exchange.ApiKey;
import dev.verticker.message.Confidential;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/** The API keys of accounts at real venues, encrypted in {@code trading.accounts}. */
public final class AccountKeys {
  /** Purpose for which the encryption key is derived. */
  public static final String PURPOSE = "trading.exchange-keys";

  public static final String TABLE = "trading.accounts";

  private static final String KEY = "api_key";
  private static final String SECRET = "api_secret";

  private static final String FIND =
      """
      SELECT id, api_key, api_secret
        FROM trading.accounts
       WHERE id = $1
         AND deleted_at IS NULL
         AND api_secret IS NOT NULL
      """;

  private static final String PAGE =
      """
      SELECT id, api_key, api_secret
        FROM trading.accounts
       WHERE id > $1
         AND api_secret IS NOT NULL
       ORDER BY id
       LIMIT $2
      """;

  private static final String STORE =
      """
      UPDATE trading.accounts
         SET api_key = $2,
             api_secret = $3
       WHERE id = $1
         AND deleted_at IS NULL
      """;

  private static final String LOCK =
      "SELECT id, api_key, api_secret FROM trading.accounts WHERE id = $1 AND api_secret IS NOT NULL FOR NO KEY UPDATE";

  private static final int PAGE_ROWS = 200;

  private final Database database;
  private final ColumnCipher cipher;

  public AccountKeys(Database database, ColumnCipher cipher) {
    this.database = database;
    this.cipher = cipher;
  }

  /** Fails with {@code account-without-keys} (409) if the account has none. */
  public Future<ApiKey> find(long accountId) {
    return database.query(FIND, Tuple.of(accountId)).map(rows -> Rows.first(rows, this::decrypt)
        .orElseThrow(() -> new Failure.Conflict(
            "account-without-keys",
            "The account has no API key: delete it and create it with a key of its venue.")));
  }

  /** Stores the key of an account that was created in the same transaction. */
  Future<Void> store(SqlConnection tx, long accountId, ApiKey key) {
    return tx.preparedQuery(STORE)
        .execute(Tuple.of(
            accountId,
            Buffer.buffer(cipher.encrypt(accountId, KEY, key.key().value())),
            Buffer.buffer(cipher.encrypt(accountId, SECRET, key.secret().value()))))
        .mapEmpty();
  }

  /** Fails if an API key was encrypted with an unknown key, which would make its account unusable. */
  public Future<Void> requireKnownKeys() {
    return requireKnownKeys(0);
  }

  /** Encrypts with the current key the API keys that another key encrypted; returns the number of accounts. */
  public Future<Integer> reencrypt() {
    return reencrypt(0, 0);
  }

  private Future<Void> requireKnownKeys(long after) {
    return page(after).compose(rows -> {
      for (var row : rows) {
        for (var column : List.of(KEY, SECRET)) {
          if (!cipher.isKnown(row.getBuffer(column).getBytes())) {
            return Future.failedFuture(new IllegalStateException("the key that encrypted "
                + column + " of account " + row.getLong("id")
                + " is unknown: set SECRETS_KEY or SECRETS_KEY_PREVIOUS to it"));
          }
        }
      }
      return rows.size() < PAGE_ROWS
          ? Future.succeededFuture()
          : requireKnownKeys(rows.get(rows.size() - 1).getLong("id"));
    });
  }

  private Future<Integer> reencrypt(long after, int changed) {
    return page(after).compose(rows -> {
      var done = Future.succeededFuture(changed);
      for (var row : rows) {
        done = done.compose(before -> isCurrent(row)
            ? Future.succeededFuture(before)
            : reencrypt(row.getLong("id")).map(before + 1));
      }
      return rows.size() < PAGE_ROWS
          ? done
          : done.compose(count -> reencrypt(rows.get(rows.size() - 1).getLong("id"), count));
    });
  }

  private Future<Void> reencrypt(long accountId) {
    return database.transaction(tx -> tx.preparedQuery(LOCK)
        .execute(Tuple.of(accountId))
        .compose(rows -> rows.size() == 0
            ? Future.succeededFuture()
            : store(tx, accountId, decrypt(rows.iterator().next()))));
  }

  private Future<List<Row>> page(long after) {
    return database.query(PAGE, Tuple.of(after, PAGE_ROWS)).map(rows -> Rows.all(rows, row -> row));
  }

  private boolean isCurrent(Row row) {
    return cipher.isCurrent(row.getBuffer(KEY).getBytes())
        && cipher.isCurrent(row.getBuffer(SECRET).getBytes());
  }

  private ApiKey decrypt(Row row) {
    return new ApiKey(decrypt(row, KEY), decrypt(row, SECRET));
  }

  private Confidential decrypt(Row row, String column) {
    return new Confidential(
        cipher.decrypt(row.getLong("id"), column, row.getBuffer(column).getBytes()));
  }
}
