package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A server of a development run or a test, which can be made to fail. */
abstract sealed class DevServer implements AutoCloseable permits DevPostgres, DevRedis {
  static final String HOST = "127.0.0.1";

  private final ServerProcess server;
  private final int port;

  DevServer(ServerProcess server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * What is true before a server starts in {@code folder}: it exists and nobody works in it.
   *
   * @return the port to take: the wanted one when free, else any other; 0 = any
   */
  static int prepare(
      String name, Path folder, ServerProcess server, int wantedPort, Consumer<String> say) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.stopLeftover(say);
    var port = Ports.freeOr(wantedPort);
    if (wantedPort != 0 && port != wantedPort) {
      say.accept("port " + wantedPort + " belongs to another program: " + name + " takes " + port);
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

  /** Ends every connection and stops in order. */
  public final void stop() {
    server.stop();
  }

  /** What a crash looks like: all its processes are gone at once, with everything they held. */
  public final void kill() {
    server.kill();
  }

  /** Connections stay open but nothing answers, until {@link #thaw}. */
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
