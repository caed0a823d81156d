package dev.verticker.user;

import static dev.verticker.user.Accounts.ANONYMOUS;
import static dev.verticker.user.Accounts.as;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.bus.Failure;
import dev.verticker.message.Actor;
import dev.verticker.message.Password;
import dev.verticker.message.Timestamps;
import dev.verticker.message.Users.AuditEntry;
import dev.verticker.message.Users.ChangeStatus;
import dev.verticker.message.Users.Create;
import dev.verticker.message.Users.Delete;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.message.Users.FindAudit;
import dev.verticker.message.Users.FindUser;
import dev.verticker.message.Users.Status;
import dev.verticker.message.Users.Update;
import dev.verticker.message.Users.User;
import dev.verticker.user.change.UserEvent;
import dev.verticker.user.session.Account;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserServiceTest {
  private static Accounts accounts;
  private static Accounts otherNode;
  private User admin;

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
  void insert_one_administrator() {
    accounts.execute(
        "DELETE FROM account.users; DELETE FROM account.audit; DELETE FROM account.outbox");
    admin = accounts.given("root", "admin", "user");
    accounts.access.revoked();
    otherNode.access.revoked();
  }

  @AfterEach
  void assert_no_further_event_audit_entry_or_revocation() {
    assertEquals(List.of(), accounts.events());
    assertEquals(List.of(), accounts.auditEntries());
    assertEquals(List.of(), accounts.access.revoked());
  }

  @Test
  void creating_a_user_returns_publishes_and_audits_without_the_password() {
    var ada = accounts.await(() -> accounts.users.create(
        new Create(as(admin), "Ada", "Ada Lovelace", "ada@example.com", password(), null)));

    var expected = new User(
        ada.id(),
        "Ada",
        "Ada Lovelace",
        "ada@example.com",
        List.of("user"),
        Status.ACTIVE,
        ada.createdAt(),
        ada.createdAt(),
        1,
        1);
    assertEquals(expected, ada);
    assertEquals(ada, accounts.await(() -> accounts.users.find(new FindUser(ada.id()))));
    var events = accounts.eventsWithActor();
    assertEquals(
        List.of(new JsonObject()
            .put("event", "user_created")
            .put("user_id", ada.id())
            .put("by", new JsonObject().put("id", admin.id()).put("username", "root"))
            .put("username", "Ada")
            .put("data", data(ada))),
        events);
    assertEquals(
        "{users,user." + ada.id() + "}",
        accounts.one("SELECT topics::text FROM account.outbox ORDER BY id DESC LIMIT 1"));
    assertEquals(List.of(admin.id() + " user.created " + ada.id()), accounts.auditEntries());
    var entry = onlyEntry(ada);
    assertEquals(
        new AuditEntry(
            entry.id(),
            entry.at(),
            "user.created",
            ada.id(),
            admin.id(),
            "root",
            "session-of-root",
            "192.0.2.7",
            null,
            entry.details()),
        entry);
    assertEquals(UserEvent.fields(ada), new JsonObject(entry.details()));
    assertFalse((events + entry.details()).contains("fake"), "a hash was published");
  }

  @Test
  void creating_an_invalid_user_reports_every_error_with_its_pointer() {
    var refused = accounts.failure(() -> accounts.users.create(
        new Create(ANONYMOUS, "a b", "x".repeat(101), "no address", null, List.of("god"))));

    assertEquals(
        List.of("/username", "/full_name", "/email", "/password", "/roles"),
        ((Failure.Invalid) refused)
            .errors().stream().map(Failure.Error::pointer).toList());
  }

  @Test
  void the_limits_of_usernames_full_names_and_emails() {
    assertTrue(Account.isUsername("A.b"));
    assertTrue(Account.isUsername("x".repeat(50)));
    assertFalse(Account.isUsername("x".repeat(51)));
    assertFalse(Account.isUsername("ab"));
    assertFalse(Account.isUsername("ädä"));
    assertFalse(Account.isUsername("ada\n"));
    assertTrue(
        UserRules.isFullName("\uD83D\uDE00".repeat(100)), "counted in characters, not in halves");
    assertFalse(UserRules.isFullName("a\u0000b"));
    assertFalse(UserRules.isFullName("half \uD83D pair"));
    assertTrue(UserRules.isEmail("a+b@example.co.th"));
    assertFalse(UserRules.isEmail("a@b@c"));
    assertFalse(UserRules.isEmail("a@" + "b".repeat(64) + ".com"));
    assertFalse(UserRules.isEmail("x".repeat(250) + "@b.co"));
  }

  @Test
  void a_username_or_email_in_use_is_a_conflict_at_the_field_ignoring_case() {
    accounts.await(() -> accounts.users.create(
        new Create(as(admin), "ada", null, "ada@example.com", password(), null)));
    accounts.events();
    accounts.auditEntries();

    assertConflict(
        "username-taken",
        "/username",
        () -> accounts.users.create(new Create(as(admin), "ADA", null, null, password(), null)));
    assertConflict(
        "email-taken",
        "/email",
        () -> accounts.users.create(
            new Create(as(admin), "grace", null, "ADA@Example.com", password(), null)));
    var grace = accounts.given("grace");
    assertConflict(
        "username-taken",
        "/username",
        () -> accounts.users.update(
            update(as(admin), grace, FieldUpdate.of("Ada"), null, null, null)));
    assertConflict(
        "email-taken",
        "/email",
        () -> accounts.users.update(
            update(as(admin), grace, null, null, FieldUpdate.of("Ada@example.com"), null)));
  }

  @Test
  void of_fifty_concurrent_creations_on_two_nodes_one_succeeds_and_each_node_hashes_once() {
    var before = accounts.hashing.hashed.get() + otherNode.hashing.hashed.get();
    var creations = IntStream.range(0, 50)
        .mapToObj(i -> i % 2 == 0 ? accounts : otherNode)
        .map(node -> node.start(
            () -> node.users.create(new Create(ANONYMOUS, "wanted", null, null, password(), null))))
        .toList();
    Future.join(creations).transform(done -> Future.succeededFuture()).await();

    assertEquals(1, creations.stream().filter(Future::succeeded).count());
    assertEquals(
        Collections.nCopies(49, "username-taken"),
        creations.stream().filter(Future::failed).map(one -> code(one.cause())).toList());
    var hashed = accounts.hashing.hashed.get() + otherNode.hashing.hashed.get() - before;
    assertTrue(hashed <= 2, "one a node: " + hashed);
    assertEquals(List.of("user_created"), names(accounts.events()));
    assertEquals(1, accounts.auditEntries().size());
  }

  @Test
  void an_absent_field_is_kept_and_a_null_field_is_cleared() {
    var ada = accounts.await(() -> accounts.users.create(
        new Create(as(admin), "ada", "Ada", "ada@example.com", password(), null)));
    accounts.events();
    accounts.auditEntries();

    var after = accounts.await(() -> accounts.users.update(
        update(as(ada), ada, null, FieldUpdate.of("Ada Lovelace"), FieldUpdate.of(null), null)));

    assertEquals("ada", after.username());
    assertEquals("Ada Lovelace", after.fullName());
    assertEquals(null, after.email());
    assertEquals(ada.revision() + 1, after.revision());
    assertEquals(ada.ver(), after.ver(), "tokens stay good");
    assertEquals(
        List.of(new JsonObject()
            .put("event", "user_updated")
            .put("user_id", ada.id())
            .put("changes", new JsonObject().put("full_name", "Ada Lovelace").putNull("email"))
            .put("data", data(after))
            .put("before", data(ada))),
        accounts.events());
    assertEquals(List.of(ada.id() + " user.updated " + ada.id()), accounts.auditEntries());
    assertEquals(
        new JsonObject()
            .put("full_name", new JsonObject().put("from", "Ada").put("to", "Ada Lovelace"))
            .put("email", new JsonObject().put("from", "ada@example.com").putNull("to")),
        new JsonObject(entries(ada).get(0).details()));
    var unnamed = accounts.failure(() -> accounts.users.update(
        update(as(ada), ada, FieldUpdate.of(null), null, null, FieldUpdate.of(null))));
    assertEquals(
        List.of("/username", "/roles"),
        ((Failure.Invalid) unnamed)
            .errors().stream().map(Failure.Error::pointer).toList());
  }

  @Test
  void an_update_without_changes_writes_and_publishes_nothing() {
    var ada = accounts.given("ada");

    var after = accounts.await(() -> accounts.users.update(update(
        as(admin),
        ada,
        FieldUpdate.of("ada"),
        FieldUpdate.of(null),
        null,
        FieldUpdate.of(List.of("user", "user")))));

    assertEquals(ada, after);
  }

  @Test
  void a_change_with_an_outdated_revision_is_rejected() {
    var ada = accounts.given("ada");
    var read = List.of(ada.revision());
    var first =
        new Update(as(admin), ada.id(), read, null, FieldUpdate.of("One"), null, null, null);
    var second =
        new Update(as(admin), ada.id(), read, null, FieldUpdate.of("Two"), null, null, null);
    accounts.await(() -> accounts.users.update(first));
    accounts.events();
    accounts.auditEntries();

    var refused = accounts.failure(() -> accounts.users.update(second));

    assertInstanceOf(Failure.PreconditionFailed.class, refused);
    assertEquals("revision-outdated", code(refused));
    for (var soft : List.of(true, false)) {
      assertEquals(
          "revision-outdated",
          code(accounts.failure(
              () -> accounts.users.delete(new Delete(as(admin), ada.id(), soft, read)))));
    }
    assertEquals(
        "revision-outdated",
        code(accounts.failure(
            () -> accounts.users.disable(new ChangeStatus(as(admin), ada.id(), List.of())))));
  }

  @Test
  void changing_roles_revokes_the_tokens_and_keeps_the_sessions() {
    var ada = accounts.given("ada");

    var after = accounts.await(() -> accounts.users.update(
        update(as(admin), ada, null, null, null, FieldUpdate.of(List.of("user", "admin")))));

    assertEquals(List.of("admin", "user"), after.roles());
    assertEquals(ada.ver() + 1, after.ver());
    assertEquals(
        List.of("tokens of " + ada.id() + " below " + after.ver()), accounts.access.revoked());
    assertEquals(
        new JsonObject().put("roles", new JsonArray().add("admin").add("user")),
        accounts.events().get(0).getJsonObject("changes"));
    assertEquals(List.of(admin.id() + " user.updated " + ada.id()), accounts.auditEntries());
  }

  @Test
  void a_password_set_by_an_administrator_ends_the_sessions_and_publishes_to_the_user_only() {
    var ada = accounts.given("ada");
    var update = new Update(
        as(admin),
        ada.id(),
        null,
        null,
        null,
        null,
        null,
        FieldUpdate.of(new Password("battery staple")));

    var after = accounts.await(() -> accounts.users.update(update));

    assertEquals(ada.ver() + 1, after.ver());
    assertEquals(
        List.of("sessions of " + ada.id() + " below " + after.ver() + ": PASSWORD_CHANGED"),
        accounts.access.revoked());
    assertEquals(
        List.of(new JsonObject().put("event", "password_changed").put("user_id", ada.id())),
        accounts.events());
    assertEquals(
        "{user." + ada.id() + "}",
        accounts.one("SELECT topics::text FROM account.outbox ORDER BY id DESC LIMIT 1"));
    assertEquals(List.of(admin.id() + " user.updated " + ada.id()), accounts.auditEntries());
    assertEquals("{\"password\":\"set\"}", entries(ada).get(0).details());
  }

  @Test
  void an_update_cannot_set_the_callers_own_password() {
    var update = new Update(
        as(admin),
        admin.id(),
        null,
        null,
        null,
        null,
        null,
        FieldUpdate.of(new Password("battery staple")));

    var refused = accounts.failure(() -> accounts.users.update(update));

    assertInstanceOf(Failure.Forbidden.class, refused);
    assertEquals("own-password", code(refused));
  }

  @Test
  void disabling_and_enabling_take_effect_once() {
    var ada = accounts.given("ada");
    var change = new ChangeStatus(as(admin), ada.id(), null);

    var disabled = accounts.await(() -> accounts.users.disable(change));
    assertEquals(disabled, accounts.await(() -> accounts.users.disable(change)));
    assertEquals(
        List.of("sessions of " + ada.id() + " below " + disabled.ver() + ": USER_DISABLED"),
        accounts.access.revoked());
    var enabled = accounts.await(() -> accounts.users.enable(change));
    assertEquals(enabled, accounts.await(() -> accounts.users.enable(change)));

    assertEquals(Status.DISABLED, disabled.status());
    assertEquals(Status.ACTIVE, enabled.status());
    assertEquals(
        List.of(
            new JsonObject().put("status", "disabled"), new JsonObject().put("status", "active")),
        accounts.events().stream().map(event -> event.getJsonObject("changes")).toList());
    assertEquals(
        List.of(
            admin.id() + " user.disabled " + ada.id(), admin.id() + " user.enabled " + ada.id()),
        accounts.auditEntries());
  }

  @Test
  void a_soft_delete_frees_the_username_and_can_be_undone_unless_the_username_is_in_use() {
    var ada = accounts.given("ada");
    var change = new ChangeStatus(as(admin), ada.id(), null);
    var delete = new Delete(as(admin), ada.id(), true, null);
    accounts.await(() -> accounts.users.disable(change));
    accounts.events();
    accounts.auditEntries();
    accounts.access.revoked();

    accounts.await(() -> accounts.users.delete(delete));
    accounts.await(() -> accounts.users.delete(delete));

    var deleted = accounts.await(() -> accounts.users.find(new FindUser(ada.id())));
    assertEquals(Status.DELETED, deleted.status());
    assertEquals(
        List.of(new JsonObject()
            .put("event", "user_deleted")
            .put("user_id", ada.id())
            .put("mode", "soft")
            .put("data", data(deleted))),
        accounts.events());
    assertEquals(List.of(admin.id() + " user.deleted " + ada.id()), accounts.auditEntries());
    assertConflict("user-deleted", null, () -> accounts.users.enable(change));
    assertConflict(
        "user-deleted",
        null,
        () -> accounts.users.update(
            update(as(admin), ada, FieldUpdate.of("other"), null, null, null)));

    var newAda = accounts.given("ADA");
    assertTrue(newAda.id() > ada.id());
    assertConflict("username-taken", "/username", () -> accounts.users.restore(change));
    accounts.await(() -> accounts.users.delete(new Delete(as(admin), newAda.id(), false, null)));
    accounts.events();
    accounts.auditEntries();
    accounts.access.revoked();

    var restored = accounts.await(() -> accounts.users.restore(change));
    assertEquals(restored, accounts.await(() -> accounts.users.restore(change)));
    assertEquals(Status.DISABLED, restored.status(), "as it was");
    assertEquals(
        new JsonObject().put("status", "disabled"),
        accounts.events().get(0).getJsonObject("changes"));
    assertEquals(List.of(admin.id() + " user.restored " + ada.id()), accounts.auditEntries());
  }

  @Test
  void a_hard_delete_leaves_ids_and_no_personal_data() {
    var ada = accounts.await(() -> accounts.users.create(
        new Create(as(admin), "ada", "Ada Lovelace", "ada@example.com", password(), null)));
    accounts.await(() ->
        accounts.users.update(update(as(ada), ada, FieldUpdate.of("countess"), null, null, null)));

    accounts.await(() -> accounts.users.delete(new Delete(as(admin), ada.id(), false, null)));

    assertEquals(
        "user-not-found",
        code(accounts.failure(() -> accounts.users.find(new FindUser(ada.id())))));
    assertEquals(
        List.of("sessions of " + ada.id() + " below " + (ada.ver() + 1) + ": USER_DELETED"),
        accounts.access.revoked());
    assertEquals(
        List.of(
            redacted("user_created", ada),
            redacted("user_updated", ada),
            new JsonObject()
                .put("event", "user_deleted")
                .put("user_id", ada.id())
                .put("mode", "hard")
                .put("data", new JsonObject().put("id", ada.id()))),
        accounts.events());
    assertEquals(
        List.of(
            admin.id() + " user.created " + ada.id(),
            ada.id() + " user.updated " + ada.id(),
            admin.id() + " user.erased " + ada.id()),
        accounts.auditEntries());
    for (var entry : entries(ada)) {
      assertNull(entry.details());
      assertEquals(entry.actorId() == admin.id() ? "192.0.2.7" : null, entry.address());
      assertNull(entry.actorId() == admin.id() ? null : entry.session());
    }
    accounts.keepHouseAfter(Duration.ofMinutes(2));
    var everything = accounts
        .rows(
            """
        SELECT row_to_json(a)::text FROM account.audit AS a WHERE user_id = %1$d
        UNION ALL SELECT row_to_json(o)::text FROM account.outbox AS o WHERE user_id = %1$d
        UNION ALL SELECT row_to_json(w)::text FROM account.name_words AS w
        """
                .formatted(ada.id()))
        .toString();
    for (var personal :
        List.of("ada", "Lovelace", "lovelace", "countess", "example.com", "session-of-ada")) {
      assertFalse(everything.contains(personal), personal + " is in " + everything);
    }
    assertEquals("192.0.2.7", entries(ada).get(0).address(), "the administrator's own trail stays");
    var later = accounts.given("ada");
    assertTrue(later.id() > ada.id(), "an id is never given twice");
    assertEquals(
        "user-not-found",
        code(accounts.failure(
            () -> accounts.users.delete(new Delete(as(admin), ada.id(), false, null)))));
  }

  @Test
  void a_hard_delete_of_a_registered_user_leaves_no_address() {
    var ada = accounts.await(
        () -> accounts.users.create(new Create(ANONYMOUS, "ada", null, null, password(), null)));
    assertEquals(ANONYMOUS.address(), entries(ada).get(0).address());

    accounts.await(() -> accounts.users.delete(new Delete(as(admin), ada.id(), false, null)));

    var addresses = entries(ada).stream().map(AuditEntry::address).toList();
    assertEquals(Arrays.asList(as(admin).address(), null), addresses);
    accounts.events();
    accounts.auditEntries();
    accounts.access.revoked();
  }

  @Test
  void pending_events_caused_by_an_erased_user_lose_the_username() {
    var grace = accounts.given("grace", "admin");
    var ada = accounts.given("ada");
    accounts.await(() -> accounts.users.update(
        update(as(grace), ada, FieldUpdate.of("countess"), null, null, null)));

    accounts.await(() -> accounts.users.delete(new Delete(as(admin), grace.id(), false, null)));

    var event = accounts.eventsWithActor().get(0);
    assertEquals("countess", event.getJsonObject("data").getString("username"));
    assertEquals(
        new JsonObject().put("id", grace.id()).putNull("username"), event.getJsonObject("by"));
    accounts.auditEntries();
    accounts.access.revoked();
  }

  @Test
  void the_last_active_administrator_cannot_be_removed() {
    var change = new ChangeStatus(as(admin), admin.id(), null);
    accounts.given("ada");

    assertConflict("last-administrator", null, () -> accounts.users.disable(change));
    assertConflict(
        "last-administrator",
        null,
        () -> accounts.users.delete(new Delete(as(admin), admin.id(), true, null)));
    assertConflict(
        "last-administrator",
        null,
        () -> accounts.users.delete(new Delete(as(admin), admin.id(), false, null)));
    assertConflict(
        "last-administrator",
        null,
        () -> accounts.users.update(
            update(as(admin), admin, null, null, null, FieldUpdate.of(List.of("user")))));
  }

  @Test
  void of_two_administrators_that_demote_each_other_concurrently_one_remains() {
    for (var round = 0; round < 10; round++) {
      accounts.execute("DELETE FROM account.users");
      var one = accounts.given("one", "admin");
      var two = accounts.given("two", "admin");
      var demotions = new ArrayList<Future<User>>();
      demotions.add(accounts.start(() -> accounts.users.update(
          update(as(one), two, null, null, null, FieldUpdate.of(List.of("user"))))));
      demotions.add(otherNode.start(() -> otherNode.users.update(
          update(as(two), one, null, null, null, FieldUpdate.of(List.of("user"))))));
      Future.join(demotions).transform(done -> Future.succeededFuture()).await();

      assertEquals(1, demotions.stream().filter(Future::succeeded).count());
      assertEquals(
          List.of("last-administrator"),
          demotions.stream()
              .filter(Future::failed)
              .map(each -> code(each.cause()))
              .toList());
      assertEquals(List.of("user_updated"), names(accounts.events()));
      assertEquals(1, accounts.auditEntries().size());
    }
    accounts.access.revoked();
    otherNode.access.revoked();
  }

  @Test
  void audit_entries_are_returned_newest_first_in_pages() {
    var ada = accounts.given("ada");
    for (var name : List.of("A", "B", "C")) {
      accounts.await(() ->
          accounts.users.update(update(as(admin), ada, null, FieldUpdate.of(name), null, null)));
    }
    accounts.events();
    accounts.auditEntries();

    var first = accounts.await(() -> accounts.audit.read(new FindAudit(ada.id(), null, 3)));
    var rest = accounts.await(() -> accounts.audit.read(new FindAudit(ada.id(), first.next(), 3)));

    assertEquals(
        List.of("user.updated", "user.updated", "user.updated"),
        first.entries().stream().map(AuditEntry::action).toList());
    assertEquals(
        List.of("user.created"), rest.entries().stream().map(AuditEntry::action).toList());
    assertEquals(null, rest.next());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "NULL",
        "nu11",
        "...",
        "-_.",
        "ADMlN",
        "adm1n",
        "Admin",
        "AdministratOr",
        "adrninistrator",
        "admin2",
        "the.admin",
        "ad-min",
        "r00t",
        "undefined",
        "chief.of.staff"
      })
  void a_user_cannot_take_a_name_that_looks_reserved_or_like_an_administrator(String username) {
    accounts.given("chief.of.staff", "admin", "user");
    var ada = accounts.given("ada");

    var checked = accounts.failure(() -> accounts.users.checkUnmistakable(username));
    var renamed = accounts.failure(() ->
        accounts.users.update(update(as(ada), ada, FieldUpdate.of(username), null, null, null)));

    for (var failure : List.of(checked, renamed)) {
      assertEquals(
          List.of("/username username-reserved"),
          ((Failure.Invalid) failure)
              .errors().stream()
                  .map(error -> error.pointer() + " " + error.code())
                  .toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ada", "badminton", "adam", "nullable", "roots", "a.b", "1234", "Milan", "x--"})
  void other_names_are_not_reserved(String username) {
    accounts.await(() -> accounts.users.checkUnmistakable(username));
  }

  @Test
  void users_keep_reserved_names_and_administrators_may_assign_them() {
    var existing = accounts.given("ADMlN");
    var renamed = accounts.await(() -> accounts.users.update(update(
        as(existing), existing, FieldUpdate.of("admLN"), FieldUpdate.of("Ada"), null, null)));
    assertEquals("admLN", renamed.username());
    var assigned = accounts.await(() -> accounts.users.update(
        update(as(admin), existing, FieldUpdate.of("support"), null, null, null)));
    assertEquals("support", assigned.username());
    var own = accounts.await(() ->
        accounts.users.update(update(as(admin), admin, FieldUpdate.of("admin"), null, null, null)));
    assertEquals("admin", own.username());
    accounts.events();
    accounts.auditEntries();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ada \u202Ecalculus",
        "Ada\u200Bb",
        "Ada\u200Db",
        "\u2066Ada\u2069",
        "Ada\u061C",
        "Ada\u2028b",
        "\u3164",
        "Ada\uFE0F",
        "Ada\u00ADb",
        "\u200Cنام",
        "Ada\uFEFF",
        "Ada\uDB40\uDC41"
      })
  void a_full_name_has_no_invisible_characters(String fullName) {
    assertFalse(UserRules.isFullName(fullName));
    assertTrue(UserRules.isFullName(UserRules.cleanedFullName(fullName)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Ada Lovelace",
        "José Ñandú",
        "สมชาย ใจดี",
        "علی\u200Cرضا",
        "\u0915\u094D\u200D\u0937",
        "葛\uDB40\uDD00城",
        "❤\uFE0F",
        "王小明"
      })
  void names_of_every_script_are_valid(String fullName) {
    assertTrue(UserRules.isFullName(fullName));
    assertEquals(fullName, UserRules.cleanedFullName(fullName));
  }

  @Test
  void an_empty_full_name_is_stored_as_null_and_read_as_null() {
    var ada = accounts.await(
        () -> accounts.users.create(new Create(as(admin), "ada", "", null, password(), null)));
    assertEquals(null, ada.fullName());
    accounts.events();
    accounts.auditEntries();

    accounts.await(
        () -> accounts.users.update(update(as(ada), ada, null, FieldUpdate.of("Ada"), null, null)));
    var cleared = accounts.await(
        () -> accounts.users.update(update(as(ada), ada, null, FieldUpdate.of(""), null, null)));
    assertEquals(null, cleared.fullName());
    assertEquals(
        new JsonObject().putNull("full_name"), accounts.events().get(1).getJsonObject("changes"));
    accounts.auditEntries();

    accounts.execute("UPDATE account.users SET full_name = '' WHERE id = " + ada.id());
    assertEquals(
        null, accounts.await(() -> accounts.users.find(new FindUser(ada.id()))).fullName());
    // Changes nothing, so writes nothing.
    accounts.await(
        () -> accounts.users.update(update(as(ada), ada, null, FieldUpdate.of(""), null, null)));
  }

  private static Password password() {
    return new Password("correct horse");
  }

  private static Update update(
      Actor actor,
      User user,
      FieldUpdate<String> username,
      FieldUpdate<String> fullName,
      FieldUpdate<String> email,
      FieldUpdate<List<String>> roles) {
    return new Update(actor, user.id(), null, username, fullName, email, roles, null);
  }

  private static JsonObject data(User user) {
    return new JsonObject()
        .put("id", user.id())
        .put("username", user.username())
        .put("full_name", user.fullName())
        .put("email", user.email())
        .put("roles", new JsonArray(user.roles()))
        .put("status", user.status().wireName())
        .put("created_at", Timestamps.write(user.createdAt()))
        .put("updated_at", Timestamps.write(user.updatedAt()))
        .put("revision", user.revision());
  }

  private static JsonObject redacted(String event, User user) {
    return new JsonObject().put("event", event).put("user_id", user.id()).put("redacted", true);
  }

  private static List<String> names(List<JsonObject> events) {
    return events.stream().map(event -> event.getString("event")).toList();
  }

  private static List<AuditEntry> entries(User user) {
    return accounts
        .await(() -> accounts.audit.read(new FindAudit(user.id(), null, 100)))
        .entries();
  }

  private static AuditEntry onlyEntry(User user) {
    var entries = entries(user);
    assertEquals(1, entries.size());
    assertTrue(entries.get(0).at().isBefore(Instant.now().plusSeconds(1)));
    return entries.get(0);
  }

  private static String code(Throwable failure) {
    return failure instanceof Failure known ? known.code() : failure.toString();
  }

  private static void assertConflict(String code, String pointer, Supplier<Future<?>> work) {
    var refused = assertInstanceOf(Failure.Conflict.class, accounts.failure(work));
    assertEquals(code, refused.code());
    assertEquals(
        pointer == null ? List.of() : List.of(pointer),
        refused.errors().stream().map(Failure.Error::pointer).toList());
  }
}
