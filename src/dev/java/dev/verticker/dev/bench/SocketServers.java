package dev.verticker.dev.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.verticker.node.Node;
import dev.verticker.node.NodeArguments;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The server process of {@link SocketBench}: a node, and a bare Vert.x server that writes a text to all its sockets.
 */
public final class SocketServers extends VerticleBase {
  private final Set<ServerWebSocket> plain = new HashSet<>();
  private final Set<SockJSSocket> bridged = new HashSet<>();

  private volatile int port;

  private SocketServers() {}

  /** Prints the two ports. */
  public static void main(String[] arguments) {
    var node = Node.start(
        new NodeArguments(List.of("user-api", "user", "notification"), false),
        System.getenv(),
        Path.of(""));
    var bare = new SocketServers();
    Vertx.vertx().deployVerticle(bare).await();
    System.out.println("ports " + node.ports().get("user-api") + " " + bare.port);
  }

  @Override
  public Future<?> start() {
    var router = Router.router(vertx);
    router.get("/ws").handler(context -> context.request().toWebSocket().onSuccess(socket -> {
      plain.add(socket);
      socket.closeHandler(closed -> plain.remove(socket));
    }));
    router.route("/eventbus/*").subRouter(SockJSHandler.create(vertx).socketHandler(socket -> {
      bridged.add(socket);
      socket.closeHandler(closed -> bridged.remove(socket));
    }));
    router.post().handler(BodyHandler.create(false));
    router.post("/write").handler(context -> {
      var text = context.body().asString();
      var times = Integer.parseInt(context.request().getParam("times"));
      context.end();
      this.context.runOnContext(now -> write(text, times));
    });
    router
        .get("/cpu")
        .handler(context -> context.end(Long.toString(
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime())));
    router.get("/heap").blockingHandler(context -> {
      for (var i = 0; i < 3; i++) {
        System.gc();
      }
      var memory = Runtime.getRuntime();
      context.end(Long.toString(memory.totalMemory() - memory.freeMemory()));
    });
    return vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(0, "127.0.0.1")
        .onSuccess(server -> port = server.actualPort());
  }

  /** One message per task of the event loop: SockJS combines messages that are sent at once into one frame. */
  private void write(String text, int times) {
    plain.forEach(socket -> socket.writeTextMessage(text));
    bridged.forEach(socket -> socket.write(text));
    if (times > 1) {
      context.runOnContext(next -> write(text, times - 1));
    }
  }
}
