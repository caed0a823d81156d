package dev.verticker.dev;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs {@code conf/make-archive}, which finds the PostgreSQL and the Redis of development. */
public final class MadeArchive {
  private MadeArchive() {}

  /**
   * @param java the program that will use it
   * @return the option that uses it
   * @throws IllegalStateException with what it said when it fails
   */
  public static String make(Path java, Path jar, Path archive)
      throws IOException, InterruptedException {
    var programs = Binaries.ofThisRun();
    return make(
        java,
        jar,
        archive,
        List.of(programs.postgres().resolve("bin"), programs.redis().getParent()));
  }

  /** @param programs folders that it looks for PostgreSQL and Redis in, before those of the machine */
  public static String make(Path java, Path jar, Path archive, List<Path> programs)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder("conf/make-archive", jar.toString(), archive.toString())
        .redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", java.getParent().getParent().toString());
    programs.forEach(folder -> builder
        .environment()
        .merge("PATH", folder + File.pathSeparator, (path, first) -> first + path));
    var making = builder.start();
    making.getOutputStream().close();
    var said = new String(making.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (making.waitFor() != 0) {
      throw new IllegalStateException("conf/make-archive said: " + said);
    }
    return said.strip();
  }
}
