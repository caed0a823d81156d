package dev.verticker.exchange;

import io.vertx.core.Future;
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
 * HTTP client for GET requests with a timeout and a maximum response size. A request that exceeds either limit is reset,
 * so a slow or endless response occupies neither memory nor a connection.
 */
final class BoundedHttpClient {
  private static final int CONNECT_TIMEOUT_MS = 3000;
  private static final int MAX_CONNECTIONS = 4;
  private static final int MAX_QUEUED_REQUESTS = 16;
  private static final int IDLE_TIMEOUT_SECONDS = 20;

  // Well below a minute: a connection kept for the usual refresh interval is closed by the server
  // just as it is used again.
  private static final int KEEP_ALIVE_SECONDS = 15;

  private final HttpClient client;

  /** @param base scheme, host and port of every request */
  BoundedHttpClient(Vertx vertx, URI base) {
    var ssl = "https".equals(base.getScheme());
    this.client = vertx.createHttpClient(
        new HttpClientOptions()
            .setDefaultHost(base.getHost())
            .setDefaultPort(base.getPort() > 0 ? base.getPort() : ssl ? 443 : 80)
            .setSsl(ssl)
            .setPipelining(false)
            .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
            .setConnectTimeout(CONNECT_TIMEOUT_MS)
            .setIdleTimeout(IDLE_TIMEOUT_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS),
        new PoolOptions()
            .setHttp1MaxSize(MAX_CONNECTIONS)
            .setMaxWaitQueueSize(MAX_QUEUED_REQUESTS));
  }

  /**
   * Sends a GET request without following redirects.
   *
   * @param target path and query, percent-encoded
   */
  Future<ExchangeResponse> get(String target, int maxBytes, Duration timeout) {
    var options = new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setURI(target)
        .setFollowRedirects(false)
        .setConnectTimeout(timeout.toMillis())
        .putHeader("accept", "application/json")
        .putHeader("user-agent", "verticker");
    return client.request(options).compose(request -> request
        .send()
        .compose(response -> body(response, maxBytes)
            .map(body -> new ExchangeResponse(response.statusCode(), response.headers(), body)))
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> request.reset()));
  }

  private static Future<Buffer> body(HttpClientResponse response, int maxBytes) {
    var complete = Promise.<Buffer>promise();
    var body = Buffer.buffer();
    response.exceptionHandler(complete::tryFail);
    response.endHandler(end -> complete.tryComplete(body));
    response.handler(chunk -> {
      if (body.length() + chunk.length() > maxBytes) {
        complete.tryFail(new ExchangeException.ExchangeUnavailableException(
            "the response of the exchange is larger than " + maxBytes + " bytes"));
      } else {
        body.appendBuffer(chunk);
      }
    });
    return complete.future();
  }
}
