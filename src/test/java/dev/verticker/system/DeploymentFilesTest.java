package dev.verticker.system;

import static dev.verticker.system.Deployment.OPERATIONS;
import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.text;
import static dev.verticker.system.Deployment.yaml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.verticker.settings.AuthSettings;
import dev.verticker.settings.PostgresSettings;
import dev.verticker.settings.SettingsFiles;
import dev.verticker.settings.SettingsReader;
import dev.verticker.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the image, the systemd service and the cloud-init file. */
class DeploymentFilesTest {
  private static final Path DOCKERFILE = Path.of("Dockerfile");
  private static final Pattern PATH_IN_IMAGE = Pattern.compile("/app/[\\w./-]+");

  @TempDir
  private Path folder;

  @Test
  void the_image_copies_only_files_that_exist_and_reach_the_build() {
    for (var copy : instructions("COPY")) {
      if (!copy.startsWith("--from")) {
        for (var source : sources(copy)) {
          assertTrue(Files.exists(Path.of(source)), source);
          var top = source.split("/")[0];
          assertTrue(lines(Path.of(".dockerignore")).anyMatch(("!" + top)::equals), top);
        }
      }
    }
  }

  @Test
  void the_image_starts_files_that_it_contains_as_a_user_without_rights() {
    var contained = new TreeSet<String>();
    var lastStage = text(DOCKERFILE).replaceFirst("(?s).*\nFROM ", "FROM ");
    for (var copy : instructions(lastStage, "COPY")) {
      var target = copy.replaceFirst(".* ", "").replaceFirst("^\\./", "");
      sources(copy)
          .forEach(source -> contained.add("/app/" + target + Path.of(source).getFileName()));
    }
    var started = new TreeSet<String>();
    for (var name : List.of("ENTRYPOINT", "HEALTHCHECK")) {
      var instruction = instructions(lastStage, name);
      assertEquals(1, instruction.size(), name);
      PATH_IN_IMAGE
          .matcher(instruction.get(0))
          .results()
          .forEach(path -> started.add(path.group()));
    }

    assertTrue(started.contains("/app/verticker.jar"), started::toString);
    assertEquals(Set.of(), difference(started, contained));
    assertEquals(List.of("10001:10001"), instructions(lastStage, "USER"));
  }

  @Test
  void cloud_init_is_valid_and_installs_postgresql_17() {
    var file = file("cloud-init.yaml");
    assertEquals("#cloud-config", lines(file).findFirst().orElseThrow());
    var droplet = yaml(file);
    assertTrue(droplet.get("runcmd").size() > 1);
    // The repository of Debian 12 has only PostgreSQL 15.
    assertTrue(droplet.get("packages").toString().contains("\"postgresql-17\""));
    var repository = droplet.get("apt").get("sources").get("pgdg");
    assertTrue(repository.get("source").asText().startsWith("deb [signed-by=$KEY_FILE] https://"));
    assertTrue(repository.get("key").asText().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
  }

  @Test
  void cloud_init_creates_a_role_for_each_schema_and_secrets_that_a_node_accepts()
      throws Exception {
    var script = new AtomicReference<String>();
    yaml(file("cloud-init.yaml")).get("write_files").forEach(each -> {
      if (each.get("path").asText().equals("/usr/local/sbin/verticker-secrets")) {
        script.set(each.get("content").asText());
      }
    });
    Files.createDirectories(folder.resolve("redis"));
    var programs = Files.createDirectories(folder.resolve("programs"));
    var stubs = Map.of("runuser", "cat >" + folder + "/sql", "systemctl", "true", "chown", "true");
    for (var stub : stubs.entrySet()) {
      var program = Files.writeString(
          programs.resolve(stub.getKey()), "#!/bin/sh\n" + stub.getValue() + "\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
    Command.execute(
            Map.of("PATH", programs + ":" + System.getenv("PATH")),
            "sh",
            "-c",
            script.get().replace("/etc/", folder + "/"))
        .expect(0);
    var environment = new HashMap<String, String>();
    lines(folder.resolve("verticker/verticker.env")).forEach(line -> {
      var setting = line.split("=", 2);
      environment.put(setting[0], setting[1]);
    });
    var sql = text(folder.resolve("sql"));
    for (var schema : PostgresSettings.SCHEMAS) {
      var settings = SettingsReader.read(
          SettingsFiles.load(environment, folder), reader -> PostgresSettings.read(schema, reader));
      assertEquals("verticker_" + schema, settings.user());
      assertTrue(
          sql.contains("CREATE ROLE verticker_" + schema + " LOGIN PASSWORD '"
              + settings.password().value() + "';"),
          sql);
      assertTrue(
          sql.contains("CREATE SCHEMA " + schema + " AUTHORIZATION verticker_" + schema + ";"),
          sql);
    }
    SettingsReader.read(SettingsFiles.load(environment, folder), AuthSettings::read);
    assertFalse(Files.exists(folder.resolve("verticker/roles")));
  }

  /** A file next to the jar replaces the packaged one for ever. */
  @Test
  void the_instructions_copy_no_file_that_replaces_a_packaged_one() {
    var copies = lines(OPERATIONS).filter(line -> line.startsWith("rsync ")).toList();
    assertTrue(copies.size() > 0, copies::toString);
    for (var copy : copies) {
      for (var source : copy.replaceFirst(" root@.*", "").split(" ")) {
        var relative = Path.of(source.replaceFirst(".*/\\./", ""));
        for (var read : List.of(
            "conf/settings.yaml",
            "conf/hazelcast.yaml",
            "conf/logback.xml",
            "verticles/user.yaml")) {
          assertFalse(Path.of(read).startsWith(relative), copy + " copies " + read);
        }
      }
    }
  }

  @Test
  void the_service_uses_the_delivered_jvm_options() {
    var service = text(file("systemd/verticker.service"));
    assertTrue(service.contains("@/opt/verticker/conf/jvm.options"), service);
    assertTrue(Files.exists(Path.of("conf/jvm.options")));
  }

  /** systemd would read the comment as part of the value. */
  @Test
  void no_value_of_an_environment_file_is_followed_by_a_comment() {
    for (var file : List.of(OPERATIONS, file("cloud-init.yaml"))) {
      assertEquals(
          List.of(),
          lines(file).filter(line -> line.matches(" *[A-Z0-9_]+=.*\\s#.*")).toList());
    }
  }

  private static List<String> instructions(String name) {
    return instructions(text(DOCKERFILE), name);
  }

  private static List<String> instructions(String dockerfile, String name) {
    return dockerfile
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> line.substring(name.length() + 1))
        .toList();
  }

  /** Returns all paths except the last one. */
  private static List<String> sources(String copy) {
    var paths =
        Stream.of(copy.split(" ")).filter(word -> !word.startsWith("--")).toList();
    return paths.subList(0, paths.size() - 1);
  }

  private static Set<String> difference(Set<String> all, Set<String> without) {
    return all.stream().filter(each -> !without.contains(each)).collect(Collectors.toSet());
  }
}
