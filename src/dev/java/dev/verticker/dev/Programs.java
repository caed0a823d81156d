package dev.verticker.dev;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** Runs programs of the operating system. */
final class Programs {
  private static final Pattern PATH_SEPARATOR =
      Pattern.compile(File.pathSeparator, Pattern.LITERAL);

  private Programs() {}

  /** Exit code and output of a program. */
  record Result(int code, String output) {
    boolean succeeded() {
      return code == 0;
    }
  }

  static boolean exists(String name) {
    return PATH_SEPARATOR
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(folder -> new File(folder, name).canExecute());
  }

  /** Waits for the end of the program; one that cannot be started has failed, too. */
  static Result run(List<String> command) {
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes());
      return new Result(process.waitFor(), output.strip());
    } catch (IOException e) {
      return new Result(-1, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(-1, "interrupted");
    }
  }
}
