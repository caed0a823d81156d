package dev.verticker.dev.site;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that ask one thing after another until they are told to stop. Each request has a connection of its own and is sent
 * once: nothing is repeated that could hide a failure.
 */
public final class RequestLoad {
  private static final int MAX_MILLIS = 10_000;
  private static final long BETWEEN_MILLIS = 5;

  private final Vertx vertx;
  private final HttpClient http;
  private final int port;
  private final String bearer;
  private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final AtomicInteger changes = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * @param at nanoseconds of this JVM, when it was sent
   * @param read whether it changed nothing
   * @param failure null = answered as it should be
   */
  public record Sample(long at, long nanos, boolean read, String failure) {}

  /** All that happened in some time. */
  public record Summary(
      int requests, List<String> failures, double p99Millis, double slowestReadMillis) {}

  public RequestLoad(Vertx vertx, int port, String bearer) {
    this.vertx = vertx;
    this.port = port;
    this.bearer = bearer;
    this.http = vertx.createHttpClient(
        new HttpClientOptions().setKeepAlive(false).setConnectTimeout(5000),
        new PoolOptions().setHttp1MaxSize(200));
  }

  /** @param changed id of the user that one client renames again and again */
  public List<Future<Void>> start(int readers, long changed) {
    var clients = new ArrayList<Future<Void>>();
    for (var reader = 0; reader < readers; reader++) {
      clients.add(again(reader % 2 == 0 ? this::me : this::prices));
    }
    clients.add(again(() -> rename(changed)));
    return clients;
  }

  public void stop() {
    stopped = true;
  }

  /** Changes that were confirmed. */
  public int changes() {
    return changes.get();
  }

  public int requests() {
    return samples.size();
  }

  public Summary between(long begin, long end) {
    var chosen =
        samples.stream().filter(each -> each.at() >= begin && each.at() <= end).toList();
    var nanos = chosen.stream().mapToLong(Sample::nanos).sorted().toArray();
    return new Summary(
        chosen.size(),
        chosen.stream().map(Sample::failure).filter(failure -> failure != null).toList(),
        nanos.length == 0 ? 0 : nanos[(int) (nanos.length * 0.99)] / 1e6,
        chosen.stream().filter(Sample::read).mapToLong(Sample::nanos).max().orElse(0) / 1e6);
  }

  /** When the last request failed that was sent in this time; {@code begin} when none did. */
  public long lastFailure(long begin, long end) {
    return samples.stream()
        .filter(each -> each.at() >= begin && each.at() <= end && each.failure() != null)
        .mapToLong(Sample::at)
        .max()
        .orElse(begin);
  }

  private interface Ask {
    Future<Void> once();
  }

  private Future<Void> again(Ask ask) {
    if (stopped) {
      return Future.succeededFuture();
    }
    return ask.once()
        .compose(done -> vertx.timer(BETWEEN_MILLIS, TimeUnit.MILLISECONDS))
        .compose(later -> again(ask));
  }

  private Future<Void> me() {
    return ask(HttpMethod.GET, "/users/me", null);
  }

  private Future<Void> prices() {
    return ask(HttpMethod.GET, "/prices", null);
  }

  private Future<Void> rename(long user) {
    var body = new JsonObject().put("full_name", "name " + System.nanoTime());
    return ask(HttpMethod.PATCH, "/users/" + user, body.toBuffer())
        .compose(done -> vertx.timer(10 * BETWEEN_MILLIS, TimeUnit.MILLISECONDS))
        .mapEmpty();
  }

  private Future<Void> ask(HttpMethod method, String target, Buffer body) {
    var begin = System.nanoTime();
    var options = new RequestOptions()
        .setHost("127.0.0.1")
        .setPort(port)
        .setMethod(method)
        .setURI(target)
        .setTimeout(MAX_MILLIS)
        .putHeader("Authorization", bearer);
    if (body != null) {
      options.putHeader("Content-Type", "application/json");
    }
    return http.request(options)
        .compose(request -> (body == null ? request.send() : request.send(body))
            // Inside, on the event loop: a body that nobody waits for in time is gone.
            .compose(response -> response
                .body()
                .map(bytes -> response.statusCode() == 200
                    ? null
                    : method + " " + target + ": " + response.statusCode() + " " + bytes)))
        .otherwise(failure -> method + " " + target + ": " + failure)
        .map(failure -> {
          if (failure == null && body != null) {
            changes.incrementAndGet();
          }
          samples.add(new Sample(begin, System.nanoTime() - begin, body == null, failure));
          return null;
        });
  }
}
