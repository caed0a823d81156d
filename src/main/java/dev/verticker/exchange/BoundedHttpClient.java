package dev.verticker.exchange;

import dev.verticker.exchange.ExchangeClient.Request;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * HTTP client for requests without a body, with a timeout and a maximum response size. A request that exceeds either limit is
 * reset, so a slow or endless response occupies neither memory nor a connection.
 */
final class BoundedHttpClient {
  private static final int CONNECT_TIMEOUT_MS = 3000;
  private static final int QUEUED_REQUESTS_PER_CONNECTION = 4;
  private static final int IDLE_TIMEOUT_SECONDS = 20;

  // Well below a minute: a connection kept for the usual refresh interval is closed by the server
  // just as it is used again.
  private static final int KEEP_ALIVE_SECONDS = 15;

  private final HttpClient client;

  /**
   * @param base scheme, host and port of every request
   * @param maxConnections four times as many requests wait for a connection
   */
  BoundedHttpClient(Vertx vertx, URI base, int maxConnections) {
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
            .setHttp1MaxSize(maxConnections)
            .setMaxWaitQueueSize(maxConnections * QUEUED_REQUESTS_PER_CONNECTION));
  }

  /**
   * Sends a request without following redirects.
   *
   * @param target path and query, percent-encoded
   * @param start called when a connection is available; false abandons the request before it is sent
   */
  Future<ExchangeResponse> send(
      Request request, String target, int maxBytes, Duration timeout, BooleanSupplier start) {
    var options = new RequestOptions()
        .setMethod(request.method())
        .setURI(target)
        .setFollowRedirects(false)
        .setConnectTimeout(timeout.toMillis())
        .putHeader("accept", "application/json")
        .putHeader("user-agent", "verticker");
    request.headers().forEach(options::putHeader);
    return client.request(options).compose(opened -> {
      if (!start.getAsBoolean()) {
        opened.reset();
        return Future.failedFuture(new TimeoutException());
      }
      return opened
          .send()
          .compose(response -> body(response, maxBytes)
              .map(body -> new ExchangeResponse(response.statusCode(), response.headers(), body)))
          .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
          .onFailure(failure -> opened.reset());
    });
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
