package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy to a local port whose connections a test can interrupt. */
final class InterruptibleProxy {
  private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
  private final NetClient client;
  private final NetServer server;
  private final int target;
  private volatile boolean interrupted;

  InterruptibleProxy(Vertx vertx, int target) {
    this.target = target;
    this.client = vertx.createNetClient();
    this.server =
        await(vertx.createNetServer().connectHandler(this::connect).listen(0, "localhost"));
  }

  int port() {
    return server.actualPort();
  }

  /** Closes all connections and refuses new ones. */
  void interrupt() {
    interrupted = true;
    open.forEach(NetSocket::close);
  }

  void restore() {
    interrupted = false;
  }

  private void connect(NetSocket socket) {
    if (interrupted) {
      socket.close();
      return;
    }
    open.add(socket);
    socket.pause();
    client
        .connect(target, "localhost")
        .onSuccess(server -> {
          socket.pipeTo(server);
          server.pipeTo(socket);
          socket.closeHandler(closed -> {
            open.remove(socket);
            server.close();
          });
        })
        .onFailure(failure -> socket.close());
  }
}
