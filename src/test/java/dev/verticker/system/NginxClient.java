package dev.verticker.system;

import dev.verticker.dev.Nginx;
import dev.verticker.testing.Await;
import dev.verticker.testing.TestHttpClient;
import dev.verticker.testing.TestHttpClient.Request;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.ext.web.client.WebClientOptions;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;

/** An nginx client with its own loopback address, because nginx counts its limits by address. */
final class NginxClient {
  private static final int MAX_SOCKETS = 300;
  private static final AtomicInteger addresses = new AtomicInteger(10);

  final String address = "127.0.0." + addresses.incrementAndGet();
  private final int port;
  private final TestHttpClient http;
  private final WebSocketClient sockets;

  private NginxClient(
      Vertx vertx,
      int port,
      WebClientOptions http,
      WebSocketClientOptions sockets,
      PoolOptions pool) {
    this.port = port;
    this.http = new TestHttpClient(vertx, "127.0.0.1", port, http.setLocalAddress(address), pool);
    this.sockets = vertx.createWebSocketClient(
        sockets.setLocalAddress(address).setMaxConnections(MAX_SOCKETS));
  }

  static NginxClient of(Vertx vertx, Nginx nginx) {
    return of(vertx, nginx, 20);
  }

  static NginxClient of(Vertx vertx, Nginx nginx, int maxConnections) {
    return new NginxClient(
        vertx,
        nginx.port(),
        new WebClientOptions(),
        new WebSocketClientOptions(),
        new PoolOptions().setHttp1MaxSize(maxConnections));
  }

  static NginxClient overTls(Vertx vertx, Nginx nginx) {
    return new NginxClient(
        vertx,
        nginx.tlsPort(),
        new WebClientOptions()
            .setSsl(true)
            .setTrustAll(true)
            .setVerifyHost(false)
            .setUseAlpn(true)
            .setProtocolVersion(HttpVersion.HTTP_2),
        new WebSocketClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false),
        new PoolOptions());
  }

  Request request(HttpMethod method, String target) {
    return http.request(method, target);
  }

  Request post(String target) {
    return http.post(target);
  }

  Response get(String target, String... headers) {
    return http.get(target).headers(headers).send();
  }

  Response signIn(String username, String password, String... headers) {
    return http.post("/auth/login")
        .form("username", username, "password", password)
        .headers(headers)
        .send();
  }

  /** Returns an access token of the administrator. */
  String accessToken() {
    return signIn("admin", "admin1234").expect(200).object().getString("access_token");
  }

  String ticket(String accessToken) {
    return http.post("/auth/ticket").bearer(accessToken).expect(200).object().getString("ticket");
  }

  WebSocket open(String target, String... headers) {
    var map = MultiMap.caseInsensitiveMultiMap();
    for (var i = 0; i < headers.length; i += 2) {
      map.add(headers[i], headers[i + 1]);
    }
    var socket = Await.await(sockets.connect(new WebSocketConnectOptions()
        .setHost("127.0.0.1")
        .setPort(port)
        .setURI(target)
        .setHeaders(map)));
    // A client without references is closed, and its sockets with it.
    return socket.closeHandler(closed -> Reference.reachabilityFence(sockets));
  }

  /** Returns the status of a WebSocket handshake; 101 = accepted, and the socket is closed. */
  int handshake(String target, String... headers) {
    try {
      open(target, headers).close();
      return 101;
    } catch (UpgradeRejectedException e) {
      return e.getStatus();
    }
  }
}
