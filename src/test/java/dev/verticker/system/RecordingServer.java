package dev.verticker.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.testing.Await;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A server in place of a node that records the headers of each request and echoes WebSocket messages. */
final class RecordingServer {
  private final Vertx vertx;
  private final HttpServer server;
  private final List<MultiMap> requests = new CopyOnWriteArrayList<>();

  RecordingServer(Vertx vertx) {
    this.vertx = vertx;
    this.server = Await.await(vertx
        .createHttpServer()
        .requestHandler(this::record)
        .webSocketHandler(socket -> socket.textMessageHandler(socket::writeTextMessage))
        .listen(0));
  }

  int port() {
    return server.actualPort();
  }

  /** Returns the headers, and the method as {@code method}, of every request with this target. */
  List<MultiMap> requests(String target) {
    return requests.stream().filter(each -> target.equals(each.get("target"))).toList();
  }

  MultiMap request(String target) {
    var found = requests(target);
    assertEquals(1, found.size(), target);
    return found.get(0);
  }

  /** Responds after four seconds if the target ends with {@code ?slow}, and with 5 kB of JSON to {@code /large}. */
  private void record(HttpServerRequest request) {
    requests.add(MultiMap.caseInsensitiveMultiMap()
        .addAll(request.headers())
        .add("target", request.uri())
        .add("method", request.method().name()));
    if (request.uri().equals("/large")) {
      request
          .response()
          .putHeader("Content-Type", "application/json")
          .putHeader("ETag", "\"7\"")
          .end("[" + "1,".repeat(2500) + "1]");
      return;
    }
    var slow = request.uri().endsWith("?slow");
    (slow ? vertx.timer(4, TimeUnit.SECONDS) : Future.succeededFuture())
        .onSuccess(due -> request.response().end("recorded"));
  }
}
