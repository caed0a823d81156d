package dev.verticker.user;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.auth.AccessToken;
import dev.verticker.api.auth.AccessTokenVerifier;
import dev.verticker.api.auth.RevocationCache;
import dev.verticker.bus.Failure;
import dev.verticker.dev.TestServers;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Grant;
import dev.verticker.message.Users;
import dev.verticker.message.Users.FieldUpdate;
import dev.verticker.testing.Await;
import dev.verticker.testing.Provokes;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests two nodes on one database without a common bus: node B reads the revocations of node A from the database. */
final class RevokedEverywhereTest {
  private static final String PASSWORD = "a long walk by the sea";
  private static final Client CLIENT = new Client(SignIn.HOME, "a test");
  private static final Duration WITHIN = Duration.ofSeconds(1);

  private SignIn a;
  private SignIn b;
  private RevocationCache front;
  private Grant grant;
  private AccessToken token;

  @BeforeEach
  void start() {
    a = new SignIn();
    a.given("ada", PASSWORD);
    b = another();
    front = front(b);
    grant = a.signIn("ada", PASSWORD);
    token = verified(grant);
    assertEquals("passes", refusal());
  }

  @AfterEach
  void stop() {
    if (!TestServers.redis().isRunning()) {
      TestServers.redis().start();
    }
    a.close();
    b.close();
  }

  @Test
  void signing_out_revokes_on_the_other_node() {
    refusedAfter(node -> node.await(() ->
        node.bus.request(Sessions.LOGOUT, new Sessions.Logout(grant.refreshToken(), CLIENT))));
  }

  @Test
  void changing_the_password_revokes_on_the_other_node() {
    refusedAfter(node -> node.await(() -> node.bus.request(
        Sessions.CHANGE_PASSWORD,
        new Sessions.ChangePassword(
            grant.userId(),
            grant.sessionId(),
            new Password(PASSWORD),
            new Password("moon over water"),
            CLIENT))));
  }

  @Test
  void disabling_a_user_revokes_on_the_other_node() {
    refusedAfter(node -> node.await(() -> node.bus.request(
        Users.DISABLE, new Users.ChangeStatus(SignIn.ADMINISTRATOR, grant.userId(), null))));
    assertEquals("invalid-refresh-token", a.outcome(a.refresh(grant.refreshToken())));
  }

  @Test
  void the_statements_in_the_operations_guide_end_all_sessions_with_one_revocation() {
    var other = a.signIn("ada", PASSWORD);
    refusedAfter(node -> node.execute(guide("BEGIN;")));
    assertEquals(1, a.revoked().size());
    for (var session : List.of(grant, other)) {
      assertEquals("invalid-refresh-token", a.outcome(a.refresh(session.refreshToken())));
    }
    a.clock.step(Duration.ofSeconds(10));
    token = verified(a.signIn("ada", PASSWORD));
    assertEquals("passes", refusal());
  }

  @Test
  void the_statement_in_the_operations_guide_ends_the_sessions_of_one_user() {
    a.given("grace", PASSWORD);
    var grace = a.signIn("grace", PASSWORD);
    refusedAfter(
        node -> node.execute(guide("WITH ended AS").replace(" = 7", " = " + grant.userId())));
    assertEquals("invalid-refresh-token", a.outcome(a.refresh(grant.refreshToken())));
    assertEquals("ok", a.outcome(a.refresh(grace.refreshToken())));
    token = verified(a.signIn("ada", PASSWORD));
    assertEquals("passes", refusal());
  }

  @Test
  void changing_roles_revokes_tokens_and_keeps_the_session() {
    refusedAfter(node -> node.await(() -> node.bus.request(
        Users.UPDATE,
        new Users.Update(
            SignIn.ADMINISTRATOR,
            grant.userId(),
            null,
            null,
            null,
            null,
            FieldUpdate.of(Users.ROLES),
            null))));
    assertEquals("ok", a.outcome(a.refresh(grant.refreshToken())));
  }

  @Test
  void a_restarted_node_loads_earlier_revocations() {
    a.await(
        () -> a.bus.request(Sessions.LOGOUT, new Sessions.Logout(grant.refreshToken(), CLIENT)));
    b.close();
    b = another();
    front = front(b);
    assertEquals("invalid-token", refusal());
  }

  @Test
  @Provokes(4)
  void revocation_works_while_redis_is_unavailable() {
    TestServers.redis().kill();
    refusedAfter(node -> node.await(() ->
        node.bus.request(Sessions.LOGOUT_ALL, new Sessions.LogoutAll(grant.userId(), CLIENT))));
  }

  /** Returns the SQL statements in the operations guide that begin with this text. */
  private static String guide(String beginning) {
    try {
      var document = Files.readString(Path.of("docs/operations.md"));
      var statements = document.substring(document.indexOf(beginning));
      return statements.substring(0, statements.indexOf("```"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void refusedAfter(Consumer<SignIn> action) {
    action.accept(a);
    Await.until(WITHIN, "refused", () -> refusal().equals("invalid-token"));
  }

  private SignIn another() {
    return new SignIn(a.postgres, a.clock, Map.of());
  }

  private static RevocationCache front(SignIn node) {
    var revoked = new RevocationCache(node.vertx, node.bus, node.clock);
    node.await(() -> revoked.start());
    return revoked;
  }

  private AccessToken verified(Grant of) {
    var verifier = new AccessTokenVerifier(b.vertx, b.auth, b.clock);
    Future<AccessToken> verified =
        b.start(() -> verifier.verify(of.accessToken().value()));
    return b.await(verified);
  }

  private String refusal() {
    return front.check(token).map(Failure::code).orElse("passes");
  }
}
