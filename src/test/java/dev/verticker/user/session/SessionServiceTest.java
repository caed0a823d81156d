package dev.verticker.user.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.password4j.BcryptFunction;
import com.password4j.types.Bcrypt;
import dev.verticker.data.Housekeeping;
import dev.verticker.message.Confidential;
import dev.verticker.message.Password;
import dev.verticker.message.Sessions;
import dev.verticker.message.Sessions.Client;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.testing.Await;
import dev.verticker.user.AccountLocks;
import dev.verticker.user.AccountRetention;
import dev.verticker.user.SignIn;
import dev.verticker.user.change.UserErasure;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SessionServiceTest {
  private static final String PASSWORD = "a long walk by the sea";
  private static final Client CLIENT = new Client(SignIn.HOME, "a test");
  private static final Duration LATER = RefreshService.GRACE.plusSeconds(1);

  private final SignIn node = new SignIn();
  private String ada;
  private long adaId;

  @BeforeEach
  void create_one_user() {
    node.clear();
    ada = "ada" + UUID.randomUUID().toString().substring(0, 8);
    adaId = node.given(ada, PASSWORD);
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void signing_in_returns_an_access_token_valid_for_fifteen_minutes() {
    var grant = node.signIn(ada, PASSWORD);
    var claims = claims(grant.accessToken());
    assertEquals(
        new JsonObject()
            .put("iss", "verticker")
            .put("aud", "verticker-user-api")
            .put("sub", Long.toString(adaId))
            .put("sid", grant.sessionId())
            .put("ver", 1)
            .put("roles", List.of("user"))
            .put("iat", (int) node.clock.instant().getEpochSecond())
            .put("exp", (int) node.clock.instant().getEpochSecond() + 900)
            .encode(),
        without(claims, "jti").encode());
  }

  @Test
  void only_hashes_of_refresh_tokens_are_stored_and_nothing_secret_is_printed() {
    var grant = node.signIn(ada, PASSWORD);
    var stored = node.query("SELECT row_to_json(s)::text FROM account.sessions s");
    assertEquals(1, stored.size());
    assertTrue(!stored.get(0).contains(grant.refreshToken().value()));
    var printed = grant + " "
        + new Sessions.Login(ada, new Password(PASSWORD), CLIENT)
        + new Sessions.Refresh(grant.refreshToken(), CLIENT);
    assertTrue(
        !printed.contains(PASSWORD) && !printed.contains(grant.refreshToken().value()));
    assertTrue(!printed.contains(grant.accessToken().value()));
  }

  @Test
  void
      a_wrong_password_an_unknown_user_and_a_disabled_user_get_the_same_failure_after_the_same_work() {
    assertEquals("invalid-credentials", outcomeAndWork(ada, "not my password"));
    assertEquals("invalid-credentials", outcomeAndWork("unknown-user", "not my password"));
    assertEquals("invalid-credentials", outcomeAndWork("no such name! \u0000", "not my password"));
    node.execute("UPDATE account.users SET status = 'disabled' WHERE id = " + adaId);
    assertEquals("invalid-credentials", outcomeAndWork(ada, PASSWORD));
  }

  private String outcomeAndWork(String username, String password) {
    var before = node.hashes("argon2id");
    var outcome = node.outcome(node.signIn(username, password, SignIn.HOME));
    assertEquals(1, node.hashes("argon2id") - before, "hashes for " + username);
    return outcome;
  }

  @Test
  void usernames_ignore_case() {
    assertEquals(adaId, node.signIn(ada.toUpperCase(Locale.ROOT), PASSWORD).userId());
  }

  @Test
  void concurrent_refreshes_return_the_same_token() {
    var first = node.signIn(ada, PASSWORD);
    var tabs = IntStream.range(0, 8)
        .mapToObj(tab -> node.refresh(first.refreshToken()))
        .toList();
    var tokens =
        tabs.stream().map(tab -> node.await(tab).refreshToken()).distinct().toList();
    assertEquals(1, tokens.size());
    assertNotEquals(first.refreshToken(), tokens.get(0));
    node.clock.step(LATER);
    assertEquals("ok", node.outcome(node.refresh(tokens.get(0))));
    assertEquals(List.of(), node.revoked());
  }

  @Test
  void a_client_that_missed_two_rotations_within_the_grace_period_gets_the_newest_token() {
    var first = node.signIn(ada, PASSWORD);
    node.clock.step(LATER);
    var second = node.refreshed(first);
    node.clock.step(Duration.ofSeconds(3));
    var third = node.refreshed(second);
    node.clock.step(Duration.ofSeconds(3));
    assertEquals(third.refreshToken(), node.refreshed(first).refreshToken());
    node.clock.step(Duration.ofSeconds(6));
    assertEquals(third.refreshToken(), node.refreshed(second).refreshToken());
  }

  @Test
  void a_client_that_lost_the_response_continues_with_a_new_successor_at_any_time() {
    var first = node.signIn(ada, PASSWORD);
    var lost = node.refreshed(first);
    node.clock.step(Duration.ofHours(3));
    var second = node.refreshed(first);
    assertNotEquals(lost.refreshToken(), second.refreshToken());
    assertEquals(
        second.refreshToken(), node.refreshed(first).refreshToken(), "in the grace period");
    node.clock.step(Duration.ofHours(3));
    var third = node.refreshed(first);
    node.clock.step(LATER);
    var fourth = node.refreshed(third);
    node.clock.step(LATER);
    assertEquals("ok", node.outcome(node.refresh(fourth.refreshToken())));
    assertEquals(List.of(), node.revoked());
  }

  @Test
  void a_successor_that_was_not_lost_but_stolen_ends_the_session() {
    var first = node.signIn(ada, PASSWORD);
    var thief = node.refreshed(first);
    node.clock.step(LATER);
    var owner = node.refreshed(first);
    node.clock.step(LATER);
    assertEquals("reused-refresh-token", node.outcome(node.refresh(thief.refreshToken())));
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(owner.refreshToken())));
  }

  @Test
  void a_token_whose_successor_was_used_ends_the_session() {
    var first = node.signIn(ada, PASSWORD);
    var second = node.refreshed(first);
    node.clock.step(LATER);
    node.refreshed(second);
    node.clock.step(LATER);
    assertEquals("reused-refresh-token", node.outcome(node.refresh(first.refreshToken())));
  }

  @Test
  void a_token_has_at_most_thirty_two_successors() {
    var first = node.signIn(ada, PASSWORD);
    for (var successor = 0; successor < RefreshService.MAX_SUCCESSORS; successor++) {
      node.refreshed(first);
      node.clock.step(LATER);
    }
    assertEquals("reused-refresh-token", node.outcome(node.refresh(first.refreshToken())));
  }

  @Test
  void a_lost_response_is_forgiven_while_the_signing_key_is_rotated() {
    var first = node.signIn(ada, PASSWORD);
    node.refreshed(first);
    node.clock.step(LATER);
    var rotated = Map.of(
        "JWT_SECRET", "another secret of thirty-two bytes!", "JWT_SECRET_PREVIOUS", SignIn.SECRET);
    try (var other = new SignIn(node.postgres, node.clock, rotated)) {
      other.await(other.refresh(first.refreshToken()));
      node.clock.step(LATER);
      var last = other.await(other.refresh(first.refreshToken()));
      node.clock.step(LATER);
      assertEquals("ok", other.outcome(other.refresh(last.refreshToken())));
    }
  }

  @Test
  void a_node_of_an_earlier_version_does_not_extend_the_use_of_a_replaced_token() {
    var first = node.signIn(ada, PASSWORD);
    node.refreshed(first);
    node.clock.step(LATER);
    node.refreshed(first);
    // Such a node does not write the columns of a lost response.
    node.execute(
        "UPDATE account.sessions SET token_hash = sha256('x'), generation = generation + 1, rotated_at = '{}'");
    node.clock.step(LATER);
    assertEquals("reused-refresh-token", node.outcome(node.refresh(first.refreshToken())));
  }

  /**
   * Two clients hold copies of a token, and lose responses: the server accepts the newest token, and the one that was
   * exchanged for it; any other one ends the session.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_copied_token_ends_the_session_when_a_replaced_one_is_used(long seed) {
    var random = new Random(seed);
    var newest = node.signIn(ada, PASSWORD).refreshToken();
    var parent = newest;
    var held = new Confidential[] {newest, newest};
    var ended = false;
    for (var request = 0; request < 100 && !ended; request++) {
      var client = random.nextInt(2);
      var used = held[client];
      var valid = used.equals(newest) || used.equals(parent);
      var response = node.refresh(used);
      assertEquals(valid ? "ok" : "reused-refresh-token", node.outcome(response));
      ended = !valid;
      if (valid) {
        parent = used;
        newest = node.await(response).refreshToken();
        // Some responses are lost.
        held[client] = random.nextInt(4) == 0 ? used : newest;
      }
      node.clock.step(LATER);
    }
    assertTrue(ended, "two clients share a session");
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(newest)));
  }

  /** A client alone stays signed in, however many of its responses are lost. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void lost_responses_never_end_the_session_of_one_client(long seed) {
    var random = new Random(seed);
    var token = node.signIn(ada, PASSWORD).refreshToken();
    for (var request = 0; request < 60; request++) {
      var answer = node.await(node.refresh(token)).refreshToken();
      token = random.nextBoolean() ? answer : token;
      node.clock.step(Duration.ofSeconds(random.nextInt(30)));
    }
    assertEquals(List.of(), node.revoked());
  }

  @Test
  void reusing_a_refresh_token_after_the_grace_period_ends_the_session_and_is_audited() {
    var stolen = node.signIn(ada, PASSWORD);
    var owner = node.refreshed(node.refreshed(stolen));
    node.clock.step(LATER);
    assertEquals("reused-refresh-token", node.outcome(node.refresh(stolen.refreshToken())));
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(owner.refreshToken())));
    assertEquals(
        List.of(Reason.TOKEN_REUSED),
        node.revoked().stream().map(Sessions.Revocation::reason).toList());
    assertEquals(
        List.of(stolen.sessionId()),
        node.query("SELECT details ->> 'session' FROM account.audit"
            + " WHERE action = 'session.token-reused' AND user_id = " + adaId));
  }

  @Test
  void a_token_forged_from_a_known_session_id_cannot_end_the_session() {
    var grant = node.signIn(ada, PASSWORD);
    node.refreshed(node.refreshed(grant));
    node.clock.step(LATER);
    var forged = RefreshToken.of(
        RefreshToken.body(UUID.fromString(grant.sessionId()), 0, new byte[32]), new byte[16]);
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(forged.text())));
    assertEquals("ok", node.outcome(logout(forged.text())));
    assertEquals(List.of(), node.revoked());
  }

  @Test
  void text_that_is_no_refresh_token_is_rejected() {
    var access = node.signIn(ada, PASSWORD).accessToken();
    for (var text : List.of("", "x", "ü".repeat(91), "%".repeat(91), access.value())) {
      assertEquals("malformed-refresh-token", node.outcome(node.refresh(new Confidential(text))));
    }
    assertEquals(
        "invalid-refresh-token", node.outcome(node.refresh(new Confidential("A".repeat(91)))));
  }

  @Test
  void a_disabled_or_erased_user_cannot_refresh() {
    var grant = node.signIn(ada, PASSWORD);
    node.execute("UPDATE account.users SET status = 'disabled' WHERE id = " + adaId);
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(grant.refreshToken())));
    node.execute("DELETE FROM account.users WHERE id = " + adaId);
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(grant.refreshToken())));
  }

  @Test
  void a_session_expires_when_idle_and_at_the_end_of_its_life() {
    var idle = node.signIn(ada, PASSWORD);
    node.clock.step(Duration.ofDays(14));
    assertEquals("expired-refresh-token", node.outcome(node.refresh(idle.refreshToken())));
    var used = node.signIn(ada, PASSWORD);
    for (var day = 10; day < 90; day += 10) {
      node.clock.step(Duration.ofDays(10));
      used = node.refreshed(used);
    }
    node.clock.step(Duration.ofDays(10));
    assertEquals("expired-refresh-token", node.outcome(node.refresh(used.refreshToken())));
  }

  @Test
  void rotating_the_signing_key_keeps_all_sessions() {
    var before = node.signIn(ada, PASSWORD);
    var rotated = refreshedWith(
        before.refreshToken(),
        Map.of(
            "JWT_SECRET",
            "another secret of thirty-two bytes!",
            "JWT_SECRET_PREVIOUS",
            SignIn.SECRET));
    // A node that still signs with the old secret issues the same refresh token.
    assertEquals(
        rotated,
        refreshedWith(
            before.refreshToken(),
            Map.of(
                "JWT_SECRET",
                SignIn.SECRET,
                "JWT_SECRET_PREVIOUS",
                "another secret of thirty-two bytes!")));
  }

  private Confidential refreshedWith(Confidential token, Map<String, String> secrets) {
    try (var other = new SignIn(node.postgres, node.clock, secrets)) {
      return other.await(other.refresh(token)).refreshToken();
    }
  }

  @Test
  void signing_out_ends_the_session_and_can_be_repeated() {
    var grant = node.signIn(ada, PASSWORD);
    assertEquals("ok", node.outcome(logout(grant.refreshToken())));
    assertEquals("ok", node.outcome(logout(grant.refreshToken())));
    assertEquals("ok", node.outcome(logout(new Confidential("unknown"))));
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(grant.refreshToken())));
    assertEquals(
        List.of(Sessions.Revocation.ofSession(
            adaId,
            grant.sessionId(),
            Reason.LOGGED_OUT,
            node.clock.instant().plus(Duration.ofMinutes(16)))),
        node.revoked());
  }

  @Test
  void signing_out_everywhere_ends_all_sessions_and_revokes_all_tokens() {
    var one = node.signIn(ada, PASSWORD);
    var two = node.signIn(ada, PASSWORD);
    node.await(() -> node.bus.request(Sessions.LOGOUT_ALL, new Sessions.LogoutAll(adaId, CLIENT)));
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(one.refreshToken())));
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(two.refreshToken())));
    assertEquals(
        List.of(2L),
        node.revoked().stream().map(Sessions.Revocation::minVersion).toList());
    assertEquals(2, claims(node.signIn(ada, PASSWORD).accessToken()).getInteger("ver"));
  }

  @Test
  void a_user_lists_and_ends_only_its_own_sessions() {
    var current = node.signIn(ada, PASSWORD);
    node.clock.step(Duration.ofMinutes(1));
    var other = node.signIn(ada, PASSWORD);
    var graceId = node.given("grace", PASSWORD);
    var listed = node.await(() ->
            node.bus.request(Sessions.LIST, new Sessions.ListSessions(adaId, current.sessionId())))
        .sessions();
    assertEquals(
        List.of(other.sessionId() + " false a test", current.sessionId() + " true a test"),
        listed.stream().map(s -> s.id() + " " + s.current() + " " + s.device()).toList());
    assertEquals("session-not-found", node.outcome(end(graceId, other.sessionId())));
    assertEquals("session-not-found", node.outcome(end(adaId, "no uuid")));
    assertEquals("ok", node.outcome(end(adaId, other.sessionId())));
    assertEquals("session-not-found", node.outcome(end(adaId, other.sessionId())));
    assertEquals("ok", node.outcome(node.refresh(current.refreshToken())));
  }

  @Test
  void the_least_recently_used_session_ends_when_a_fifty_first_starts() {
    var oldest = node.signIn(ada, PASSWORD);
    node.execute(
        """
        INSERT INTO account.sessions (id, user_id, token_hash, created_at, last_used_at, expires_at)
        SELECT gen_random_uuid(), %d, sha256('x'), at, at + interval '1 hour', at + interval '1 day'
          FROM generate_series(1, 49), CAST('%s' AS timestamptz) AS at"""
            .formatted(adaId, node.clock.instant()));
    node.signIn(ada, PASSWORD);
    assertEquals(List.of("50"), node.query("SELECT count(*) FROM account.sessions"));
    assertEquals(
        List.of(oldest.sessionId()),
        node.revoked().stream().map(Sessions.Revocation::sessionId).toList());
  }

  @Test
  void changing_ones_own_password_ends_the_other_sessions_and_publishes_to_that_user_only() {
    var current = node.signIn(ada, PASSWORD);
    var other = node.signIn(ada, PASSWORD);
    assertEquals(
        "wrong-password",
        node.outcome(change(current.sessionId(), "wrong one", "moon over water")));
    assertEquals(
        "invalid-request", node.outcome(change(current.sessionId(), PASSWORD, "password123")));
    assertEquals("ok", node.outcome(change(current.sessionId(), PASSWORD, "moon over water")));
    assertEquals("invalid-refresh-token", node.outcome(node.refresh(other.refreshToken())));
    assertEquals(2, claims(node.refreshed(current).accessToken()).getInteger("ver"));
    assertEquals(
        List.of(Reason.PASSWORD_CHANGED),
        node.revoked().stream().map(Sessions.Revocation::reason).toList());
    assertEquals(
        List.of("password_changed {user." + adaId + "}"),
        node.query("SELECT event || ' ' || topics::text FROM account.outbox"));
    assertEquals("invalid-credentials", node.outcome(node.signIn(ada, PASSWORD, SignIn.HOME)));
    node.signIn(ada, "moon over water");
  }

  @Test
  void a_bcrypt_hash_of_the_earlier_system_is_replaced_at_the_first_sign_in() {
    try (var real = SignIn.withRealHashes(node.postgres, node.clock, Map.of())) {
      var bcrypt =
          BcryptFunction.getInstance(Bcrypt.B, 4).hash("the old password").getResult();
      real.givenHash("legacy", bcrypt);
      assertEquals(
          "invalid-credentials", real.outcome(real.signIn("legacy", "another one", SignIn.HOME)));
      real.signIn("legacy", "the old password");
      var hash = real.query("SELECT password_hash FROM account.users WHERE username = 'legacy'")
          .get(0);
      assertTrue(hash.startsWith("$argon2id$v=19$m=19456,t=2,p=1$"), hash);
      real.signIn("legacy", "the old password");
    }
  }

  @Test
  void concurrent_first_sign_ins_with_a_bcrypt_hash_all_succeed() {
    node.signIn(ada, PASSWORD);
    node.givenHash(
        "legacy",
        BcryptFunction.getInstance(Bcrypt.B, 4).hash("the old password").getResult());
    var signIns = IntStream.range(0, 3)
        .mapToObj(n -> node.signIn("legacy", "the old password", SignIn.HOME))
        .toList();
    assertEquals(
        Collections.nCopies(3, "ok"), signIns.stream().map(node::outcome).toList());
  }

  @Test
  void registration_requires_the_setting() {
    assertEquals("registration-closed", node.outcome(register(node)));
    try (var open = new SignIn(node.postgres, node.clock, Map.of("REGISTRATION", "open"))) {
      assertEquals("ok", open.outcome(register(open)));
    }
  }

  @Test
  void of_eight_concurrent_redemptions_of_a_ticket_one_succeeds() {
    var grant = node.signIn(ada, PASSWORD);
    var ticket = ticket(grant);
    var redeemed = IntStream.range(0, 8)
        .mapToObj(n -> node.start(
            () -> node.bus.request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(ticket))))
        .map(node::outcome)
        .sorted()
        .toList();
    assertEquals("ok", redeemed.get(7));
    assertEquals("invalid-ticket", redeemed.get(6));
  }

  @Test
  void a_ticket_holds_the_identity_and_expires_after_thirty_seconds_or_with_the_session() {
    var grant = node.signIn(ada, PASSWORD);
    var end = node.clock.instant().plus(TokenIssuer.ACCESS_TOKEN_LIFETIME);
    var fresh = ticket(grant);
    assertEquals(
        new Sessions.Identity(adaId, ada, List.of("user"), grant.sessionId(), 1, end),
        node.await(
            () -> node.bus.request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(fresh))));
    var late = ticket(grant);
    node.clock.step(TicketService.LIFETIME);
    assertEquals("invalid-ticket", node.outcome(redeem(late)));
    var afterwards = ticket(grant);
    node.await(logout(grant.refreshToken()));
    assertEquals("invalid-ticket", node.outcome(redeem(afterwards)));
    assertEquals(
        "invalid-token",
        node.outcome(node.start(() -> node.bus.request(
            Sessions.ISSUE_TICKET, new Sessions.IssueTicket(adaId, grant.sessionId(), end)))));
  }

  @Test
  void no_ticket_is_issued_while_the_session_is_being_ended() throws SQLException {
    var grant = node.signIn(ada, PASSWORD);
    var end = node.clock.instant().plus(TokenIssuer.ACCESS_TOKEN_LIFETIME);
    try (var other = node.postgres.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("DELETE FROM account.sessions");
      var issued = node.start(() -> node.bus.request(
          Sessions.ISSUE_TICKET, new Sessions.IssueTicket(adaId, grant.sessionId(), end)));
      Await.until(
          "the statement waits for the transaction",
          () -> node.postgres.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0);
      other.commit();
      assertEquals("invalid-token", node.outcome(issued));
    }
  }

  @Test
  void housekeeping_deletes_expired_rows() {
    var grant = node.signIn(ada, PASSWORD);
    ticket(grant);
    node.await(logout(node.signIn(ada, PASSWORD).refreshToken()));
    var housekeeping = new Housekeeping(
        node.vertx, node.database, AccountLocks.HOUSEKEEPING, node.clock, node.metrics);
    AccountRetention.addCleanupTasks(
        housekeeping, Duration.ofDays(400), new UserErasure(node.clock));
    node.clock.step(Duration.ofDays(181));
    node.await(housekeeping::run);
    for (var table : List.of("sessions", "tickets", "revocations", "sign_in_addresses")) {
      assertEquals(List.of("0"), node.query("SELECT count(*) FROM account." + table), table);
    }
  }

  private Future<Void> change(String session, String current, String newPassword) {
    return node.start(() -> node.bus.request(
        Sessions.CHANGE_PASSWORD,
        new Sessions.ChangePassword(
            adaId, session, new Password(current), new Password(newPassword), CLIENT)));
  }

  private Future<Void> logout(Confidential token) {
    return node.start(() -> node.bus.request(Sessions.LOGOUT, new Sessions.Logout(token, CLIENT)));
  }

  private Future<Void> end(long userId, String session) {
    return node.start(() ->
        node.bus.request(Sessions.END, new Sessions.EndSession(userId, session, null, CLIENT)));
  }

  private Future<Sessions.Identity> redeem(Confidential ticket) {
    return node.start(
        () -> node.bus.request(Sessions.REDEEM_TICKET, new Sessions.RedeemTicket(ticket)));
  }

  private Confidential ticket(Sessions.Grant grant) {
    var end = node.clock.instant().plus(TokenIssuer.ACCESS_TOKEN_LIFETIME);
    return node.await(() -> node.bus.request(
            Sessions.ISSUE_TICKET,
            new Sessions.IssueTicket(grant.userId(), grant.sessionId(), end)))
        .ticket();
  }

  private static Future<?> register(SignIn node) {
    return node.start(() -> node.bus.request(
        Sessions.REGISTER,
        new Sessions.Register("newcomer", null, null, new Password("moon over water"), CLIENT)));
  }

  private static JsonObject claims(Confidential token) {
    return new JsonObject(new String(Base64.getUrlDecoder().decode(token.value().split("\\.")[1])));
  }

  private static JsonObject without(JsonObject object, String key) {
    object.remove(key);
    return object;
  }
}
