package dev.verticker.api.socket;

import static dev.verticker.testing.Await.await;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Another way to a port of this machine, which can be cut. */
final class Cable {
  private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
  private final NetClient client;
  private final NetServer server;
  private final int target;
  private volatile boolean cut;

  Cable(Vertx vertx, int target) {
    this.target = target;
    this.client = vertx.createNetClient();
    this.server = await(vertx.createNetServer().connectHandler(this::carry).listen(0, "localhost"));
  }

  int port() {
    return server.actualPort();
  }

  /** Ends what there is and lets nobody through. */
  void cut() {
    cut = true;
    open.forEach(NetSocket::close);
  }

  void mend() {
    cut = false;
  }

  private void carry(NetSocket near) {
    if (cut) {
      near.close();
      return;
    }
    open.add(near);
    near.pause();
    client
        .connect(target, "localhost")
        .onSuccess(far -> {
          near.pipeTo(far);
          far.pipeTo(near);
          near.closeHandler(closed -> {
            open.remove(near);
            far.close();
          });
        })
        .onFailure(failure -> near.close());
  }
}
