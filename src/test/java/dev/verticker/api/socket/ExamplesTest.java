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

/** What a reader of the documentation copies works, also when the connection does not. */
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
  void the_script_hears_everything_once_across_a_drop() {
    var cable = new Cable(vertx, door.port());
    try (var script = Script.start(SCRIPT, api(cable), door.admin().access(), "users")) {
      var told = hearsAcrossADrop(cable, script::next);

      assertEquals(expected(told.get(0)), heard(told));
      assertEquals(
          List.of(false, true),
          told.stream()
              .filter(event -> event.containsKey("recovered"))
              .map(event -> event.getBoolean("recovered"))
              .toList());
    }
  }

  @Test
  void the_script_ends_when_it_may_not_hear() {
    try (var script =
        Script.start(SCRIPT, api(new Cable(vertx, door.port())), "no token", "users")) {
      assertEquals(1, script.ended());
      assertEquals(List.of("refused: invalid-token Invalid access token."), script.lines());
    }
  }

  @Test
  void the_page_hears_everything_once_across_a_drop() {
    var chromium = Tool.needed("chromium", "chromium").toString();
    var cable = new Cable(vertx, door.port());
    var url = origin + "/page.html?api=" + api(cable) + "#" + door.admin().access();
    try (var browser = Script.start("src/test/npm/listItems.js", chromium, url)) {
      var told = hearsAcrossADrop(cable, () -> item(browser.next().getString("item")));

      assertEquals(expected(told.get(0)), heard(told));
    }
  }

  /** One event while it listens, two while it is away, one when it is back. Begins with whom they are about. */
  private List<JsonObject> hearsAcrossADrop(Cable cable, Supplier<JsonObject> next) {
    var told = new ArrayList<JsonObject>();
    told.add(next.get());
    var ids = new ArrayList<Long>();
    ids.add(door.person().id());
    told.add(next.get());
    cable.cut();
    ids.add(door.person().id());
    ids.add(door.person().id());
    cable.mend();
    for (var i = 0; i < 3; i++) {
      told.add(next.get());
    }
    ids.add(door.person().id());
    told.add(next.get());
    told.add(0, new JsonObject().put("ids", ids));
    return told;
  }

  private static List<String> expected(JsonObject about) {
    var ids = about.getJsonArray("ids");
    return List.of(
        "subscribed",
        "user_created " + ids.getLong(0),
        "subscribed",
        "user_created " + ids.getLong(1),
        "user_created " + ids.getLong(2),
        "user_created " + ids.getLong(3));
  }

  private static List<String> heard(List<JsonObject> told) {
    return told.stream()
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

  private static String api(Cable cable) {
    return "http://localhost:" + cable.port();
  }
}
