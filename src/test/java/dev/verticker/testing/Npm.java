package dev.verticker.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The npm packages of a folder in {@code src/test}, installed once per lock file into {@code target}, and scripts run with
 * them under Node.js.
 */
public final class Npm {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private final Path source;
  private final Path home;

  private Npm(String folder) {
    this.source = Path.of("src/test", folder);
    this.home = TARGET.resolve(folder);
  }

  /** Installs the packages of {@code src/test/npm} and returns the folder with {@code node_modules}. */
  public static Path home() {
    return home("npm");
  }

  /**
   * Installs the packages and returns the folder with {@code node_modules}; skips the test without Node.js.
   *
   * @param folder in {@code src/test}
   */
  public static synchronized Path home(String folder) {
    Tool.require("node", "nodejs");
    var npm = Tool.require("npm", "npm");
    var packages = new Npm(folder);
    try {
      Files.createDirectories(packages.home);
      try (var channel = FileChannel.open(
          packages.home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        // Several JVMs may run tests at the same time.
        channel.lock();
        // Its scripts may change without the lock file.
        packages.copyToHome("package.json");
        if (!packages.installed()) {
          packages.install(npm);
        }
      }
      return packages.home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A Node.js process that finds the packages by {@code require} wherever the script lies. Both its outputs are read
   * from the process's input stream.
   *
   * @param arguments the script's path, then its arguments
   */
  public static Process node(Map<String, String> environment, List<String> arguments)
      throws IOException {
    var home = home();
    var command = new ArrayList<>(List.of("node"));
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("NODE_PATH", home.resolve("node_modules").toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private boolean installed() throws IOException {
    var lock = home.resolve("node_modules/installed-lock.json");
    return Files.exists(lock) && Files.mismatch(lock, source.resolve("package-lock.json")) == -1;
  }

  private void install(Path npm) throws IOException {
    copyToHome("package-lock.json");
    var log = home.resolve("install.log");
    var process = new ProcessBuilder(
            npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
        .directory(home.toFile())
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(log.toFile()))
        .start();
    assertEquals(0, ended(process), () -> "npm ci failed, see " + log);
    Files.copy(
        source.resolve("package-lock.json"),
        home.resolve("node_modules/installed-lock.json"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void copyToHome(String file) throws IOException {
    Files.copy(source.resolve(file), home.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  private static int ended(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }
}
