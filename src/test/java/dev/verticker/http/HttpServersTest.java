package dev.verticker.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.testing.RawHttp;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class HttpServersTest {
  private static final ConnectionTimeouts FAST = new ConnectionTimeouts(
      Duration.ofMillis(300),
      Duration.ofMillis(600),
      Duration.ofMillis(300),
      Duration.ofMillis(2000));
  /** A busy machine may not send a request within the time of {@link #FAST}. */
  private static final ConnectionTimeouts PATIENT = new ConnectionTimeouts(
      Duration.ofSeconds(8), Duration.ofSeconds(8), Duration.ofSeconds(8), Duration.ofSeconds(8));

  private static final String HIDDEN = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger handled = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void start() {
    server = server(PATIENT);
  }

  private HttpServer server(ConnectionTimeouts timeouts) {
    return HttpServers.create(vertx, "127.0.0.1", 0, timeouts, () -> false)
        .requestHandler(request -> request.body().onSuccess(body -> {
          handled.incrementAndGet();
          request.response().end(request.path() + " " + body.length());
        }))
        .listen()
        .await();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  static Stream<Arguments> ambiguous() {
    return Stream.of(
        framing(
            "length and chunked",
            "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n"),
        framing(
            "chunked and length",
            "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
            "0\r\n\r\n"),
        framing("two lengths", "Content-Length: 0\r\nContent-Length: 5\r\n", ""),
        framing("two equal lengths", "Content-Length: 0\r\nContent-Length: 0\r\n", ""),
        framing("a list of lengths", "Content-Length: 0, 5\r\n", ""),
        framing("a negative length", "Content-Length: -1\r\n", ""),
        framing("a signed length", "Content-Length: +0\r\n", ""),
        framing("a length in hex", "Content-Length: 0x0\r\n", ""),
        framing("an unknown encoding", "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n", ""),
        framing("a tab before chunked", "Transfer-Encoding:\tchunked\r\nContent-Length: 0\r\n", ""),
        framing(
            "two encodings",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n"),
        framing("a list of encodings", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        framing("a blank before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        Arguments.of(
            "chunked in HTTP/1.0",
            "POST /first HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
                + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "control bytes before the request line",
            "\u0001\u0002POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of(
            "a bare line feed in a header",
            "POST /first HTTP/1.1\r\nHost: a\r\nX-A: b\nContent-Length: 40\r\n\r\n"),
        Arguments.of("two hosts", "POST /first HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Arguments.of("no host", "POST /first HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of(
            "a chunk size with a sign",
            "POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n0\r\n\r\n"),
        Arguments.of("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  }

  private static Arguments framing(String name, String headers, String body) {
    return Arguments.of(name, "POST /first HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ambiguous")
  void an_ambiguous_request_is_rejected_and_requests_after_it_are_discarded(
      String name, String request) throws IOException {
    try (var client = new RawHttp(server.actualPort())) {
      var answer = client.send(request + HIDDEN + LAST).untilClosed();
      assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.[01] 400.*"), answer);
      assertEquals(
          answer.isEmpty() ? 0 : 1, answer.split("HTTP/1\\.[01] \\d", -1).length - 1, answer);
      assertEquals(0, handled.get());
    }
  }

  @Test
  void every_request_on_a_persistent_connection_gets_a_response() throws IOException {
    try (var client = new RawHttp(server.actualPort())) {
      var answer = client
          .send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
              + "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
              + LAST)
          .untilClosed();
      assertTrue(
          answer.contains("/a 3") && answer.contains("/b 2") && answer.endsWith("/last 0"), answer);
    }
  }

  @Test
  void a_draining_server_closes_each_connection_after_its_pending_response() throws IOException {
    var draining = new AtomicBoolean();
    var server = HttpServers.create(
            vertx, "127.0.0.1", 0, ConnectionTimeouts.DEFAULT, draining::get)
        .requestHandler(request -> {
          draining.set(request.path().equals("/last"));
          request.response().end("served " + request.path());
        })
        .listen()
        .await();
    try (var client = new RawHttp(server.actualPort())) {
      var answers = client
          .send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /last HTTP/1.1\r\nHost: a\r\n\r\n")
          .untilClosed()
          .toLowerCase(Locale.ROOT);
      assertTrue(answers.endsWith("served /last"), answers);
      var firstAndLast = answers.split("served /first");
      assertFalse(firstAndLast[0].contains("connection: close"), answers);
      assertTrue(firstAndLast[1].contains("connection: close"), answers);
    }
  }

  @Test
  void an_upgrade_to_clear_text_http_2_is_ignored() throws IOException {
    try (var client = new RawHttp(server.actualPort())) {
      var answer = client
          .send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
              + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
          .untilClosed();
      assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /ws HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Key: \r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\n"
      })
  void the_server_rejects_an_invalid_websocket_handshake_with_400(String head) throws IOException {
    try (var client = new RawHttp(server.actualPort())) {
      var answer = client
          .send(head
              + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n")
          .untilClosed();
      assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    }
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            414, "uri-too-long", "GET /" + "a".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
        Arguments.of(
            431,
            "headers-too-large",
            "GET / HTTP/1.1\r\nHost: a\r\nX-A: " + "a".repeat(20_000) + "\r\n\r\n"),
        Arguments.of(400, "malformed-request", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        Arguments.of(400, "malformed-request", "nonsense\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void an_unparsable_request_gets_a_problem_and_closes_the_connection(
      int status, String code, String request) throws IOException {
    try (var client = new RawHttp(server.actualPort())) {
      var answer = client.send(request).untilClosed();
      assertTrue(answer.matches("(?s)HTTP/1\\.[01] " + status + ".*"), answer);
      assertTrue(answer.toLowerCase().contains("content-type: application/problem+json"), answer);
      var problem = new JsonObject(answer.substring(answer.indexOf("\r\n\r\n")));
      assertEquals(code, problem.getString("code"));
      assertFalse(problem.getString("request_id").isEmpty());
    }
  }

  static Stream<Arguments> slow() {
    return Stream.of(
        Arguments.of("nothing at all", "", ""),
        Arguments.of("a header that never ends", "GET / HTTP/1.1\r\nHost: a\r\n", "X"),
        Arguments.of("a request line that never ends", "GET /", "a"),
        Arguments.of("empty lines for ever", "\r\n", "\r\n"),
        Arguments.of(
            "a body that dribbles",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
            "b"),
        Arguments.of(
            "a chunk that dribbles",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n270f\r\n",
            "b"),
        Arguments.of("a second request that never ends", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "G"),
        Arguments.of("an idle connection", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("slow")
  void a_client_that_sends_slowly_is_disconnected(String name, String start, String more)
      throws IOException {
    try (var client = new RawHttp(server(FAST).actualPort())) {
      client.send(start);
      var dribble = vertx.setPeriodic(50, id -> vertx.executeBlocking(() -> client.send(more)));
      client.untilClosed();
      vertx.cancelTimer(dribble);
    }
  }

  @Test
  void a_client_that_does_not_read_its_response_is_disconnected() throws Exception {
    var closed = Promise.<Void>promise();
    var big = HttpServers.create(
            vertx,
            "127.0.0.1",
            0,
            new ConnectionTimeouts(
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofMillis(200),
                Duration.ofMinutes(1)),
            () -> false)
        .requestHandler(request -> {
          request.connection().closeHandler(closed::complete);
          request.response().end(Buffer.buffer(new byte[32 * 1024 * 1024]));
        })
        .listen()
        .await();
    try (var client = new RawHttp(big.actualPort())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      closed.future().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void a_websocket_stays_open_beyond_the_time_limits_of_requests() {
    var server = HttpServers.create(vertx, "127.0.0.1", 0, FAST, () -> false)
        .webSocketHandler(socket -> socket.textMessageHandler(socket::writeTextMessage))
        .listen()
        .await();
    var client = vertx.createWebSocketClient();
    var socket = client.connect(server.actualPort(), "127.0.0.1", "/ws").await();
    var echoes = new AtomicInteger();
    var done = Promise.<Void>promise();
    socket.textMessageHandler(text -> {
      if (echoes.incrementAndGet() == 10) {
        done.complete();
      }
    });
    socket.closeHandler(closed -> done.tryFail("closed"));
    vertx.setPeriodic(100, id -> socket.writeTextMessage("still here"));
    done.future().await();
    client.close().await();
  }

  @Test
  void a_websocket_is_never_compressed() throws IOException {
    var server = HttpServers.create(vertx, "127.0.0.1", 0, FAST, () -> false)
        .webSocketHandler(socket -> socket.close())
        .listen()
        .await();
    try (var client = new RawHttp(server.actualPort())) {
      var answer = client
          .send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
              + "Sec-WebSocket-Extensions: permessage-deflate, x-webkit-deflate-frame\r\n\r\n")
          .untilClosed();
      assertTrue(answer.startsWith("HTTP/1.1 101"), answer);
      assertFalse(answer.toLowerCase().contains("sec-websocket-extensions"), answer);
    }
  }
}
