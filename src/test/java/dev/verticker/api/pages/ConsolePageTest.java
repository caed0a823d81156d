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

/** Tests how the files of the console are served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsolePageTest {
  private static final Path FOLDER = Path.of("src/main/resources/web/console");

  private final UserFrontDoor door = UserFrontDoor.open();

  @AfterAll
  void close() {
    door.close();
  }

  @Test
  void the_content_security_policy_allows_only_same_origin_scripts_styles_and_requests() {
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
        text.contains("://") || text.contains("style="),
        "the page has an external or inline resource");
  }

  @Test
  void every_file_is_served_except_the_index_page_licenses_and_markdown() throws IOException {
    List<String> files;
    try (var all = Files.walk(FOLDER)) {
      files = all.filter(Files::isRegularFile)
          .map(file -> "/console/" + FOLDER.relativize(file))
          .toList();
    }
    for (var file : files) {
      var read = file.endsWith("index.html") || file.matches(".+(/LICENSE|/NOTICE|\\.md)");
      assertEquals(read ? 404 : 200, door.client().get(file).status(), file);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gzip"})
  void a_request_with_the_current_entity_tag_is_304(String coding) {
    var first = expect(200, door.client().get("/console/app.js", "Accept-Encoding", coding));
    assertEquals("no-cache", first.headers().get("Cache-Control"));
    var tag = first.headers().get("ETag");

    var second =
        door.client().get("/console/app.js", "Accept-Encoding", coding, "If-None-Match", tag);

    assertEquals(304, second.status());
    assertEquals(tag, second.headers().get("ETag"));
    assertEquals(0, second.body() == null ? 0 : second.body().length());
    assertEquals(
        200,
        door.client().get("/console/app.js", "If-None-Match", "\"another\"").status());
  }

  @Test
  void a_client_that_accepts_gzip_gets_the_compressed_file() throws IOException {
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
    assertTrue(
        small.headers().getAll("Vary").stream().anyMatch("accept-encoding"::equalsIgnoreCase));
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
  void a_path_without_a_served_file_is_404(String path) {
    var reply = door.client().get(path);

    assertEquals(404, reply.status(), () -> reply.body().toString());
    assertEquals("not-found", reply.code());
  }

  @Test
  void head_is_supported_and_other_methods_are_405() {
    var head = expect(200, door.client().send(HttpMethod.HEAD, "/", null));
    assertTrue(Integer.parseInt(head.headers().get("Content-Length")) > 0);

    var post = door.client().send(HttpMethod.POST, "/", null);
    assertEquals(405, post.status());
    assertEquals("GET, HEAD", post.headers().get("Allow"));
  }

  @Test
  void the_console_does_not_hide_the_api_and_its_documentation() {
    assertEquals("token-missing", door.client().get("/users").code());
    expect(200, door.client().get("/docs"));
    expect(200, door.client().get("/docs/events"));
    expect(200, door.client().get("/openapi.yaml"));
  }
}
