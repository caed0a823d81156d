package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.Tool;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Runs the examples of the documentation across a lost connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesTest {
  private static final String PAGE = "docs/examples/page.html";
  private static final String SCRIPT = "docs/examples/listen.js";

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer pages = await(vertx
      .createHttpServer()
      .requestHandler(request -> {
        if (request.path().equals("/page.html")) {
          request.response().putHeader("Content-Type", "text/html").sendFile(PAGE);
        } else {
          request.response().setStatusCode(404).end();
        }
      })
      .listen(0, "localhost"));
  private final String origin = "http://localhost:" + pages.actualPort();
  private final UserFrontDoor door = UserFrontDoor.openAlone("CORS_ORIGINS", origin);

  @AfterAll
  void close() {
    door.close();
    await(vertx.close());
  }

  @Test
  void the_script_receives_every_event_once_across_a_disconnect() {
    var proxy = new InterruptibleProxy(vertx, door.port());
    try (var script = NodeScript.start(SCRIPT, api(proxy), door.admin().access(), "users")) {
      var received = receiveAcrossADisconnect(proxy, script::next);

      assertEquals(expected(received.get(0)), events(received));
      assertEquals(
          List.of(false, true),
          received.stream()
              .filter(event -> event.containsKey("recovered"))
              .map(event -> event.getBoolean("recovered"))
              .toList());
    }
  }

  @Test
  void the_script_exits_when_it_is_not_authorized() {
    try (var script = NodeScript.start(
        SCRIPT, api(new InterruptibleProxy(vertx, door.port())), "no token", "users")) {
      assertEquals(1, script.exitCode());
      assertEquals(List.of("refused: invalid-token Invalid access token."), script.lines());
    }
  }

  @Test
  void the_page_receives_every_event_once_across_a_disconnect() {
    var chromium = Tool.require("chromium", "chromium").toString();
    var proxy = new InterruptibleProxy(vertx, door.port());
    var url = origin + "/page.html?api=" + api(proxy) + "#" + door.admin().access();
    try (var browser = NodeScript.start("src/test/npm/listItems.js", chromium, url)) {
      var received = receiveAcrossADisconnect(proxy, () -> item(browser.next().getString("item")));

      assertEquals(expected(received.get(0)), events(received));
    }
  }

  /** Causes one event before the disconnect, two during it and one after it. The first element holds the ids of the users. */
  private List<JsonObject> receiveAcrossADisconnect(
      InterruptibleProxy proxy, Supplier<JsonObject> next) {
    var received = new ArrayList<JsonObject>();
    received.add(next.get());
    var ids = new ArrayList<Long>();
    ids.add(door.person().id());
    received.add(next.get());
    proxy.interrupt();
    ids.add(door.person().id());
    ids.add(door.person().id());
    proxy.restore();
    for (var i = 0; i < 3; i++) {
      received.add(next.get());
    }
    ids.add(door.person().id());
    received.add(next.get());
    received.add(0, new JsonObject().put("ids", ids));
    return received;
  }

  private static List<String> expected(JsonObject users) {
    var ids = users.getJsonArray("ids");
    return List.of(
        "subscribed",
        "user_created " + ids.getLong(0),
        "subscribed",
        "user_created " + ids.getLong(1),
        "user_created " + ids.getLong(2),
        "user_created " + ids.getLong(3));
  }

  private static List<String> events(List<JsonObject> received) {
    return received.stream()
        .skip(1)
        .map(event -> Stream.of(event.getValue("event"), event.getValue("user_id"))
            .filter(part -> part != null)
            .map(Object::toString)
            .collect(Collectors.joining(" ")))
        .toList();
  }

  private static JsonObject item(String text) {
    return new JsonObject().put("event", text);
  }

  private static String api(InterruptibleProxy proxy) {
    return "http://localhost:" + proxy.port();
  }
}
