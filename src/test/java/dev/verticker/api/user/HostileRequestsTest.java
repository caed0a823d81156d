package dev.verticker.api.user;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.openapi.HostileRequests;
import dev.verticker.api.openapi.HostileRequests.Caller;
import dev.verticker.api.price.FakePrices;
import dev.verticker.api.user.UserFrontDoor.Person;
import dev.verticker.testing.RecordedLog;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sends {@link HostileRequests} to the User API as anonymous client, user and administrator. */
@Tag("alone")
class HostileRequestsTest {
  private static final int REQUESTS = 2000;
  private static final int MANY_REQUESTS = 20_000;
  private static final long SEED = 20_260_601;

  /** A request that succeeds ends the session of the caller. */
  private static final Set<String> ENDING = Set.of("logout", "logoutAll", "changeOwnPassword");

  private static final List<String> SYMBOLS =
      List.of("BTCUSDT", "ETHUSDT", "NOPE", "%F0%9F%92%A9", "..", ".", "%2F", "a".repeat(200));

  /** Never an id of a caller. */
  private static final List<String> USERS =
      List.of("me", "me", "0", "9999999", "-1", "1e9", "%00", "%ff", "me%20", ".");

  private static final List<String> OTHER_TARGETS = List.of(
      "/ws",
      "/ws?ticket=x",
      "/ws?token=x",
      "/eventbus",
      "/eventbus/info",
      "/eventbus/websocket",
      "/eventbus/123/abcdefgh/websocket",
      "/eventbus/123/abcdefgh/xhr",
      "/docs",
      "/openapi.yaml",
      "/",
      "*",
      "http://[::1",
      "//",
      "/nowhere");

  @Test
  void no_hostile_request_causes_a_server_error_an_undocumented_response_or_an_error_in_the_log()
      throws InterruptedException {
    attack(REQUESTS);
  }

  @Test
  @Tag("faults")
  @Timeout(600)
  void twenty_thousand_hostile_requests_cause_no_server_error() throws InterruptedException {
    attack(MANY_REQUESTS);
  }

  private static void attack(int requests) throws InterruptedException {
    try (var log = RecordedLog.errors()) {
      List<String> faults;
      try (var door = UserFrontDoor.openAlone()) {
        door.prices.tick(
            FakePrices.quote(1, "BTCUSDT", "68000.12", door.clock.instant()),
            FakePrices.quote(2, "ETHUSDT", "4200.5", door.clock.instant()));
        faults = attack(door, requests);
      }
      assertEquals("", String.join("\n", faults));
      assertEquals("", String.join("\n", log.lines()));
    }
  }

  private static List<String> attack(UserFrontDoor door, int requests) throws InterruptedException {
    var ada = door.person();
    var spare = door.person();
    var anonymous = new Caller("anonymous", List.of());
    var stranger = new Caller("stranger", List.of("Authorization: Bearer nonsense"));
    var user = caller("user", ada);
    var administrator = caller("administrator", door.admin());
    var ending = caller("user", spare);
    var hostile = new HostileRequests(
        door.client(),
        door.contract,
        door.port(),
        SEED,
        HostileRequestsTest::pathValue,
        OTHER_TARGETS);

    var faults = hostile.send(requests, (operation, round) -> switch (round % 6) {
      case 0 -> anonymous;
      case 1 -> stranger;
      case 2, 3 -> operation != null && ENDING.contains(operation) ? ending : user;
      default -> operation != null && ENDING.contains(operation) ? ending : administrator;
    });

    for (var person : List.of(ada, door.admin())) {
      expect(200, door.get(person, "/users/me"));
    }
    assertEveryOperationWasCalled(door, hostile);
    for (var succeeded : List.of("user 200", "administrator 200")) {
      assertTrue(
          hostile.statuses().getOrDefault(succeeded, 0) > requests / 50,
          () -> hostile.statuses().toString());
    }
    return faults;
  }

  private static void assertEveryOperationWasCalled(UserFrontDoor door, HostileRequests hostile) {
    var expected = new TreeSet<String>();
    for (var operation : door.contract.openApi().operations()) {
      var id = operation.getOperationId();
      expected.add(id + " anonymous");
      expected.add(id + " user");
      if (!ENDING.contains(id)) {
        expected.add(id + " administrator");
      }
    }
    expected.removeAll(hostile.called());
    assertEquals(Set.of(), expected);
  }

  private static Caller caller(String name, Person person) {
    return new Caller(name, List.of("Authorization: " + person.bearer()));
  }

  private static String pathValue(String name, Random random) {
    var values = name.equals("symbol") ? SYMBOLS : USERS;
    return values.get(random.nextInt(values.size()));
  }
}
