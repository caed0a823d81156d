package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Users.Search;
import dev.verticker.message.Users.User;
import dev.verticker.settings.SettingsException;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.settings.UserSettings;
import dev.verticker.user.password.HashingClient;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstAdministratorTest {
  private static final String GOOD = "a long enough password";
  private static Accounts accounts;
  private static Accounts otherNode;

  @BeforeAll
  static void open() {
    accounts = new Accounts();
    otherNode = new Accounts(accounts.postgres);
  }

  @AfterAll
  static void close() {
    otherNode.close();
    accounts.close();
  }

  @BeforeEach
  void delete_all_users() {
    accounts.execute("TRUNCATE account.users, account.audit, account.outbox CASCADE");
    accounts.events();
    accounts.auditEntries();
    accounts.access.revoked();
  }

  @Test
  void two_nodes_that_start_concurrently_create_one_administrator_and_one_event() {
    var production = settings(Map.of("ADMIN_USERNAME", "chief", "ADMIN_PASSWORD", GOOD));
    var starts = List.of(
        accounts.start(() -> of(accounts, production).ensure()),
        otherNode.start(() -> of(otherNode, production).ensure()));
    Future.all(starts).await();

    var chief = only();
    assertEquals("chief", chief.username());
    assertEquals(List.of("admin", "user"), chief.roles());
    assertEquals(
        List.of("user_created"),
        accounts.events().stream().map(event -> event.getString("event")).toList());
    assertEquals(List.of("- user.created " + chief.id()), accounts.auditEntries());
  }

  @Test
  void a_later_start_neither_creates_another_nor_validates_the_password() {
    ensure(Map.of("ADMIN_PASSWORD", GOOD));
    var hash = hash();
    accounts.events();
    accounts.auditEntries();

    ensure(Map.of());
    ensure(Map.of("ADMIN_PASSWORD", "admin1234"));
    ensure(Map.of("ADMIN_USERNAME", "second", "ADMIN_PASSWORD", GOOD + "!"));

    assertEquals("admin", only().username());
    assertEquals(hash, hash());
    assertEquals(List.of(), accounts.events());
    assertEquals(List.of(), accounts.auditEntries());
  }

  @Test
  void the_first_start_without_a_valid_password_fails_and_names_the_setting() {
    assertTrue(failure(Map.of()).contains("ADMIN_PASSWORD: is required for the first start"));
    assertTrue(failure(Map.of("ADMIN_PASSWORD", "admin1234")).contains("published sample"));
    assertTrue(failure(Map.of("ADMIN_PASSWORD", "elevenchars")).contains("at least 12 characters"));
    assertEquals("0", accounts.one("SELECT count(*) FROM account.users"));
    assertEquals(List.of(), accounts.events());
  }

  @Test
  void development_uses_the_published_sample_password() {
    ensure(Map.of("VERTICKER_ENV", "development"));

    assertEquals("admin", only().username());
    assertEquals(
        accounts
            .hashing
            .hashWithoutPolicy(HashingClient.of(Actor.system()), new Password("admin1234"))
            .result(),
        hash());
    accounts.events();
    accounts.auditEntries();
  }

  @Test
  void an_imported_user_with_that_username_is_promoted_and_gets_the_configured_password() {
    accounts.execute(
        """
        INSERT INTO account.users (username, password_hash, roles, imported, created_at, updated_at)
        VALUES ('Admin', repeat('x', 60), ARRAY['user'], true, now(), now())
        """);

    ensure(Map.of("ADMIN_PASSWORD", GOOD));

    var admin = only();
    assertEquals("Admin", admin.username());
    assertEquals(List.of("admin", "user"), admin.roles());
    assertTrue(hash().startsWith("$fake$"));
    assertEquals(
        List.of("sessions of " + admin.id() + " below 2: PASSWORD_CHANGED"),
        accounts.access.revoked());
    assertEquals(
        List.of("user_updated", "password_changed"),
        accounts.events().stream().map(event -> event.getString("event")).toList());
    assertEquals(List.of("- user.updated " + admin.id()), accounts.auditEntries());
  }

  private static void ensure(Map<String, String> environment) {
    accounts.await(() -> of(accounts, settings(environment)).ensure());
  }

  private static String failure(Map<String, String> environment) {
    var refused = accounts.failure(() -> of(accounts, settings(environment)).ensure());
    return assertInstanceOf(SettingsException.class, refused).getMessage();
  }

  private static FirstAdministrator of(Accounts node, UserSettings settings) {
    return new FirstAdministrator(node.database, node.rows, node.users, node.hashing, settings);
  }

  /** Returns production settings with these changes. */
  private static UserSettings settings(Map<String, String> environment) {
    var values = new HashMap<>(Map.of("VERTICKER_ENV", "production"));
    values.putAll(environment);
    return SettingsReader.read(SettingsFiles.load(values, Path.of("target")), UserSettings::read);
  }

  private static User only() {
    var users = accounts
        .await(() -> accounts.search.search(new Search(null, null, null, null, 10)))
        .users();
    assertEquals(1, users.size());
    return users.get(0);
  }

  private static String hash() {
    return accounts.one("SELECT password_hash FROM account.users");
  }
}
