package dev.verticker.dev.bench;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Names and versions of the software in a comparison, without what is not installed. */
final class StackVersions {
  private static final List<String> NPM = List.of("fastify", "express");
  private static final String PYTHON_PACKAGES =
      """
      import importlib.metadata, platform
      print("Python", platform.python_version())
      installed = {each.metadata["Name"].lower(): each.version for each in importlib.metadata.distributions()}
      for name in ["FastAPI", "uvicorn", "uvloop", "httptools"]:
          if name.lower() in installed:
              print(name, installed[name.lower()])
      """;

  private StackVersions() {}

  static List<String> of(BenchEnvironment environment)
      throws IOException, InterruptedException, SQLException {
    var versions = new ArrayList<String>();
    versions.add("Java " + System.getProperty("java.version"));
    versions.add("Vert.x " + vertx());
    versions.add("PostgreSQL " + postgres(environment));
    versions.add("Redis " + environment.redisVersion());
    for (var node : output("node", "--version")) {
      versions.add("Node.js " + node.substring(1));
      var packages = new JsonObject(Files.readString(ComparedStacks.SOURCE.resolve("package.json")))
          .getJsonObject("dependencies");
      NPM.forEach(name -> versions.add(Character.toUpperCase(name.charAt(0)) + name.substring(1)
          + " " + packages.getString(name)));
    }
    versions.addAll(output(ComparedStacks.PYTHON, "-c", PYTHON_PACKAGES));
    return versions;
  }

  private static String vertx() throws IOException {
    try (var file = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  private static String postgres(BenchEnvironment environment) throws SQLException {
    var database = environment.database();
    try (var connection =
        DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password())) {
      return connection.getMetaData().getDatabaseProductVersion().split(" ")[0];
    }
  }

  /** The lines that a command prints; none if it fails or is not installed. */
  private static List<String> output(String... command) throws InterruptedException {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? output.lines().toList() : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
