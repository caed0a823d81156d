package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.RawHttp;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which handshakes open a socket. */
class SocketHandshakeTest extends SocketTestCase {
  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "null", "http://app.example.org"})
  void pages_of_other_origins_cannot_connect(String origin) {
    assertEquals(403, status("/ws", "Origin", origin));
    assertEquals(403, status(SocketClient.bridgePath(), "Origin", origin));
    assertEquals(403, status("/eventbus/websocket", "Origin", origin));
    assertEquals(403, door.client().get("/eventbus/info", "Origin", origin).status());
  }

  @Test
  void pages_of_the_same_origin_and_of_allowed_origins_can_connect() {
    assertEquals(101, status("/ws", "Origin", SharedUserApi.ALLOWED_ORIGIN));
    assertEquals(101, status("/ws", "Origin", "http://localhost:" + door.port()));
    assertEquals(
        101,
        status(
            "/ws",
            "Origin",
            "https://verticker.example",
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "verticker.example"));
  }

  @Test
  void in_development_pages_of_this_machine_can_connect_from_any_port() {
    for (var origin : List.of("http://localhost:5173", "http://127.0.0.1:3000")) {
      assertEquals(101, status("/ws", "Origin", origin));
      assertEquals(200, door.client().get("/eventbus/info", "Origin", origin).status());
    }
  }

  @Test
  void a_client_without_an_origin_can_connect() {
    assertEquals(101, status("/ws"));
  }

  @Test
  void an_access_token_in_the_url_is_rejected() {
    assertEquals(400, status("/ws?token=" + door.admin().access()));
    assertEquals(400, status("/ws?ticket=" + door.admin().access()));
    assertEquals(400, status(SocketClient.bridgePath() + "?access_token=x"));
  }

  @Test
  void without_fallbacks_only_websocket_is_supported() {
    for (var transport : List.of("xhr", "xhr_streaming", "xhr_send", "jsonp_send")) {
      var response = door.client()
          .send(
              HttpMethod.POST,
              "/eventbus/000/abc/" + transport,
              null,
              "Origin",
              SharedUserApi.ALLOWED_ORIGIN);
      assertEquals(404, response.status(), transport);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/ws", "/eventbus/websocket", "/eventbus/123/abcdefgh/websocket"})
  void a_handshake_may_declare_an_empty_body_and_must_not_have_another(String target) {
    assertEquals("101", rawStatus(target, "Content-Length: 0\r\n\r\n"));
    assertEquals("400", rawStatus(target, "Content-Length: 1\r\n\r\nx"));
    assertEquals("400", rawStatus(target, "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
  }

  private static String rawStatus(String target, String end) {
    var response = RawHttp.response(
        door.port(),
        "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" + end);
    return response.split(" ")[1];
  }

  private static int status(String target, String... headers) {
    return SocketClient.handshakeStatus(door.vertx, door.port(), target, headers);
  }
}
