package dev.verticker.trading.account;

import static dev.verticker.trading.order.TradingDesk.limit;
import static dev.verticker.trading.order.TradingDesk.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.verticker.bus.Failure;
import dev.verticker.data.ColumnCipher;
import dev.verticker.message.Confidential;
import dev.verticker.message.trading.Orders.Place;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.TradingAccounts.Account;
import dev.verticker.message.trading.TradingAccounts.ChangeLimits;
import dev.verticker.message.trading.TradingAccounts.Create;
import dev.verticker.message.trading.TradingAccounts.Delete;
import dev.verticker.message.trading.TradingAccounts.FindLimits;
import dev.verticker.message.trading.TradingAccounts.Limits;
import dev.verticker.message.trading.TradingAccounts.ListAccounts;
import dev.verticker.settings.Secret;
import dev.verticker.settings.SecretsKey;
import dev.verticker.trading.order.TradingDesk;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountServiceTest {
  private static final long ADA = 7;
  private static final long GRACE = 8;

  private TradingDesk desk;
  private AccountService service;
  private volatile Future<Void> answer = Future.succeededFuture();

  @BeforeEach
  void open() {
    desk = new TradingDesk();
    var cipher = new ColumnCipher(
        List.of(new SecretsKey(new Secret("a key of at least thirty-two bytes, for tests"))),
        AccountKeys.PURPOSE,
        AccountKeys.TABLE);
    var keys = Optional.of(new AccountKeys(desk.database, cipher));
    service = new AccountService(
        desk.database, desk.accounts, keys, List.of("paper", "testnet"), (venue, key) -> answer);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void a_user_has_a_paper_account_and_adds_one_at_a_venue_whose_key_is_stored_encrypted() {
    var added = create(ADA, "testnet", "an-api-key");

    assertEquals("an-api", added.keyPrefix());
    var list = desk.await(() -> service.list(new ListAccounts(ADA)));
    assertEquals(
        List.of("paper", "testnet"),
        list.accounts().stream().map(Account::venue).toList());
    assertEquals(List.of("paper", "testnet"), list.venues());
    var row = desk.postgres.value(
        "SELECT encode(api_key || api_secret, 'escape') FROM trading.accounts WHERE id = "
            + added.id());
    assertEquals(-1, row.indexOf("an-api-key"));
    assertEquals(-1, row.indexOf("a-secret"));
  }

  @Test
  void a_key_that_the_venue_does_not_permit_and_one_of_another_venue_are_not_stored() {
    answer = Future.failedFuture(new Failure.Invalid("key-may-withdraw", "x"));
    assertEquals("key-may-withdraw", refused("testnet"));
    assertEquals("venue-not-enabled", refused("binance"));
    assertEquals("venue-not-enabled", refused("paper"));

    assertEquals(
        0, desk.postgres.number("SELECT count(*) FROM trading.accounts WHERE venue <> 'paper'"));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
      '',    a-secret, /key
      'ké',  a-secret, /key
      a-key, '',       /secret
      """)
  void a_key_that_no_venue_issues_is_rejected(String key, String secret, String pointer) {
    var failure = desk.failure(() -> service.create(
        new Create(user(ADA), "testnet", null, new Confidential(key), new Confidential(secret))));

    assertEquals(
        pointer,
        assertInstanceOf(Failure.Invalid.class, failure).errors().get(0).pointer());
  }

  @Test
  void a_deleted_account_has_no_keys_and_one_with_open_orders_stays() {
    var account = create(ADA, "testnet", "an-api-key");
    desk.await(() -> desk.placements.place(
        new Place(user(ADA), account.id(), null, limit(Side.BUY, "1", "100"))));
    assertEquals("account-has-open-orders", conflict(ADA, account.id()));

    desk.postgres.execute("UPDATE trading.orders SET status = 'canceled'");
    desk.await(() -> service.delete(new Delete(user(ADA), account.id())));

    assertEquals(
        "1",
        desk.postgres.value(
            "SELECT count(*) FROM trading.accounts WHERE deleted_at IS NOT NULL AND api_key IS NULL AND api_secret IS NULL"));
    assertEquals(
        1, desk.await(() -> service.list(new ListAccounts(ADA))).accounts().size());
  }

  @Test
  void a_user_cannot_delete_an_account_of_another_user_or_the_paper_account() {
    var account = create(ADA, "testnet", "an-api-key");
    var paper = desk.await(() -> desk.accounts.find(ADA, null)).id();

    assertEquals("paper-account", conflict(ADA, paper));
    var failure = desk.failure(() -> service.delete(new Delete(user(GRACE), account.id())));
    assertEquals(
        "account-not-found", assertInstanceOf(Failure.NotFound.class, failure).code());
  }

  @Test
  void limits_are_stored_exactly_and_only_for_the_own_account() {
    var limits = new Limits(
        3,
        new BigDecimal("1000.000000000000000001"),
        null,
        new BigDecimal("0.05"),
        List.of("BTCUSDT"));
    desk.await(() -> service.changeLimits(new ChangeLimits(user(ADA), null, limits)));

    assertEquals(limits, desk.await(() -> service.limits(new FindLimits(ADA, null))));
    assertEquals(Limits.NONE, desk.await(() -> service.limits(new FindLimits(GRACE, null))));
    desk.await(() -> service.changeLimits(new ChangeLimits(user(ADA), null, Limits.NONE)));
    assertEquals(Limits.NONE, desk.await(() -> service.limits(new FindLimits(ADA, null))));
  }

  @Test
  void the_number_of_accounts_of_a_user_is_limited() {
    for (var i = 0; i < 19; i++) {
      create(ADA, "testnet", "an-api-key");
    }
    assertEquals("too-many-accounts", refused("testnet"));
    create(GRACE, "testnet", "an-api-key");
  }

  private Account create(long user, String venue, String key) {
    return desk.await(() -> service.create(request(user, venue, key)));
  }

  private static Create request(long user, String venue, String key) {
    return new Create(
        user(user), venue, "my bot", new Confidential(key), new Confidential("a-secret"));
  }

  private String refused(String venue) {
    var failure = desk.failure(() -> service.create(request(ADA, venue, "an-api-key")));
    return assertInstanceOf(Failure.class, failure, failure::toString).code();
  }

  private String conflict(long user, long account) {
    var failure = desk.failure(() -> service.delete(new Delete(user(user), account)));
    return assertInstanceOf(Failure.Conflict.class, failure, failure::toString).code();
  }
}
