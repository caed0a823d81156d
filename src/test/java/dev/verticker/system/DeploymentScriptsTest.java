package dev.verticker.system;

import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.makeEnv;
import static dev.verticker.system.Deployment.script;
import static dev.verticker.system.Deployment.secret;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the shell scripts for operators. */
class DeploymentScriptsTest {
  private static final List<String> SCRIPTS =
      List.of("healthy", "make-env", "postgres/roles", "rolling-restart", "share-certificate");

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
  void make_env_writes_new_secrets_that_other_users_cannot_read_and_never_replaces_one()
      throws Exception {
    var first = makeEnv(folder);
    assertEquals("rw-------", permissions(first));
    assertEquals("rwx------", permissions(first.resolveSibling("secrets")));
    var written = text(first);
    script(Map.of(), "make-env", first.toString()).expect(1);
    assertEquals(written, text(first));
    var secrets = new ArrayList<String>();
    for (var environment : List.of(first, makeEnv(folder))) {
      try (var files = Files.list(environment.resolveSibling("secrets"))) {
        for (var file : files.toList()) {
          // The user of a container is not the owner.
          assertEquals("rw-r--r--", permissions(file), file::toString);
          secrets.add(text(file).strip());
        }
      }
    }
    assertEquals(32, secrets.size());
    secrets.removeIf(String::isEmpty);
    assertEquals(26, new HashSet<>(secrets).size());
    secrets.forEach(secret -> assertTrue(
        secret.matches("(redis://:)?([A-Za-z0-9]{24}|[A-Za-z0-9]{48})(@redis:6379)?"), secret));
    assertEquals(
        "redis://:" + secret(first, "redis_password") + "@redis:6379", secret(first, "redis_url"));
  }

  @Test
  void make_env_moves_the_secrets_of_an_earlier_version_into_files() throws Exception {
    var file = folder.resolve(".env");
    var before =
        """
        # mine
        POSTGRES_PASSWORD=of-postgres
        REDIS_PASSWORD="of-redis"
        JWT_SECRET=of-tokens
        INTERNAL_API_KEY=of-services
        INTERNAL_API_KEYS=next:other
        ADMIN_PASSWORD=
        PGADMIN_PASSWORD=of-pgadmin
        HTTP_PORT=8080
        APP_VERTICLES="user-api user"
        SYMBOLS=BTCUSDT
        """;
    Files.writeString(file, before);
    script(Map.of(), "make-env", "--upgrade", file.toString()).expect(0);
    assertEquals(
        """
        SECRETS=%s
        POSTGRES_USER=verticker
        # mine
        HTTP_PORT=8080
        APP_VERTICLES="user-api user"
        SYMBOLS=BTCUSDT
        """
            .formatted(folder.resolve("secrets").toRealPath()),
        text(file));
    assertEquals(before, text(folder.resolve(".env.before-upgrade")));
    assertEquals("rw-------", permissions(file));
    var kept = Map.of(
        "postgres_password", "of-postgres",
        "redis_password", "of-redis",
        "redis_url", "redis://:of-redis@redis:6379",
        "jwt_secret", "of-tokens",
        "jwt_secret_previous", "",
        "internal_api_key", "of-services",
        "internal_api_keys", "next:other",
        "admin_password", "",
        "pgadmin_password", "of-pgadmin");
    kept.forEach((name, value) -> assertEquals(value, secret(file, name), name));
    assertEquals(48, secret(file, "grafana_password").length());
    assertEquals(48, secret(file, "secrets_key").length());
    assertEquals(48, secret(file, "postgres_market").length());
    script(Map.of(), "make-env", "--upgrade", file.toString()).expect(1);
  }

  @Test
  void rolling_restart_brings_back_a_node_that_a_failed_restart_left_down() throws Exception {
    var nodes = nodes(" down");
    var calls = folder.resolve("calls");
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
            "2 down",
            "restarted 10.0.0.3:8000",
            "0 down",
            "2 down",
            "restarted 10.0.0.2:8000",
            "0 down"),
        lines(calls).toList());
    assertEquals(before.replace(" down;", ";"), text(nodes));
  }

  @Test
  void rolling_restart_does_not_stop_the_last_node_that_is_ready() throws Exception {
    var nodes = nodes("");
    var before = text(nodes);
    var environment = Map.of(
        "NODES_FILE", nodes.toString(),
        "RELOAD", "true",
        "RESTART", "false",
        "READY", "[[ $host == 10.0.0.2 ]]");
    var refused = script(environment, "rolling-restart", "10.0.0.2:8000", "10.0.0.3:8000");
    refused.expect(1);
    assertTrue(refused.output().contains("last node that is up and ready"), refused.output());
    assertEquals(before, text(nodes));
  }

  /** A container has mounted the file: it would not see a file that replaces it. */
  @Test
  void a_rolling_restart_of_containers_changes_the_mounted_file_in_place() throws Exception {
    var nodes = folder.resolve("two.conf");
    Files.copy(file("nginx/compose/two.conf"), nodes);
    var before = text(nodes);
    var inode = Files.getAttribute(nodes, "unix:ino");
    var calls = folder.resolve("calls");
    var docker = folder.resolve("docker");
    Files.writeString(
        docker,
        """
        #!/bin/sh
        echo "$(grep -c 'down;' %s) down: $*" >>%s
        """
            .formatted(nodes, calls));
    Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwx------"));
    var environment =
        Map.of("NODES_FILE", nodes.toString(), "PATH", folder + ":" + System.getenv("PATH"));
    script(environment, "rolling-restart", "--compose").expect(0);
    var reload = ": compose exec -T nginx sh -c nginx -t -q && nginx -s reload";
    var app = ": compose exec -T app /app/conf/deploy/healthy";
    var app2 = ": compose exec -T app-2 /app/conf/deploy/healthy";
    var recreate = ": compose up -d --no-deps --force-recreate ";
    assertEquals(
        List.of(
            "0 down" + app2,
            "2 down" + reload,
            "2 down" + recreate + "app",
            "2 down" + app,
            "0 down" + reload,
            "0 down" + app,
            "2 down" + reload,
            "2 down" + recreate + "app-2",
            "2 down" + app2,
            "0 down" + reload),
        lines(calls).toList());
    assertEquals(inode, Files.getAttribute(nodes, "unix:ino"));
    assertEquals(before, text(nodes));
  }

  private Path nodes(String stateOfSecond) throws IOException {
    return Files.writeString(
        folder.resolve("nodes.conf"),
        """
        upstream user_api {
            server 10.0.0.2:8000 max_fails=3 fail_timeout=5s;
            server 10.0.0.3:8000 max_fails=3 fail_timeout=5s%1$s;
        }
        upstream user_api_again {
            server 10.0.0.2:8000 max_fails=0;
            server 10.0.0.3:8000 max_fails=0%1$s;
        }
        """
            .formatted(stateOfSecond));
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
