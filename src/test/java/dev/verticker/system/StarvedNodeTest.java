package dev.verticker.system;

import static dev.verticker.testing.Await.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.verticker.dev.site.RequestLoad;
import dev.verticker.dev.site.SiteNode;
import dev.verticker.dev.site.TwoNodesBehindNginx;
import dev.verticker.testing.Cgroup;
import dev.verticker.testing.Provokes;
import dev.verticker.testing.TestDatabase;
import dev.verticker.testing.Tool;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests two nodes behind nginx, one of which lacks memory or CPU. */
@Tag("alone")
@Tag("faults")
class StarvedNodeTest {
  private static final int SOCKETS = 10_000;
  private static final int BODIES = 1000;
  private static final int BODY = 64_000;
  private static final int AT_ONCE = 50;

  @TempDir
  private Path folder;

  private final AtomicInteger subscribed = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  @Test
  @Timeout(500)
  @Provokes(18)
  void half_a_gigabyte_is_enough_for_ten_thousand_sockets_and_a_thousand_bodies() {
    var files = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
        .getMaxFileDescriptorCount();
    Assumptions.assumeTrue(
        files > SOCKETS + 4 * BODIES, () -> "Needs more open files (ulimit -n): " + files);
    try (var memory = Cgroup.ofMemory(512);
        var site = site(memory.inside())) {
      var node = first(site);
      open(site);
      until(Duration.ofSeconds(240), "all listen", () -> subscribed.get() == SOCKETS);

      var client = site.vertx().createNetClient();
      for (var some = 0; some < BODIES; some += AT_ONCE) {
        var answers =
            IntStream.range(0, AT_ONCE).mapToObj(i -> sendBody(site, client)).toList();
        Future.all(answers).await();
        answers.forEach(
            each -> assertTrue(each.result().startsWith("HTTP/1.1 422 "), each::result));
      }

      assertEquals(0, closed.get(), "no socket was given up");
      assertEquals(0, memory.killed());
      assertTrue(node.isRunning() && node.isReady());
    }
  }

  @Test
  @Timeout(300)
  @Provokes(18)
  void a_node_without_memory_exits_restarts_and_does_not_affect_the_other() throws IOException {
    var home = Files.createDirectories(folder.resolve("home/verticles")).getParent();
    Files.writeString(
        home.resolve("verticles/greedy.yaml"),
        "main: " + GreedyVerticle.class.getName() + "\nsettings: [redis]\n");
    try (var site = site(List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", home.toString()))) {
      var node = first(site);
      var load = new RequestLoad(site.vertx(), userApi(site, 1), "Bearer " + site.token());
      var clients = load.start(4, site.createUser());
      asked(load, 100);

      Files.createFile(home.resolve(GreedyVerticle.FILE));
      until(Duration.ofSeconds(30), "it ended", () -> !node.isRunning());
      Files.delete(home.resolve(GreedyVerticle.FILE));
      assertEquals(3, node.exitCode());
      asked(load, load.requests() + 100);
      node.start();
      // Fifteen seconds are promised on an otherwise idle machine.
      node.awaitReady(Duration.ofSeconds(30));
      asked(load, load.requests() + 100);
      load.stop();
      Future.all(clients).await();
      assertEquals(List.of(), load.between(0, System.nanoTime()).failures());
    }
  }

  @Test
  @Timeout(500)
  @Provokes(19)
  void a_node_without_cpu_is_not_ready_until_it_has_cpu_again() {
    try (var processor = Cgroup.ofProcessor();
        var site = site(processor.inside())) {
      var starved = management(site, 0);
      var user = site.createUser();
      // Enough load for long event loop iterations.
      var loads = Stream.generate(
              () -> new RequestLoad(site.vertx(), userApi(site, 0), "Bearer " + site.token()))
          .limit(4)
          .toList();
      var clients =
          loads.stream().flatMap(load -> load.start(200, user).stream()).toList();
      asked(loads.get(0), 300);

      processor.allow(10, Duration.ofSeconds(1));
      until(Duration.ofSeconds(90), "not ready", () -> {
        var health = starved.health();
        return health.status() == 503 && health.text().contains("event-loops");
      });
      assertEquals(200, management(site, 1).health().status());

      processor.allow(0, Duration.ofSeconds(1));
      until(Duration.ofSeconds(30), "ready", () -> starved.health().status() == 200);
      loads.forEach(RequestLoad::stop);
      Future.all(clients).await();
    }
  }

  private TwoNodesBehindNginx site(List<String> prefix) {
    var settings = TestDatabase.create().settings();
    settings.put("SOCKETS_MAX", "" + 2 * SOCKETS);
    settings.put("SOCKETS_UNAUTHENTICATED_MAX", "" + SOCKETS);
    // All sockets are opened at the first node and stay there.
    settings.put("SOCKETS_REBALANCE_SECONDS", "0");
    return new TwoNodesBehindNginx(
        settings, Tool.require("nginx", "nginx-light"), folder, "0", prefix);
  }

  private static SiteNode first(TwoNodesBehindNginx site) {
    return site.node(site.addresses().get(0));
  }

  private static int userApi(TwoNodesBehindNginx site, int number) {
    return Integer.parseInt(site.addresses().get(number).replaceAll(".*:", ""));
  }

  private static NodeClient management(TwoNodesBehindNginx site, int number) {
    return new NodeClient(
        site.vertx(), -1, -1, site.node(site.addresses().get(number)).management());
  }

  /** Opens all sockets in batches. */
  private void open(TwoNodesBehindNginx site) {
    var client = site.vertx()
        .createWebSocketClient(new WebSocketClientOptions().setMaxConnections(2 * SOCKETS));
    for (var some = 0; some < SOCKETS; some += 200) {
      Future.all(IntStream.range(0, 200)
              .mapToObj(i -> client
                  .connect(userApi(site, 0), "127.0.0.1", "/ws")
                  .onSuccess(socket -> subscribe(socket, site.token())))
              .toList())
          .await();
    }
  }

  private void subscribe(WebSocket socket, String token) {
    socket.textMessageHandler(text -> {
      if ("subscribed".equals(new JsonObject(text).getString("event"))) {
        subscribed.incrementAndGet();
      }
    });
    socket.closeHandler(end -> closed.incrementAndGet());
    socket.writeTextMessage(
        new JsonObject().put("op", "auth").put("token", token).encode());
    socket.writeTextMessage(
        new JsonObject().put("op", "subscribe").put("topic", "users").encode());
  }

  /** Sends a body with a name that is far too long and returns the response. */
  private static Future<String> sendBody(TwoNodesBehindNginx site, NetClient client) {
    var head = "PATCH /users/me HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer " + site.token()
        + "\r\nContent-Type: application/merge-patch+json\r\nContent-Length: " + BODY
        + "\r\nConnection: close\r\n\r\n";
    var frame = "{\"full_name\":\"";
    var body = frame + "x".repeat(BODY - frame.length() - 2) + "\"}";
    return client.connect(userApi(site, 0), "127.0.0.1").compose(socket -> {
      var answered = Promise.<String>promise();
      socket.handler(answer -> answered.tryComplete(answer.toString()));
      socket.closeHandler(end -> answered.tryFail("no answer"));
      return socket.write(head + body).compose(sent -> answered.future());
    });
  }

  private static void asked(RequestLoad load, int requests) {
    until(Duration.ofSeconds(120), requests + " requests", () -> load.requests() >= requests);
  }
}
