package dev.verticker.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds a program that a test needs in addition to Java. Skips the test with a message if the program is missing, or fails
 * it with {@code CI=true}.
 */
public final class Tool {
  private Tool() {}

  /**
   * Returns the program on the PATH.
   *
   * @param debianPackage the package to install if it is missing
   */
  public static Path require(String name, String debianPackage) {
    return find(name).orElseGet(() -> skip(name, debianPackage));
  }

  private static Optional<Path> find(String name) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Path skip(String name, String debianPackage) {
    var sentence = "Needs " + name + ", which is not installed: apt-get install " + debianPackage;
    if ("true".equals(System.getenv("CI"))) {
      return Assertions.fail(sentence);
    }
    return Assumptions.abort(sentence);
  }
}
