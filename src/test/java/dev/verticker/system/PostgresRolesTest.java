package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.dev.PostgresDatabase;
import dev.verticker.dev.TestServers;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.testing.Await;
import dev.verticker.testing.RefusingPort;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestNode;
import dev.verticker.testing.Tool;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tests the roles that {@code conf/deploy/postgres/roles} creates, with a node that uses them. */
@ExtendWith(VertxExtension.class)
class PostgresRolesTest {
  private static final String OWNERS =
      """
      SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = '%1$s'::regnamespace
       UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = '%1$s'::regnamespace
       UNION SELECT pg_get_userbyid(typowner) FROM pg_type WHERE typnamespace = '%1$s'::regnamespace
       UNION SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = '%1$s'
      """;

  @TempDir
  private Path secrets;

  @Test
  void a_node_creates_and_uses_its_schemas_with_a_role_for_each(Vertx vertx) throws Exception {
    var database = TestDatabase.createEmpty();
    createRoles(database);
    use(vertx, database);
    assertSeparated(database);
  }

  @Test
  void the_schemas_of_an_earlier_version_get_their_roles_and_a_new_password_is_set(Vertx vertx)
      throws Exception {
    var database = TestDatabase.create();
    var earlier = database.login().user();
    assertEquals(List.of(earlier), database.column(OWNERS.formatted("trading")));
    createRoles(database);
    createRoles(database);
    use(vertx, database);
    assertSeparated(database);
  }

  private void createRoles(TestDatabase database) throws IOException {
    Tool.require("psql", "postgresql-client");
    for (var schema : PostgresSettings.SCHEMAS) {
      Files.writeString(
          secrets.resolve("postgres_" + schema), "it's " + schema + System.nanoTime());
    }
    var superuser = TestServers.postgres().asSuperuser(database.login());
    Files.writeString(secrets.resolve("postgres_password"), superuser.password() + "\n");
    var output = Deployment.script(
            Map.of(
                "SECRETS", secrets.toString(),
                "PGHOST", superuser.host(),
                "PGPORT", Integer.toString(superuser.port()),
                "POSTGRES_DB", superuser.name()),
            "postgres/roles")
        .expect(0)
        .output();
    assertEquals("", output.replaceAll("(?m)^psql: NOTICE.*\n|^NOTICE.*\n", ""));
  }

  private void use(Vertx vertx, TestDatabase database) {
    var settings = database.settings();
    settings.put("JWT_SECRET", "a secret of this test " + UUID.randomUUID());
    settings.put("BINANCE_BASE_URL", "http://127.0.0.1:" + RefusingPort.number());
    settings.remove("POSTGRES_USER");
    settings.remove("POSTGRES_PASSWORD");
    for (var schema : PostgresSettings.SCHEMAS) {
      var prefix = schema.toUpperCase(Locale.ROOT) + "_POSTGRES_";
      settings.put(prefix + "USER", "verticker_" + schema);
      settings.put(
          prefix + "PASSWORD_FILE", secrets.resolve("postgres_" + schema).toString());
    }
    var node = TestNode.start(settings, List.of("user-api", "user", "notification", "price"));
    try (var client = new TestHttpClient(vertx, node.ports().get("user-api"))) {
      var token = client
          .post("/auth/login")
          .form("username", "admin", "password", "admin1234")
          .expect(200)
          .object()
          .getString("access_token");
      client
          .post("/users")
          .bearer(token)
          .json(new JsonObject().put("username", "ada").put("password", "a lantern in the harbour"))
          .expect(201);
      var superuser = new TestDatabase(TestServers.postgres().asSuperuser(database.login()));
      Await.until(
          "the event log has the new user",
          () -> superuser.number("SELECT count(*) FROM notification.events") > 0);
    } finally {
      node.stop();
    }
  }

  private void assertSeparated(TestDatabase created) throws Exception {
    var database = new TestDatabase(TestServers.postgres().asSuperuser(created.login()));
    for (var schema : PostgresSettings.SCHEMAS) {
      var role = "verticker_" + schema;
      assertEquals(List.of(role), database.column(OWNERS.formatted(schema)), schema);
      assertEquals(
          List.of(List.of("f", "f", "f", "f")),
          database.rows(
              "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = '"
                  + role + "'"));
      var login = database.login();
      var own = new TestDatabase(new PostgresDatabase(
          login.host(),
          login.port(),
          login.name(),
          role,
          Files.readString(secrets.resolve("postgres_" + schema))));
      var others = PostgresSettings.SCHEMAS.stream()
          .filter(other -> !other.equals(schema))
          .collect(Collectors.toSet());
      for (var statement : statements(others)) {
        var refused = assertThrows(AssertionError.class, () -> own.execute(statement));
        assertEquals(
            "42501", ((SQLException) refused.getCause()).getSQLState(), role + ": " + statement);
      }
    }
    assertTrue(database.number("SELECT count(*) FROM account.users") >= 2);
  }

  private static Set<String> statements(Set<String> schemas) {
    var statements = schemas.stream()
        .map(schema -> "SELECT count(*) FROM " + schema + ".migrations")
        .collect(Collectors.toSet());
    statements.addAll(Set.of(
        "CREATE SCHEMA another",
        "CREATE DATABASE another",
        "CREATE TABLE public.another (id int)"));
    return statements;
  }
}
