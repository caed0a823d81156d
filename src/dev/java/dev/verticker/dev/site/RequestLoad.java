package dev.verticker.dev.site;

import io.vertx.core.Future;
import io.vertx.core.Promise;
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
 * Clients that send one request after another until they are stopped. Each request has its own connection and is sent
 * once, so that no retry hides a failure.
 */
public final class RequestLoad {
  private static final int TIMEOUT_MS = 10_000;
  private static final long PAUSE_MS = 5;

  private final Vertx vertx;
  private final HttpClient http;
  private final int port;
  private final String bearer;
  private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final AtomicInteger changes = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * One request.
   *
   * @param at {@link System#nanoTime} when it was sent
   * @param read false if it changed something
   * @param failure null = success
   */
  public record Sample(long at, long nanos, boolean read, String failure) {}

  /** The requests of a period. */
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

  /** @param changed id of the user that one client renames in a loop */
  public List<Future<Void>> start(int readers, long changed) {
    var clients = new ArrayList<Future<Void>>();
    for (var reader = 0; reader < readers; reader++) {
      clients.add(repeat(reader % 2 == 0 ? this::me : this::prices));
    }
    clients.add(repeat(() -> rename(changed)));
    return clients;
  }

  public void stop() {
    stopped = true;
  }

  /** Number of successful changes. */
  public int changes() {
    return changes.get();
  }

  public int requests() {
    return samples.size();
  }

  public Summary between(long begin, long end) {
    var selected = samples.stream()
        .filter(sample -> sample.at() >= begin && sample.at() <= end)
        .toList();
    var nanos = selected.stream().mapToLong(Sample::nanos).sorted().toArray();
    return new Summary(
        selected.size(),
        selected.stream()
            .map(Sample::failure)
            .filter(failure -> failure != null)
            .toList(),
        nanos.length == 0 ? 0 : nanos[(int) (nanos.length * 0.99)] / 1e6,
        selected.stream().filter(Sample::read).mapToLong(Sample::nanos).max().orElse(0) / 1e6);
  }

  /** Time of the last failed request of a period; {@code begin} if there is none. */
  public long lastFailure(long begin, long end) {
    return samples.stream()
        .filter(sample -> sample.at() >= begin && sample.at() <= end && sample.failure() != null)
        .mapToLong(Sample::at)
        .max()
        .orElse(begin);
  }

  private interface Step {
    Future<Void> run();
  }

  private Future<Void> repeat(Step step) {
    var done = Promise.<Void>promise();
    repeat(step, done);
    return done.future();
  }

  /** Not one future composed of all steps: its completion would take a stack frame for each step. */
  private void repeat(Step step, Promise<Void> done) {
    if (stopped) {
      done.complete();
      return;
    }
    step.run()
        .compose(next -> vertx.timer(PAUSE_MS, TimeUnit.MILLISECONDS))
        .onFailure(done::fail)
        .onSuccess(next -> repeat(step, done));
  }

  private Future<Void> me() {
    return send(HttpMethod.GET, "/users/me", null);
  }

  private Future<Void> prices() {
    return send(HttpMethod.GET, "/prices", null);
  }

  private Future<Void> rename(long user) {
    var body = new JsonObject().put("full_name", "name " + System.nanoTime());
    return send(HttpMethod.PATCH, "/users/" + user, body.toBuffer())
        .compose(done -> vertx.timer(10 * PAUSE_MS, TimeUnit.MILLISECONDS))
        .mapEmpty();
  }

  private Future<Void> send(HttpMethod method, String target, Buffer body) {
    var begin = System.nanoTime();
    var options = new RequestOptions()
        .setHost("127.0.0.1")
        .setPort(port)
        .setMethod(method)
        .setURI(target)
        .setTimeout(TIMEOUT_MS)
        .putHeader("Authorization", bearer);
    if (body != null) {
      options.putHeader("Content-Type", "application/json");
    }
    return http.request(options)
        .compose(request -> (body == null ? request.send() : request.send(body))
            // On the event loop: a body that is not read at once is lost.
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
