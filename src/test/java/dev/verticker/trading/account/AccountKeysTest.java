package dev.verticker.trading.account;

import static dev.verticker.testing.Await.await;
import static dev.verticker.testing.Await.failureOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.data.ColumnCipher;
import dev.verticker.data.ColumnCipher.DecryptionException;
import dev.verticker.data.Database;
import dev.verticker.exchange.ApiKey;
import dev.verticker.message.Confidential;
import dev.verticker.settings.Secret;
import dev.verticker.settings.SecretsKey;
import dev.verticker.testing.TestDatabase;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccountKeysTest {
  private static final SecretsKey OLD =
      new SecretsKey(new Secret("an old key of 32 bytes or more.."));
  private static final SecretsKey NEW =
      new SecretsKey(new Secret("a new key of 32 bytes or more..."));
  private static final ApiKey KEY =
      new ApiKey(new Confidential("public-part"), new Confidential("secret-part"));

  private final Vertx vertx = Vertx.vertx();
  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = Database.open(vertx, postgres.settings("trading"));

  @AfterEach
  void close() {
    await(database.close());
    await(vertx.close());
  }

  @Test
  void a_key_is_stored_encrypted_and_found_again() {
    var id = account(keys(OLD));

    assertEquals(KEY, await(keys(OLD).find(id)));
    var stored = postgres.value(
        "SELECT encode(api_key, 'hex') || encode(api_secret, 'hex') FROM trading.accounts");
    for (var part : List.of("public-part", "secret-part")) {
      assertFalse(
          stored.contains(HexFormat.of().formatHex(part.getBytes(StandardCharsets.UTF_8))), part);
    }
  }

  @Test
  void an_account_without_keys_is_a_conflict() {
    var id = insert();
    var failure = assertInstanceOf(Failure.Conflict.class, failureOf(keys(OLD).find(id)));
    assertEquals("account-without-keys", failure.code());

    var destroyed = account(keys(OLD));
    postgres.execute("UPDATE trading.accounts SET deleted_at = now() WHERE id = " + destroyed);
    assertInstanceOf(Failure.Conflict.class, failureOf(keys(OLD).find(destroyed)));
  }

  @Test
  void a_key_that_was_copied_from_another_account_cannot_be_used() {
    var ada = account(keys(OLD));
    var grace = account(keys(OLD));
    postgres.execute(
        "UPDATE trading.accounts SET (api_key, api_secret) = (SELECT api_key, api_secret FROM trading.accounts WHERE id = %d) WHERE id = %d"
            .formatted(ada, grace));

    assertInstanceOf(DecryptionException.class, failureOf(keys(OLD).find(grace)));
    assertEquals(KEY, await(keys(OLD).find(ada)));
  }

  @Test
  void a_node_without_the_key_that_encrypted_a_row_does_not_start() {
    account(keys(OLD));

    await(keys(OLD).requireKnownKeys());
    await(keys(NEW, OLD).requireKnownKeys());
    var failure = failureOf(keys(NEW).requireKnownKeys());
    assertTrue(failure.getMessage().contains("SECRETS_KEY_PREVIOUS"), failure.getMessage());
  }

  @Test
  void after_a_rotation_every_row_is_encrypted_with_the_current_key_once() {
    var id = account(keys(OLD));
    account(keys(OLD));
    account(keys(NEW));
    insert();

    assertEquals(2, await(keys(NEW, OLD).reencrypt()));
    assertEquals(0, await(keys(NEW, OLD).reencrypt()));

    await(keys(NEW).requireKnownKeys());
    assertEquals(KEY, await(keys(NEW).find(id)));
  }

  private long account(AccountKeys keys) {
    var id = insert();
    await(database.transaction(tx -> keys.store(tx, id, KEY)));
    return id;
  }

  private long insert() {
    return postgres.number(
        "INSERT INTO trading.accounts (user_id, venue, created_at) VALUES (1, 'testnet', now()) RETURNING id");
  }

  private AccountKeys keys(SecretsKey... secrets) {
    return new AccountKeys(
        database, new ColumnCipher(List.of(secrets), AccountKeys.PURPOSE, AccountKeys.TABLE));
  }
}
