package dev.verticker.dev.bench;

import dev.verticker.dev.TcpProxy;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One of the two nodes of {@link FeedBench}: a process on core 0 that reaches the exchange over a link of its own. */
final class FeedNode implements AutoCloseable {
  private static final String CORE = "0";
  private static final String FRAMES = "price_stream_frames_total";

  private final String name;
  private final Path folder;
  private final TcpProxy link;
  private final Map<String, String> settings;
  private CpuPinning process;

  private FeedNode(String name, Path folder, TcpProxy link, Map<String, String> settings) {
    this.name = name;
    this.folder = folder;
    this.link = link;
    this.settings = Map.copyOf(settings);
  }

  /** Two nodes of a cluster. @param shared settings without ports */
  static List<FeedNode> pair(Vertx vertx, int exchange, Path folder, Map<String, String> shared)
      throws IOException {
    var members = List.of(ComparedStacks.freePort(), ComparedStacks.freePort());
    var nodes = new ArrayList<FeedNode>();
    for (var member : members) {
      var link = TcpProxy.before(vertx, exchange);
      var own = new HashMap<>(shared);
      own.put("BINANCE_BASE_URL", "http://127.0.0.1:" + link.port());
      own.put("CLUSTER_MEMBERS", "127.0.0.1:" + members.get(0) + ",127.0.0.1:" + members.get(1));
      own.put("CLUSTER_HOST", "127.0.0.1");
      own.put("CLUSTER_PORT", Integer.toString(member));
      for (var port :
          List.of("CLUSTER_BUS_PORT", "USER_API_PORT", "PRICE_API_PORT", "MANAGEMENT_PORT")) {
        own.put(port, Integer.toString(ComparedStacks.freePort()));
      }
      nodes.add(new FeedNode("feed-node-" + (nodes.size() + 1), folder, link, own));
    }
    return nodes;
  }

  /** Starts a JVM with the class path of this one on core 0. @param arguments class and its arguments */
  static CpuPinning java(
      Path folder, String name, Map<String, String> environment, List<String> arguments) {
    var command = new ArrayList<>(List.of(ComparedStacks.java(), "-Xmx256m"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
    command.addAll(arguments);
    return CpuPinning.start(CORE, folder, folder.resolve(name + ".log"), environment, command);
  }

  /** Returns at once. */
  void start() {
    process = java(folder, name, settings, List.of("dev.verticker.Main"));
  }

  void awaitReady() throws InterruptedException {
    ComparedStacks.await(process, management("/health/ready"), true);
  }

  /** Port of the User API. */
  int port() {
    return Integer.parseInt(settings.get("USER_API_PORT"));
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  CpuPinning process() {
    return process;
  }

  TcpProxy link() {
    return link;
  }

  /** Number of frames that it received from the exchange's streams since its start. */
  long frames() throws IOException, InterruptedException {
    return metric(FRAMES);
  }

  /** The sum of a metric over its tags. @param name or its begin */
  long metric(String name) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(management("/metrics"))).build();
    return (long) BenchServer.HTTP
        .send(request, BodyHandlers.ofString())
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  void kill() {
    process.kill();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }

  private String management(String path) {
    return "http://127.0.0.1:" + settings.get("MANAGEMENT_PORT") + path;
  }
}
