package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.Await;
import io.micrometer.core.instrument.Counter;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the published, unmodified event bus bridge client over every SockJS transport. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SockJsClientTest {
  private static final String ALLOWED_ORIGIN = "https://app.example.org";
  private static final int SESSIONS = 200;

  private final UserFrontDoor door =
      UserFrontDoor.openAlone("SOCKJS_FALLBACKS", "true", "CORS_ORIGINS", ALLOWED_ORIGIN);

  @AfterAll
  void close() {
    door.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "xhr-streaming", "xhr-polling", "eventsource"})
  void the_client_receives_topics_as_addresses_and_resumes(String transport) {
    try (var client = client(transport)) {
      assertEquals(transport, client.send(command("open")).next().getString("open"));
      client.send(register("users", null));
      assertEquals("subscribed", client.next().getJsonObject("body").getString("event"));
      var ada = door.person();
      var event = client.next();
      assertEquals("users", event.getString("address"));
      assertEquals(ada.id(), event.getJsonObject("body").getLong("user_id"));

      client.send(command("close")).next(line -> line.containsKey("closed"));
      var grace = door.person();
      var joan = door.person();
      client.send(command("open")).next(line -> line.containsKey("open"));
      client.send(register("users", since(event)));

      var again = body(client);
      assertEquals("true 2", again.getBoolean("recovered") + " " + again.getInteger("replayed"));
      var edith = door.person();
      for (var person : List.of(grace, joan, edith)) {
        assertEquals(person.id(), body(client).getLong("user_id"));
      }
    }
  }

  /** Returns the next event and skips lines about the closed connection. */
  private static JsonObject body(NodeScript client) {
    return client.next(line -> line.containsKey("body")).getJsonObject("body");
  }

  /** Without this header, a client sends its next request on the closing connection. */
  @ParameterizedTest
  @ValueSource(strings = {"xhr", "xhr_streaming", "eventsource"})
  void a_response_that_closes_the_connection_announces_it(String transport) {
    var method = transport.equals("eventsource") ? HttpMethod.GET : HttpMethod.POST;
    var answer = begin(method, "/eventbus/000/" + transport + "/" + transport, null);
    assertEquals("close", answer.getHeader("Connection"));
  }

  @Test
  void a_session_whose_requests_arrive_on_two_event_loops_is_opened_once() throws IOException {
    awaitNoOpenSession();
    var before = endedSessions();
    var connections = new ArrayList<Socket>();
    for (var i = 0; i < SESSIONS; i++) {
      var first = connection();
      // The next connection is on the other event loop.
      var second = connection();
      poll(first, "two-" + i);
      readOpened(first.getInputStream());
      poll(second, "two-" + i);
      connections.addAll(List.of(first, second));
    }
    for (var connection : connections) {
      connection.close();
    }
    awaitNoOpenSession();
    Await.until("each session has ended once", () -> endedSessions() >= before + SESSIONS);
    assertEquals(before + SESSIONS, endedSessions());
  }

  @Test
  void a_session_whose_client_disconnects_during_the_open_is_closed() throws Exception {
    for (var i = 0; i < SESSIONS; i++) {
      try (var connection = connection()) {
        poll(connection, "disconnected-" + i);
        TimeUnit.MICROSECONDS.sleep(10L * i);
      }
    }
    awaitNoOpenSession();
  }

  /** A session whose client disconnected is closed after half a minute. */
  private void awaitNoOpenSession() {
    Await.until(Duration.ofSeconds(90), "no session is open", () -> openSessions() == 0);
  }

  private double endedSessions() {
    return door.metrics.find("socket_closes_total").tag("framing", "bridge").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private Socket connection() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static void poll(Socket connection, String session) throws IOException {
    var request = "POST /eventbus/000/" + session
        + "/xhr HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    connection.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  private static void readOpened(InputStream answer) throws IOException {
    var read = new StringBuilder();
    // No line of the head ends like this.
    while (!read.toString().endsWith("o\n")) {
      var next = answer.read();
      assertTrue(next >= 0, () -> "ended after " + read);
      read.append((char) next);
    }
  }

  private double openSessions() {
    return door.metrics
        .get("sockets")
        .tags("framing", "bridge", "state", "open")
        .gauge()
        .value();
  }

  @Test
  void the_client_receives_an_error_where_it_made_the_request() {
    var ada = door.person();
    try (var client = client("websocket")) {
      client.send(command("open")).next();
      var headers = new JsonObject().put("Authorization", ada.bearer());
      client.send(command("register").put("address", "users").put("headers", headers));
      assertEquals(
          new JsonObject()
              .put("failureCode", 403)
              .put("failureType", "not-allowed")
              .put("message", "Permission users.read required."),
          client.next().getJsonObject("refusal"));
      client.send(command("unregister").put("address", "users"));

      client.send(command("send").put("address", "users.create").put("headers", headers));
      assertEquals("outbound-only", client.next().getJsonObject("reply").getString("failureType"));
      client.send(command("publish").put("address", "notifications.news").put("headers", headers));
      assertEquals("outbound-only", client.next().getJsonObject("error").getString("failureType"));
    }
  }

  @Test
  void pages_of_other_origins_are_rejected_on_every_transport() {
    var session = "/eventbus/000/stranger/";
    var targets = Map.of(
        "/eventbus/info",
        HttpMethod.GET,
        session + "websocket",
        HttpMethod.GET,
        "/eventbus/websocket",
        HttpMethod.GET,
        session + "xhr",
        HttpMethod.POST,
        session + "xhr_streaming",
        HttpMethod.POST,
        session + "xhr_send",
        HttpMethod.POST,
        session + "eventsource",
        HttpMethod.GET,
        session + "htmlfile?c=x",
        HttpMethod.GET,
        session + "jsonp?c=x",
        HttpMethod.GET,
        session + "jsonp_send",
        HttpMethod.POST);
    for (var origin : List.of("https://evil.example", "null", "http://app.example.org")) {
      targets.forEach((target, method) -> {
        var answer = begin(method, target, origin);
        assertEquals(403, answer.statusCode(), () -> method + " " + target + " from " + origin);
        assertEquals(null, answer.getHeader("Access-Control-Allow-Origin"), target);
      });
    }
    var statuses = new TreeMap<String, Integer>();
    targets.forEach((target, method) ->
        statuses.put(target, begin(method, target, ALLOWED_ORIGIN).statusCode()));
    statuses
        .keySet()
        .removeIf(target -> target.endsWith("websocket") || target.endsWith("xhr_send"));
    assertEquals(
        new TreeMap<>(Map.of(
            "/eventbus/info",
            200,
            session + "xhr",
            200,
            session + "xhr_streaming",
            200,
            session + "eventsource",
            200,
            session + "htmlfile?c=x",
            404,
            session + "jsonp?c=x",
            404,
            session + "jsonp_send",
            404)),
        statuses);
  }

  @Test
  void only_an_allowed_origin_is_named_in_the_response() {
    var answer = begin(HttpMethod.GET, "/eventbus/info", ALLOWED_ORIGIN);
    assertEquals(
        Set.of(ALLOWED_ORIGIN), Set.copyOf(answer.headers().getAll("Access-Control-Allow-Origin")));
    assertTrue(begin(HttpMethod.POST, "/eventbus/000/no-origin/xhr", null).statusCode() == 200);
    assertNotEquals("*", answer.getHeader("Access-Control-Allow-Origin"));
  }

  private HttpClientResponse begin(HttpMethod method, String target, String origin) {
    var headers = MultiMap.caseInsensitiveMultiMap();
    if (origin != null) {
      headers.add("Origin", origin);
    }
    var options = new RequestOptions()
        .setHost("localhost")
        .setPort(door.port())
        .setMethod(method)
        .setURI(target)
        .setHeaders(headers);
    var client = door.vertx.createHttpClient();
    Future<HttpClientResponse> answer = client
        .request(options)
        .compose(HttpClientRequest::send)
        .onSuccess(HttpClientResponse::pause);
    var response = Await.await(answer);
    // A stream has no end.
    client.close();
    return response;
  }

  private NodeScript client(String transport) {
    return NodeScript.start(
        "src/test/npm/bridgeClient.js", "http://localhost:" + door.port() + "/eventbus", transport);
  }

  private JsonObject register(String address, String since) {
    var headers = new JsonObject().put("Authorization", door.admin().bearer());
    if (since != null) {
      headers.put("since", since);
    }
    return command("register").put("address", address).put("headers", headers);
  }

  private static String since(JsonObject event) {
    var body = event.getJsonObject("body");
    return body.getString("epoch") + ":" + body.getLong("seq");
  }

  private static JsonObject command(String what) {
    return new JsonObject().put("do", what);
  }
}
