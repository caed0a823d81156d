package dev.verticker.testing;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Simulates machines on one private network as network namespaces, each with its own address, ports and loopback interface.
 * The test machine is on the network, too, and runs the databases.
 */
public final class Droplets implements AutoCloseable {
  private static final long PID = ProcessHandle.current().pid();

  private final String network = "10.77." + (1 + PID % 250) + ".";
  private final String bridge = "vtk" + PID % 1_000_000;
  private final List<String> namespaces = new ArrayList<>();
  private final List<String> cables = new ArrayList<>();
  private final List<List<String>> lost = new ArrayList<>();
  private final Thread atExit = new Thread(this::tearDown);
  private final String ip;

  private Droplets(String ip) {
    this.ip = ip;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Skips the test without root permissions, or fails it with {@code CI=true}. */
  public static Droplets create(int count) {
    var ip = Tool.require("ip", "iproute2").toString();
    if (!"root".equals(System.getProperty("user.name"))) {
      var sentence = "Needs root, which may make network namespaces";
      Assumptions.assumeTrue("true".equals(System.getenv("CI")), sentence);
      Assertions.fail(sentence);
    }
    var droplets = new Droplets(ip);
    try {
      droplets.build(count);
      return droplets;
    } catch (RuntimeException e) {
      droplets.close();
      throw e;
    }
  }

  /** Returns the address of the test machine on the private network. */
  public String here() {
    return network + 1;
  }

  /** @param number from 0 */
  public String address(int number) {
    return network + (number + 2);
  }

  /** Returns the command prefix that runs a process on this machine. */
  public List<String> on(int number) {
    return List.of(ip, "netns", "exec", namespaces.get(number));
  }

  /** Drops packets from one machine to another until {@link #restoreRoutes}. */
  public void dropPackets(int from, int to) {
    run("-n", namespaces.get(from), "route", "add", "blackhole", address(to) + "/32");
    lost.add(
        List.of("-n", namespaces.get(from), "route", "delete", "blackhole", address(to) + "/32"));
  }

  /** Drops a random percentage of the packets from one machine to another until {@link #stopPacketLoss}. */
  public void losePackets(int to, int from, int percent) {
    var nft = Tool.require("nft", "nftables").toString();
    for (var command : List.of(
        "add table ip loss",
        "add chain ip loss in { type filter hook input priority 0 ; }",
        "add rule ip loss in ip saddr " + address(from) + " numgen random mod 100 < " + percent
            + " counter drop")) {
      run("netns", "exec", namespaces.get(to), nft, command);
    }
  }

  /** @return number of dropped packets */
  public long stopPacketLoss(int to) {
    var nft = Tool.require("nft", "nftables").toString();
    var rules = Command.execute(
            Map.of(), ip, "netns", "exec", namespaces.get(to), nft, "list table ip loss")
        .output();
    run("netns", "exec", namespaces.get(to), nft, "delete table ip loss");
    return Long.parseLong(rules.replaceAll("(?s).*counter packets (\\d+).*", "$1"));
  }

  public void restoreRoutes() {
    lost.forEach(undo -> run(undo.toArray(String[]::new)));
    lost.clear();
  }

  /**
   * Makes a loopback port of the test machine reachable.
   *
   * @return the port at {@link #here()}
   */
  public int open(Vertx vertx, int port) {
    var client = vertx.createNetClient();
    return vertx
        .createNetServer(new NetServerOptions().setHost(here()))
        .connectHandler(socket -> {
          socket.pause();
          client
              .connect(port, "127.0.0.1")
              .onSuccess(server -> {
                socket.pipeTo(server);
                server.pipeTo(socket);
                socket.resume();
              })
              .onFailure(refused -> socket.close());
        })
        .listen()
        .await()
        .actualPort();
  }

  @Override
  public void close() {
    tearDown();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The command is already running.
    }
  }

  private void build(int count) {
    run("link", "add", bridge, "type", "bridge");
    run("address", "add", here() + "/24", "dev", bridge);
    run("link", "set", bridge, "up");
    for (var number = 0; number < count; number++) {
      var namespace = bridge + "-" + number;
      var outside = "v" + bridge + number;
      run("netns", "add", namespace);
      namespaces.add(namespace);
      run("link", "add", outside, "type", "veth", "peer", "name", "eth1", "netns", namespace);
      cables.add(outside);
      run("link", "set", outside, "master", bridge, "up");
      run("-n", namespace, "address", "add", address(number) + "/24", "dev", "eth1");
      run("-n", namespace, "link", "set", "eth1", "up");
      run("-n", namespace, "link", "set", "lo", "up");
    }
  }

  private synchronized void tearDown() {
    // With its namespace a cable would vanish too, but only some time after that: in the way of the
    // next ones.
    cables.forEach(cable -> attempt("link", "delete", cable));
    cables.clear();
    namespaces.forEach(namespace -> attempt("netns", "delete", namespace));
    namespaces.clear();
    attempt("link", "delete", bridge);
  }

  private void run(String... arguments) {
    var failure = attempt(arguments);
    if (!failure.isEmpty()) {
      throw new IllegalStateException("ip " + String.join(" ", arguments) + ": " + failure);
    }
  }

  /** @return error message; empty = success */
  private String attempt(String... arguments) {
    var command = new ArrayList<>(List.of(ip));
    command.addAll(List.of(arguments));
    return Command.run(command.toArray(String[]::new));
  }
}
