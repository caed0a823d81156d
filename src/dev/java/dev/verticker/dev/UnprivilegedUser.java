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
 * PostgreSQL refuses to run as root. Where root calls, the server runs without root's rights: in a user namespace of its
 * own, or, where the kernel or a container forbids that, as another user.
 */
final class UnprivilegedUser {
  private static final int NOBODY = 65534;

  private final List<String> prefix;
  private final int owner;

  private UnprivilegedUser(List<String> prefix, int owner) {
    this.prefix = prefix;
    this.owner = owner;
  }

  /** The first way in which {@code program} can be executed and {@code folder}, which exists, be written to. */
  static UnprivilegedUser toRun(Path program, Path folder) {
    if (!"root".equals(System.getProperty("user.name")) && userOf(Path.of("/proc/self")) != 0) {
      return new UnprivilegedUser(List.of(), 0);
    }
    var user = whoMayEnter(folder);
    return Stream.of(
            new UnprivilegedUser(List.of("unshare", "-U"), 0),
            new UnprivilegedUser(
                List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"), user))
        .filter(way -> way.works(program, folder))
        .findFirst()
        .orElseThrow(() -> new DevServerException(
            "PostgreSQL does not run as root, and without root's rights it cannot enter " + folder
                + ": run as an ordinary user, or from a folder that others may enter"));
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
        throw new UncheckedIOException("cannot hand over " + path, e);
      }
    }
  }

  /** Inside somebody's home that is that somebody: the home may be closed to everyone else, also to root without rights. */
  private static int whoMayEnter(Path folder) {
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
