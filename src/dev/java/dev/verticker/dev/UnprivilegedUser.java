package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs a program without root's rights, because PostgreSQL refuses to run as root: in its own user namespace, or, if
 * the kernel or a container forbids that, as another user.
 */
final class UnprivilegedUser {
  private static final int NOBODY = 65534;

  private final List<String> prefix;
  private final int owner;

  private UnprivilegedUser(List<String> prefix, int owner) {
    this.prefix = prefix;
    this.owner = owner;
  }

  /** The first way that can execute {@code program} and write to {@code folder}, which exists. */
  static UnprivilegedUser toRun(Path program, Path folder) {
    if (!"root".equals(System.getProperty("user.name")) && userOf(Path.of("/proc/self")) != 0) {
      return new UnprivilegedUser(List.of(), 0);
    }
    var user = ownerOfParent(folder);
    return Stream.of(
            new UnprivilegedUser(List.of("unshare", "-U"), 0),
            new UnprivilegedUser(
                List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"), user))
        .filter(way -> way.works(program, folder))
        .findFirst()
        .orElseThrow(() ->
            new DevServerException("PostgreSQL refuses to run as root, and no other user may enter "
                + folder + ": run as an ordinary user, or from a folder that others may enter"));
  }

  private boolean works(Path program, Path folder) {
    own(folder);
    var probe = "test -x \"$1\" && test -w \"$2\"";
    return Programs.run(
            command(List.of("sh", "-c", probe, "sh", program.toString(), folder.toString())))
        .succeeded();
  }

  List<String> command(List<String> command) {
    var all = new ArrayList<>(prefix);
    all.addAll(command);
    return all;
  }

  /** Gives a path to the user that the program will run as. */
  void own(Path path) {
    if (owner != 0) {
      try {
        Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot change the owner of " + path, e);
      }
    }
  }

  /** Inside the home of a user it is that user, because the home may be closed to others. */
  private static int ownerOfParent(Path folder) {
    for (var path = folder.getParent(); path != null; path = path.getParent()) {
      if (userOf(path) != 0) {
        return userOf(path);
      }
    }
    return NOBODY;
  }

  private static int userOf(Path path) {
    try {
      return (Integer) Files.getAttribute(path, "unix:uid");
    } catch (IOException | UnsupportedOperationException e) {
      return NOBODY;
    }
  }
}
