package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * nginx with the configuration of {@code conf/deploy/nginx}, as a child process on a port of its own. Only what depends on the place
 * is replaced: ports, nodes and the folders it writes to.
 */
public final class Nginx implements AutoCloseable {
  private static final Path CONFIGURATION = Path.of("conf", "deploy", "nginx");
  private static final String SITE = "conf.d/verticker.conf";
  private static final String SITE_WITH_TLS = "conf.d/tls.conf.example";
  private static final String NODE = "server 127.0.0.1:8000 ";
  private static final long POLL_MILLIS = 5;
  private static final long POLLS = 2000;

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
   * Returns when it answers.
   *
   * @param folder its own, absolute; the configuration is copied into it
   * @param nodes host:port of each node's User API
   * @param limits text of the configuration to what stands there instead, for a load that comes from one address
   */
  public static Nginx start(
      Path program, Path folder, List<String> nodes, Map<String, String> limits) {
    return start(program, folder, nodes, limits, SITE);
  }

  /**
   * With the example of TLS in place of the plain site: {@link #port} only redirects then.
   *
   * @param certificate folder with fullchain.pem and privkey.pem
   */
  public static Nginx startWithTls(
      Path program, Path folder, List<String> nodes, Path certificate) {
    var place = Map.of("/etc/letsencrypt/live/api.example.org", certificate.toString());
    return start(program, folder, nodes, place, SITE_WITH_TLS);
  }

  private static Nginx start(
      Path program, Path folder, List<String> nodes, Map<String, String> replaced, String site) {
    try {
      // It cannot say which ports it was given, so it is not asked to choose.
      var port = Ports.freeOr(0);
      var tlsPort = Ports.freeOr(0);
      var places = new HashMap<>(replaced);
      places.put("listen 80 ", "listen 127.0.0.1:" + port + " ");
      places.put("listen 443 ", "listen 127.0.0.1:" + tlsPort + " ");
      configure(folder, nodes, places, site);
      // Its workers would else be another user, who may not read a folder of ours.
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

  /** Answers only after {@link #startWithTls}. */
  public int tlsPort() {
    return tlsPort;
  }

  /** What {@code conf/deploy/rolling-restart} edits. */
  public Path nodesFile() {
    return folder.resolve("conf.d/nodes.conf");
  }

  public Path accessLog() {
    return folder.resolve("log/access.log");
  }

  public Path errorLog() {
    return folder.resolve("log/error.log");
  }

  /** A command line that checks the configuration and takes it over. */
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

  private static void configure(
      Path folder, List<String> nodes, Map<String, String> places, String site) throws IOException {
    Files.createDirectories(folder.resolve("log"));
    Files.createDirectories(folder.resolve("temporary"));
    try (var files = Files.walk(CONFIGURATION)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        var target = folder.resolve(CONFIGURATION.relativize(file));
        Files.createDirectories(target.getParent());
        Files.writeString(target, adapted(Files.readString(file), folder, nodes, places));
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

  private static String adapted(
      String text, Path folder, List<String> nodes, Map<String, String> places) {
    for (var place : places.entrySet()) {
      text = text.replace(place.getKey(), place.getValue());
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
    for (var poll = 0; poll < POLLS; poll++) {
      if (Ports.answers(port)) {
        return;
      }
      if (!process.isAlive()) {
        throw new DevServerException(
            "nginx ended at its start: " + Files.readString(folder.resolve("output")));
      }
      pause();
    }
    close();
    throw new DevServerException("nginx does not answer: " + folder);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DevServerException("interrupted while waiting for nginx", e);
    }
  }
}
