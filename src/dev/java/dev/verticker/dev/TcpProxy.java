package dev.verticker.dev;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A TCP proxy of a local server that can delay or stop its responses. */
public final class TcpProxy {
  private final Vertx vertx;
  private final Context context;
  private final NetClient client;
  private final int target;
  private final NetServer entrance;

  // Accessed on the context only.
  private final Set<Connection> connections = new HashSet<>();
  private Duration delay = Duration.ZERO;
  private boolean silent;
  private Buffer garbage;
  private boolean cut;

  private final class Connection {
    private final NetSocket client;
    private final NetSocket server;
    private Future<Void> sent = Future.succeededFuture();

    Connection(NetSocket client, NetSocket server) {
      this.client = client;
      this.server = server;
      connections.add(this);
      client.handler(server::write);
      server.handler(this::answer);
      client.closeHandler(closed -> close());
      server.closeHandler(closed -> close());
    }

    /** Delays each chunk and keeps their order. */
    private void answer(Buffer sent) {
      var chunk = garbage == null ? sent : garbage;
      var held = delay.isZero()
          ? Future.succeededFuture()
          : vertx.timer(delay.toMillis(), TimeUnit.MILLISECONDS);
      this.sent = this.sent.compose(before -> held).compose(due -> client.write(chunk));
    }

    void pause() {
      client.pause();
      server.pause();
    }

    void resume() {
      client.resume();
      server.resume();
    }

    private void close() {
      connections.remove(this);
      client.close();
      server.close();
    }
  }

  private TcpProxy(Vertx vertx, int target) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.client = vertx.createNetClient();
    this.target = target;
    this.entrance = vertx.createNetServer().connectHandler(this::connect);
  }

  /** Starts a proxy that stops with this Vert.x. */
  public static TcpProxy before(Vertx vertx, int port) {
    var proxy = new TcpProxy(vertx, port);
    proxy.run(() -> proxy.entrance.listen(0, "127.0.0.1")).await();
    return proxy;
  }

  public int port() {
    return entrance.actualPort();
  }

  /** Delays each chunk of later responses. */
  public void delay(Duration time) {
    run(() -> {
      delay = time;
      return Future.succeededFuture();
    });
  }

  /** Replaces each chunk of later responses. */
  public void garble(Buffer bytes) {
    run(() -> {
      garbage = bytes;
      return Future.succeededFuture();
    });
  }

  /** Stops both directions; new connections are accepted but receive nothing. */
  public void silence() {
    run(() -> {
      silent = true;
      connections.forEach(Connection::pause);
      return Future.succeededFuture();
    });
  }

  /** Closes all connections, and new ones at once. */
  public void cut() {
    run(() -> {
      cut = true;
      Set.copyOf(connections).forEach(Connection::close);
      return Future.succeededFuture();
    });
  }

  /** Ends all delays, cuts and garbage and forwards data that was held back by {@link #silence}. */
  public void passOn() {
    run(() -> {
      delay = Duration.ZERO;
      garbage = null;
      silent = false;
      cut = false;
      connections.forEach(Connection::resume);
      return Future.succeededFuture();
    });
  }

  private void connect(NetSocket socket) {
    if (cut) {
      socket.close();
      return;
    }
    socket.pause();
    client
        .connect(target, "127.0.0.1")
        .onSuccess(server -> {
          var connection = new Connection(socket, server);
          if (silent) {
            connection.pause();
          } else {
            connection.resume();
          }
        })
        .onFailure(refused -> socket.close());
  }

  private <T> Future<T> run(Supplier<Future<T>> work) {
    var done = Promise.<T>promise();
    context.runOnContext(here -> work.get().onComplete(done));
    return done.future();
  }
}
