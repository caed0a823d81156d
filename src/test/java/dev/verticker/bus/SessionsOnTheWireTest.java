package dev.verticker.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.message.Sessions.Identity;
import dev.verticker.message.Sessions.Reason;
import dev.verticker.message.Sessions.Revocation;
import dev.verticker.message.Sessions.RevocationCursor;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes of two versions share the bus during a rolling restart, so names on the wire do not follow renames. */
class SessionsOnTheWireTest {
  private static final Instant TIME = Instant.parse("2030-01-02T03:04:05Z");

  @Test
  void an_identity_contains_the_token_version_as_version() {
    assertEquals(
        new JsonObject()
            .put("userId", 7)
            .put("username", "ada")
            .put("roles", List.of("user"))
            .put("sessionId", "s")
            .put("version", 3)
            .put("expiresAt", TIME.toString()),
        new JsonObject(Json.write(new Identity(7, "ada", List.of("user"), "s", 3, TIME))));
  }

  @Test
  void a_revocation_contains_the_min_version_as_least_version() {
    assertEquals(
        new JsonObject()
            .put("userId", 7)
            .put("leastVersion", 4)
            .putNull("sessionId")
            .put("reason", "ROLES_CHANGED")
            .put("expiresAt", TIME.toString())
            .putNull("issuedBefore"),
        new JsonObject(Json.write(Revocation.ofUser(7, 4, Reason.ROLES_CHANGED, TIME))));
  }

  @Test
  void a_revocation_cursor_contains_its_snapshots_as_seen_and_catching() {
    assertEquals(
        new JsonObject().put("seen", "1:2:").put("catching", "3:4:").put("after", 5),
        new JsonObject(Json.write(new RevocationCursor("1:2:", "3:4:", 5))));
  }

  @Test
  void a_failure_contains_the_position_to_resume_from_as_start() {
    var gone = new Failure.Gone("epoch-changed", "x", new Failure.Gone.ResumeFrom("e", 1));
    assertEquals(
        new JsonObject().put("epoch", "e").put("oldest", 1),
        new JsonObject(Json.write(WireFailure.of(gone))).getJsonObject("start"));
  }
}
