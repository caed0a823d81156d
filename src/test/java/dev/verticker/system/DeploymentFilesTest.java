package dev.verticker.system;

import static dev.verticker.system.Deployment.OPERATIONS;
import static dev.verticker.system.Deployment.file;
import static dev.verticker.system.Deployment.lines;
import static dev.verticker.system.Deployment.text;
import static dev.verticker.system.Deployment.yaml;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests the image, the systemd service and the cloud-init file. */
class DeploymentFilesTest {
  private static final Path DOCKERFILE = Path.of("Dockerfile");
  private static final Pattern PATH_IN_IMAGE = Pattern.compile("/app/[\\w./-]+");

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
