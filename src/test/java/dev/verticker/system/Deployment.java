package dev.verticker.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.verticker.dev.Nginx;
import dev.verticker.testing.Command;
import dev.verticker.testing.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Reads and runs the deployment files. */
final class Deployment {
  static final Path OPERATIONS = Path.of("docs/operations.md");
  private static final Path FOLDER = Path.of("conf/deploy");

  private Deployment() {}

  static Path file(String name) {
    return FOLDER.resolve(name);
  }

  /** Runs a shell script of the folder. */
  static Command.Result script(Map<String, String> environment, String name, String... arguments) {
    var command = new ArrayList<>(List.of("bash", file(name).toString()));
    command.addAll(List.of(arguments));
    return Command.execute(environment, command.toArray(String[]::new));
  }

  /** Runs {@code make-env} in a new folder below {@code folder} and returns the file that it writes. */
  static Path makeEnv(Path folder, String... options) {
    var file = folder.resolve(UUID.randomUUID().toString()).resolve(".env");
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var arguments = new ArrayList<>(List.of(options));
    arguments.add(file.toString());
    script(Map.of(), "make-env", arguments.toArray(String[]::new)).expect(0);
    return file;
  }

  /** Returns a secret that {@code make-env} wrote, without the line break. @param environment its file */
  static String secret(Path environment, String name) {
    return text(environment.resolveSibling("secrets").resolve(name)).strip();
  }

  /** Returns the YAML block of the operators' guide that begins with {@code start}. */
  static String documentedYaml(String start) {
    var block = Pattern.compile("(?s)```yaml\n(" + Pattern.quote(start) + ".*?)```")
        .matcher(text(OPERATIONS));
    if (!block.find()) {
      throw new AssertionError(OPERATIONS + " has no block of YAML that begins with " + start);
    }
    return block.group(1);
  }

  /**
   * Starts nginx with the delivered configuration.
   *
   * @param folder working directory
   * @param replacements in the configuration, old text to new text
   * @param ports of nodes on the loopback address
   */
  static Nginx nginx(Path folder, Map<String, String> replacements, int... ports) {
    var nodes = IntStream.of(ports).mapToObj(port -> "127.0.0.1:" + port).toList();
    return Nginx.start(Tool.require("nginx", "nginx-light"), folder, nodes, replacements);
  }

  static JsonNode yaml(Path file) {
    return yaml(text(file));
  }

  static JsonNode yaml(String text) {
    try {
      return new YAMLMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Stream<String> lines(Path file) {
    return text(file).lines();
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
