package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

  private static int status(String target, String... headers) {
    return SocketClient.handshakeStatus(door.vertx, door.port(), target, headers);
  }
}
