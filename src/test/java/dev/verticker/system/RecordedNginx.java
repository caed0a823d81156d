package dev.verticker.system;

import dev.verticker.dev.Nginx;
import dev.verticker.testing.Await;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** nginx with the delivered configuration before a server that records its requests, and before further servers. */
final class RecordedNginx implements AutoCloseable {
  private final Vertx vertx;
  private final Path folder;
  private final RecordingServer server;
  private final List<Nginx> proxies = new ArrayList<>();
  private final List<HttpServer> servers = new ArrayList<>();

  RecordedNginx(Vertx vertx, Path folder) {
    this.vertx = vertx;
    this.folder = folder;
    this.server = new RecordingServer(vertx);
    proxy(Map.of(), server.port());
    // The first request of a JVM takes a few hundred milliseconds.
    client().get("/").expect(200);
  }

  RecordingServer server() {
    return server;
  }

  /** Returns the proxy of the recording server alone, with the delivered configuration. */
  Nginx nginx() {
    return proxies.get(0);
  }

  /** Returns a client of {@link #nginx} with an address of its own. */
  NginxClient client() {
    return client(nginx());
  }

  NginxClient client(Nginx proxy) {
    return NginxClient.of(vertx, proxy);
  }

  /** Starts a server and returns its port. */
  int serve(Handler<HttpServerRequest> handler) {
    var started = Await.await(vertx.createHttpServer().requestHandler(handler).listen(0));
    servers.add(started);
    return started.actualPort();
  }

  /** Starts another nginx. @param ports of its nodes */
  Nginx proxy(Map<String, String> replacements, int... ports) {
    var proxy = Deployment.nginx(folder.resolve("nginx-" + proxies.size()), replacements, ports);
    proxies.add(proxy);
    return proxy;
  }

  @Override
  public void close() {
    proxies.forEach(Nginx::close);
    servers.forEach(each -> Await.await(each.close()));
  }
}
