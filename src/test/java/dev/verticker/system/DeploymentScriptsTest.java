package dev.verticker.system;

import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.makeEnv;
import static dev.verticker.system.Deployment.script;
import static dev.verticker.system.Deployment.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.verticker.testing.Command;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the shell scripts for operators. */
class DeploymentScriptsTest {
  private static final List<String> SCRIPTS =
      List.of("healthy", "make-env", "rolling-restart", "share-certificate");

  @TempDir
  private Path folder;

  @Test
  void every_script_is_executable_and_has_valid_syntax() {
    for (var name : SCRIPTS) {
      assertTrue(Files.isExecutable(file(name)), name);
      Command.execute(Map.of(), "bash", "-n", file(name).toString()).expect(0);
    }
  }

  @Test
  void make_env_writes_a_private_file_with_new_secrets_and_never_replaces_one() throws Exception {
    var first = makeEnv(folder);
    assertEquals("rw-------", permissions(first));
    var written = text(first);
    script(Map.of(), "make-env", first.toString()).expect(1);
    assertEquals(written, text(first));
    var secrets = Stream.of(first, makeEnv(folder))
        .flatMap(file -> lines(file).filter(line -> line.matches(".*(PASSWORD|SECRET|API_KEY)=.*")))
        .map(line -> line.substring(line.indexOf('=') + 1))
        .toList();
    assertEquals(14, secrets.size());
    assertEquals(14, new HashSet<>(secrets).size());
    secrets.forEach(
        secret -> assertTrue(secret.matches("[A-Za-z0-9]{24}|[A-Za-z0-9]{48}"), secret));
  }

  @Test
  void rolling_restart_brings_back_a_node_that_a_failed_restart_left_down() throws Exception {
    var nodes = folder.resolve("nodes.conf");
    var calls = folder.resolve("calls");
    Files.writeString(
        nodes,
        """
        upstream user_api {
            server 10.0.0.2:8000 max_fails=3 fail_timeout=5s;
            server 10.0.0.3:8000 max_fails=3 fail_timeout=5s down;
        }
        """);
    var before = text(nodes);
    var environment = Map.of(
        "NODES_FILE",
        nodes.toString(),
        "RELOAD",
        "echo $(grep -c 'down;' $NODES_FILE) down >>" + calls,
        "RESTART",
        "echo restarted $node >>" + calls,
        "READY",
        "true");
    script(environment, "rolling-restart", "10.0.0.3:8000", "10.0.0.2:8000").expect(0);
    assertEquals(
        List.of(
            "1 down",
            "restarted 10.0.0.3:8000",
            "0 down",
            "1 down",
            "restarted 10.0.0.2:8000",
            "0 down"),
        lines(calls).toList());
    assertEquals(before.replace(" down;", ";"), text(nodes));
  }

  @Test
  void share_certificate_copies_it_for_the_group_of_the_nginx_container() throws Exception {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "Needs root");
    var from = Files.createDirectory(folder.resolve("certbot"));
    var to = folder.resolve("tls");
    var names = List.of("fullchain.pem", "privkey.pem");
    for (var name : names) {
      Files.writeString(from.resolve(name), name);
    }
    Files.setPosixFilePermissions(from, PosixFilePermissions.fromString("rwx------"));
    var environment = Map.of(
        "RENEWED_LINEAGE", from.toString(),
        "CERTIFICATE_FOLDER", to.toString(),
        "RELOAD", "echo reloaded");
    assertEquals("reloaded\n", script(environment, "share-certificate").output());
    for (var name : names) {
      assertEquals(name, text(to.resolve(name)));
      assertEquals("rw-r-----", permissions(to.resolve(name)));
      assertEquals(101, Files.getAttribute(to.resolve(name), "unix:gid"));
    }
    assertEquals("rwxr-x---", permissions(to));
    assertEquals(101, Files.getAttribute(to, "unix:gid"));
  }

  @Test
  void healthy_calls_the_management_address_of_the_settings() throws Exception {
    var status = new AtomicInteger(200);
    var server = HttpServer.create(new InetSocketAddress("127.0.0.9", 0), 0);
    server.createContext("/health/ready", exchange -> {
      exchange.sendResponseHeaders(status.get(), -1);
      exchange.close();
    });
    server.start();
    try {
      var port = Integer.toString(server.getAddress().getPort());
      var settings = folder.resolve("verticker.env");
      Files.writeString(settings, "VERTICLES=\nMANAGEMENT_HOST=127.0.0.9\nMANAGEMENT_PORT=" + port);
      var service = Map.of("SETTINGS_FILE", settings.toString());
      script(service, "healthy").expect(0);
      script(Map.of(), "healthy", "127.0.0.9", port).expect(0);
      script(service, "healthy", "127.0.0.10").expect(1);
      status.set(503);
      script(service, "healthy").expect(1);
    } finally {
      server.stop(0);
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
