package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * nginx with the configuration of {@code conf/deploy/nginx}, as a child process on a port of its own. Only what depends on the
 * place is replaced: ports, nodes and the folders it writes to.
 */
public final class Nginx implements AutoCloseable {
  private static final Path CONFIGURATION = Path.of("conf", "deploy", "nginx");
  private static final String SITE = "conf.d/verticker.conf";
  private static final String SITE_WITH_TLS = "conf.d/tls.conf.example";
  private static final String NODE = "server 127.0.0.1:8000 ";
  private static final long POLL_INTERVAL_MS = 5;
  private static final long MAX_POLLS = 2000;

  private final Path program;
  private final Path folder;
  private final int port;
  private final int tlsPort;
  private final Process process;

  private Nginx(Path program, Path folder, int port, int tlsPort, Process process) {
    this.program = program;
    this.folder = folder;
    this.port = port;
    this.tlsPort = tlsPort;
    this.process = process;
  }

  /**
   * Returns when it accepts connections.
   *
   * @param folder absolute, for this instance only; the configuration is copied into it
   * @param nodes host:port of each node's User API
   * @param limits texts of the configuration and their replacements, for a load that comes from one address
   */
  public static Nginx start(
      Path program, Path folder, List<String> nodes, Map<String, String> limits) {
    return start(program, folder, nodes, limits, SITE);
  }

  /**
   * Starts it with the example configuration for TLS: {@link #port} only redirects then.
   *
   * @param certificate folder with fullchain.pem and privkey.pem
   */
  public static Nginx startWithTls(
      Path program, Path folder, List<String> nodes, Path certificate) {
    var replacements = Map.of("/etc/letsencrypt/live/api.example.org", certificate.toString());
    return start(program, folder, nodes, replacements, SITE_WITH_TLS);
  }

  private static Nginx start(
      Path program,
      Path folder,
      List<String> nodes,
      Map<String, String> replacements,
      String site) {
    try {
      // nginx does not report a port that it has chosen itself.
      var port = Ports.freeOr(0);
      var tlsPort = Ports.freeOr(0);
      var all = new HashMap<>(replacements);
      all.put("listen 80 ", "listen 127.0.0.1:" + port + " ");
      all.put("listen 443 ", "listen 127.0.0.1:" + tlsPort + " ");
      all.put("listen [::]:80 ", ipv6(port));
      all.put("listen [::]:443 ", ipv6(tlsPort));
      configure(folder, nodes, all, site);
      // Workers of another user might not be allowed to read the folder.
      var command = List.of(
          program.toString(),
          "-p",
          folder.toString(),
          "-c",
          folder.resolve("nginx.conf").toString(),
          "-g",
          "daemon off; user root;");
      var process = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(Redirect.to(folder.resolve("output").toFile()))
          .start();
      var nginx = new Nginx(program, folder, port, tlsPort, process);
      nginx.awaitReady();
      return nginx;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** In use only after {@link #startWithTls}. */
  public int tlsPort() {
    return tlsPort;
  }

  /** The file that {@code conf/deploy/rolling-restart} edits. */
  public Path nodesFile() {
    return folder.resolve("conf.d/nodes.conf");
  }

  public Path accessLog() {
    return folder.resolve("log/access.log");
  }

  public Path errorLog() {
    return folder.resolve("log/error.log");
  }

  /** A command line that checks the configuration and reloads it. */
  public String reloadCommand() {
    var nginx = program + " -p " + folder + " -c " + folder.resolve("nginx.conf")
        + " -g 'daemon off; user root;'";
    return nginx + " -t -q && " + nginx + " -s reload";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns a comment where the machine has no IPv6. */
  private static String ipv6(int port) {
    return hasIpv6() ? "listen [::1]:" + port + " " : "# ";
  }

  /** Returns whether it also listens on the IPv6 loopback address. */
  public static boolean hasIpv6() {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress("::1", 0));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void configure(
      Path folder, List<String> nodes, Map<String, String> replacements, String site)
      throws IOException {
    Files.createDirectories(folder.resolve("log"));
    Files.createDirectories(folder.resolve("temporary"));
    try (var files = Files.walk(CONFIGURATION)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var target = folder.resolve(CONFIGURATION.relativize(file));
        Files.createDirectories(target.getParent());
        Files.writeString(target, adapt(Files.readString(file), folder, nodes, replacements));
      }
    }
    if (!site.equals(SITE)) {
      Files.copy(folder.resolve(site), folder.resolve(SITE), StandardCopyOption.REPLACE_EXISTING);
    }
    var temporary = List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi").stream()
        .map(kind -> kind + "_temp_path " + folder.resolve("temporary").resolve(kind) + ";\n")
        .collect(Collectors.joining());
    Files.writeString(folder.resolve("conf.d/temporary.conf"), temporary);
  }

  private static String adapt(
      String text, Path folder, List<String> nodes, Map<String, String> replacements) {
    for (var replacement : replacements.entrySet()) {
      text = text.replace(replacement.getKey(), replacement.getValue());
    }
    return text.replace("/run/nginx.pid", folder.resolve("nginx.pid").toString())
        .replace("/var/log/nginx", folder.resolve("log").toString())
        .lines()
        .flatMap(line -> line.contains(NODE)
            ? nodes.stream().map(node -> line.replace(NODE, "server " + node + " "))
            : List.of(line).stream())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private void awaitReady() throws IOException {
    for (var poll = 0; poll < MAX_POLLS; poll++) {
      if (Ports.answers(port)) {
        return;
      }
      if (!process.isAlive()) {
        throw new DevServerException(
            "nginx stopped during start: " + Files.readString(folder.resolve("output")));
      }
      pause();
    }
    close();
    throw new DevServerException("nginx does not accept connections: " + folder);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DevServerException("interrupted while waiting for nginx", e);
    }
  }
}
