package dev.verticker.api.pages;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the console's files are served, beside an API that goes on as before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsolePageTest {
  private static final Path FOLDER = Path.of("src/main/resources/web/console");

  private final UserFrontDoor door = UserFrontDoor.open();

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void the_page_allows_no_script_style_or_request_but_its_own() {
    var page = expect(200, door.client().get("/"));

    assertEquals("text/html; charset=utf-8", page.headers().get("Content-Type"));
    var policy = page.headers().get("Content-Security-Policy");
    assertTrue(
        policy.startsWith("default-src 'none'; script-src 'self'; style-src 'self';"), policy);
    assertTrue(policy.contains("require-trusted-types-for 'script'"), policy);
    assertFalse(
        policy.contains("unsafe") || policy.contains("http") || policy.contains("data:"), policy);
    assertEquals("nosniff", page.headers().get("X-Content-Type-Options"));
    assertEquals("no-referrer", page.headers().get("Referrer-Policy"));
    assertEquals("same-origin", page.headers().get("Cross-Origin-Opener-Policy"));
    var text = page.body().toString();
    assertFalse(
        text.contains("://") || text.contains("style="), "nothing from elsewhere, nothing inline");
  }

  @Test
  void every_file_of_the_folder_is_served_but_the_page_itself_and_what_is_only_to_be_read()
      throws IOException {
    List<String> files;
    try (var all = Files.walk(FOLDER)) {
      files = all.filter(Files::isRegularFile)
          .map(file -> "/console/" + FOLDER.relativize(file))
          .toList();
    }
    for (var file : files) {
      var read = file.endsWith("index.html") || file.endsWith("LICENSE") || file.endsWith(".md");
      assertEquals(read ? 404 : 200, door.client().get(file).status(), file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gzip"})
  void a_file_that_is_known_is_not_sent_again(String coding) {
    var first = expect(200, door.client().get("/console/app.js", "Accept-Encoding", coding));
    assertEquals("no-cache", first.headers().get("Cache-Control"));
    var tag = first.headers().get("ETag");

    var again =
        door.client().get("/console/app.js", "Accept-Encoding", coding, "If-None-Match", tag);

    assertEquals(304, again.status());
    assertEquals(tag, again.headers().get("ETag"));
    assertEquals(0, again.body() == null ? 0 : again.body().length());
    assertEquals(
        200,
        door.client().get("/console/app.js", "If-None-Match", "\"another\"").status());
  }

  @Test
  void who_takes_gzip_gets_the_same_file_smaller() throws IOException {
    var plain = expect(200, door.client().get("/console/console.css"));
    var small = expect(
        200, door.client().get("/console/console.css", "Accept-Encoding", "br;q=1, gzip;q=0.5"));
    var refused =
        expect(200, door.client().get("/console/console.css", "Accept-Encoding", "gzip;q=0"));

    assertEquals("gzip", small.headers().get("Content-Encoding"));
    try (var unzip = new GZIPInputStream(new ByteArrayInputStream(small.body().getBytes()))) {
      assertEquals(plain.body().toString(), new String(unzip.readAllBytes(), "UTF-8"));
    }
    assertTrue(small.body().length() < plain.body().length() / 2);
    assertFalse(small.headers().get("ETag").equals(plain.headers().get("ETag")));
    assertTrue(small.headers().get("Vary").toLowerCase().contains("accept-encoding"));
    assertFalse(refused.headers().contains("Content-Encoding"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console",
        "/console/",
        "/console/nothing.js",
        "/console/../openapi/user-api.yaml",
        "/console/%2e%2e/%2e%2e/openapi/user-api.yaml",
        "/console/..%2f..%2fpasswords%2fcommon.txt",
        "/console/vendor/",
        "/web/console/app.js"
      })
  void a_path_that_the_page_does_not_name_is_not_there(String path) {
    var reply = door.client().get(path);

    assertEquals(404, reply.status(), () -> reply.body().toString());
    assertEquals("not-found", reply.code());
  }

  @Test
  void head_is_answered_and_other_methods_are_not_allowed() {
    var head = expect(200, door.client().send(HttpMethod.HEAD, "/", null));
    assertTrue(Integer.parseInt(head.headers().get("Content-Length")) > 0);

    var post = door.client().send(HttpMethod.POST, "/", null);
    assertEquals(405, post.status());
    assertEquals("GET, HEAD", post.headers().get("Allow"));
  }

  @Test
  void the_api_and_its_documentation_answer_as_before() {
    assertEquals("token-missing", door.client().get("/users").code());
    expect(200, door.client().get("/docs"));
    expect(200, door.client().get("/docs/events"));
    expect(200, door.client().get("/openapi.yaml"));
  }
}
