package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** An embedded server of development mode or a test, which can be made to fail. */
abstract sealed class DevServer implements AutoCloseable permits DevPostgres, DevRedis {
  static final String HOST = "127.0.0.1";

  private final ServerProcess server;
  private final int port;

  DevServer(ServerProcess server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Creates {@code folder} and stops a server that an earlier run left running in it.
   *
   * @return the preferred port if it is free, else any other; 0 = any
   */
  static int prepare(
      String name, Path folder, ServerProcess server, int preferredPort, Consumer<String> log) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.stopLeftover(log);
    var port = Ports.freeOr(preferredPort);
    if (preferredPort != 0 && port != preferredPort) {
      log.accept(
          "port " + preferredPort + " is used by another program: " + name + " uses " + port);
    }
    return port;
  }

  /** Starts again, on the same port and data, after {@link #stop} or {@link #kill}. */
  public abstract void start();

  final ServerProcess server() {
    return server;
  }

  public final int port() {
    return port;
  }

  public final boolean isRunning() {
    return server.isRunning();
  }

  /** Closes every connection and stops cleanly. */
  public final void stop() {
    server.stop();
  }

  /** Kills all its processes at once, like a crash. */
  public final void kill() {
    server.kill();
  }

  /** Keeps connections open but responds to nothing until {@link #thaw}. */
  public final void freeze() {
    server.freeze();
  }

  public final void thaw() {
    server.thaw();
  }

  @Override
  public final void close() {
    if (server.isRunning()) {
      server.stop();
    }
  }
}
