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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  void the_statement_in_the_operations_guide_revokes_on_the_other_node() throws IOException {
    var document = Files.readString(Path.of("docs/operations.md"));
    var statement = document.substring(document.indexOf("WITH ended AS"));
    refusedAfter(node -> node.execute(statement.substring(0, statement.indexOf("```"))));
    assertEquals("invalid-refresh-token", a.outcome(a.refresh(grant.refreshToken())));
    assertEquals("ok", a.outcome(a.signIn("ada", PASSWORD, SignIn.HOME)));
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
