package dev.verticker.api.socket;

import static dev.verticker.api.openapi.ApiClient.expect;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.socket.protocol.CloseReason;
import dev.verticker.testing.Await;
import io.micrometer.core.instrument.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Tests what the AsyncAPI document and docs/notifications.md describe. */
class SocketDocumentsTest extends SocketTestCase {
  @Test
  void the_asyncapi_document_is_served_and_lists_every_close_reason() {
    var document = expect(200, door.client().get("/asyncapi.yaml")).body().toString();
    assertTrue(document.startsWith("asyncapi: 3"), document);
    for (var reason : CloseReason.values()) {
      var row = document.lines().filter(line -> line.contains("| " + reason.code() + " |"));
      assertTrue(row.anyMatch(line -> line.contains("`" + reason.wireName())), reason.wireName());
    }
    assertTrue(
        expect(200, door.client().get("/docs/events")).body().toString().contains("recovered"));
    var openApi = expect(200, door.client().get("/openapi.yaml")).body().toString();
    assertTrue(openApi.contains("(/docs/events)"), "the OpenAPI document links to it");
  }

  @Test
  void sockets_closes_rejections_and_replays_are_counted() {
    Await.until(
        "the sockets of other tests have ended",
        () -> measured("sockets", "framing", "plain") == 0);
    var byClient =
        measured("socket_closes_total", "framing", "plain", "code", "1001", "reason", "client");
    var refused = measured("socket_refusals_total", "framing", "plain", "code", "topic-unknown");
    var replays = measured("socket_replays_total", "from", "memory");
    var replayed = measured("socket_replayed_events_total", "from", "memory");

    var first = subscribed("users");
    var point = first.frames.get(first.frames.size() - 1);
    door.person();
    door.person();
    first.next("user_created");
    first.next("user_created");
    var socket = plain(door.admin())
        .subscribe("users", point.getString("epoch"), point.getLong("seq"))
        .subscribe("nonsense");
    socket.next("error");
    awaitMeasured(2, "sockets", "framing", "plain", "state", "open");
    awaitMeasured(2, "sockets", "framing", "plain", "state", "signed-in");
    awaitMeasured(
        refused + 1, "socket_refusals_total", "framing", "plain", "code", "topic-unknown");
    awaitMeasured(replays + 1, "socket_replays_total", "from", "memory");
    awaitMeasured(replayed + 2, "socket_replayed_events_total", "from", "memory");

    socket.socket().close((short) 1001);
    first.socket().close((short) 4999, "chosen by the client");
    awaitMeasured(0, "sockets", "framing", "plain", "state", "open");
    awaitMeasured(
        byClient + 1,
        "socket_closes_total",
        "framing",
        "plain",
        "code",
        "1001",
        "reason",
        "client");
    awaitMeasured(0, "sockets", "framing", "plain", "state", "signed-in");
    assertTrue(
        door.metrics.find("socket_closes_total").tag("code", "4999").counters().isEmpty());
  }

  @Test
  void every_metric_of_sockets_and_notifications_is_documented() throws IOException {
    var documented = Files.readString(Path.of("docs/notifications.md"));
    door.metrics.getMeters().stream()
        .map(meter -> meter.getId().getName())
        .filter(name -> name.matches("(socket|notification_|outbox_).*"))
        .forEach(name -> assertTrue(
            documented.contains("`" + name), "missing in docs/notifications.md: " + name));
  }

  /** A client may receive a frame before the server counts it. */
  private static void awaitMeasured(double expected, String name, String... tags) {
    Await.until(name + " is " + expected, () -> measured(name, tags) == expected);
  }

  /** Returns the value of a counter; 0 if it is not registered yet. */
  private static double measured(String name, String... tags) {
    return door.metrics.find(name).tags(tags).meters().stream()
        .flatMap(meter -> StreamSupport.stream(meter.measure().spliterator(), false))
        .mapToDouble(Measurement::getValue)
        .sum();
  }
}
