package dev.verticker.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.api.user.UserFrontDoor;
import dev.verticker.testing.Await;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.Test;

/** Tests sockets of a node that stops. */
class SocketDrainTest {
  @Test
  void a_stopping_node_closes_its_sockets_and_reports_when_to_reconnect() {
    var alone = UserFrontDoor.openAlone();
    var ticket = SocketTestCase.ticket(alone, alone.admin());
    var client = Vertx.vertx();
    var socket = SocketClient.plain(client, alone.port(), "?ticket=" + ticket);
    socket.next("hello");
    alone.close();
    Await.until("closed", socket::isClosed);
    assertEquals(1012, socket.socket().closeStatusCode().intValue());
    assertTrue(socket.next("error").getInteger("retry_after_ms") <= 5000);
    client.close();
  }
}
