package dev.verticker.exchange.binance;

import dev.verticker.exchange.ExchangeException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * GET with a limit on time and on size. What goes over either is reset at once, so a server that drips or floods holds
 * neither memory nor a connection.
 */
final class BoundedHttpClient {
  private static final int CONNECT_MS = 3000;
  private static final int CONNECTIONS = 4;
  private static final int MAX_WAITING = 16;
  private static final int IDLE_SECONDS = 20;

  // Well below a minute: a connection kept as long as the usual interval is closed by the other
  // side just as it is used.
  private static final int KEEP_ALIVE_SECONDS = 15;

  private final HttpClient client;

  /** A whole answer. */
  record Answer(int status, MultiMap headers, Buffer body) {}

  /** @param base scheme, host and port that every request goes to */
  BoundedHttpClient(Vertx vertx, URI base) {
    var ssl = "https".equals(base.getScheme());
    this.client = vertx.createHttpClient(
        new HttpClientOptions()
            .setDefaultHost(base.getHost())
            .setDefaultPort(base.getPort() > 0 ? base.getPort() : ssl ? 443 : 80)
            .setSsl(ssl)
            .setPipelining(false)
            .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
            .setConnectTimeout(CONNECT_MS)
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS),
        new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(MAX_WAITING));
  }

  /**
   * Does not follow redirects.
   *
   * @param target path and query, percent-encoded
   */
  Future<Answer> get(String target, int mostBytes, Duration atMost) {
    var options = new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setURI(target)
        .setFollowRedirects(false)
        .setConnectTimeout(atMost.toMillis())
        .putHeader("accept", "application/json")
        .putHeader("user-agent", "verticker");
    return client.request(options).compose(request -> request
        .send()
        .compose(response -> body(response, mostBytes)
            .map(body -> new Answer(response.statusCode(), response.headers(), body)))
        .timeout(atMost.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> request.reset()));
  }

  private static Future<Buffer> body(HttpClientResponse response, int mostBytes) {
    var whole = Promise.<Buffer>promise();
    var body = Buffer.buffer();
    response.exceptionHandler(whole::tryFail);
    response.endHandler(end -> whole.tryComplete(body));
    response.handler(chunk -> {
      if (body.length() + chunk.length() > mostBytes) {
        whole.tryFail(new ExchangeException.ExchangeUnavailable(
            "the exchange sent more than the " + mostBytes + " bytes such an answer may have"));
      } else {
        body.appendBuffer(chunk);
      }
    });
    return whole.future();
  }
}
