package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A Redis of our own on the loopback address, for development and tests. */
public final class DevRedis implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final Path folder;
  private final Path program;
  private final ServerProcess server;
  private final int port;
  private final Optional<String> password;
  private final boolean durable;

  private DevRedis(
      Path folder,
      Path program,
      ServerProcess server,
      int port,
      Optional<String> password,
      boolean durable) {
    this.folder = folder;
    this.program = program;
    this.server = server;
    this.port = port;
    this.password = password;
    this.durable = durable;
  }

  /**
   * Starts a server in {@code folder}, which is made when absent. What a killed run left there is stopped first.
   *
   * @param wantedPort taken when free, else any other; 0 = any
   * @param password asked of every client; empty = none
   * @param durable whether a stop in order writes the data down for the next start
   * @param say told, in one sentence each, what its user should know
   */
  public static DevRedis start(
      Path folder,
      int wantedPort,
      Optional<String> password,
      boolean durable,
      Consumer<String> say) {
    var absolute = folder.toAbsolutePath().normalize();
    var program = Binaries.ofThisRun().redis();
    try {
      Files.createDirectories(absolute);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var server = process(absolute);
    server.stopLeftover(say);
    var port = Ports.freeOr(wantedPort);
    if (wantedPort != 0 && port != wantedPort) {
      say.accept("port " + wantedPort + " belongs to another program: Redis takes " + port);
    }
    var redis = new DevRedis(absolute, program, server, port, password, durable);
    redis.start();
    return redis;
  }

  /** Stops what a killed run left behind in {@code folder}, if anything. */
  static void stopLeftover(Path folder, Consumer<String> say) {
    process(folder.toAbsolutePath().normalize()).stopLeftover(say);
  }

  private static ServerProcess process(Path folder) {
    return new ServerProcess(
        "Redis",
        folder,
        Binaries.ofThisRun().redis(),
        pidFile(folder),
        ServerProcess.StopSignal.TERM);
  }

  private static Path pidFile(Path folder) {
    return folder.resolve("redis.pid");
  }

  public int port() {
    return port;
  }

  /** With the password, if there is one: not for logs. */
  public String url() {
    return "redis://" + password.map(secret -> ":" + secret + "@").orElse("") + HOST + ":" + port;
  }

  /** The settings that point a node here. */
  public Map<String, String> settings() {
    return Map.of("REDIS_URL", url());
  }

  /** Starts again on the same port after {@link #stop} or {@link #kill}. */
  public void start() {
    var command = new ArrayList<>(List.of(
        program.toString(),
        "--bind",
        HOST,
        "--port",
        Integer.toString(port),
        "--pidfile",
        pidFile(folder).toString(),
        "--save",
        durable ? "300 1" : "",
        "--dir",
        folder.toString()));
    password.ifPresent(secret -> command.addAll(List.of("--requirepass", secret)));
    server.start(command, () -> Ports.answers(port));
  }

  public boolean isRunning() {
    return server.isRunning();
  }

  public void stop() {
    server.stop();
  }

  /** What a crash looks like: gone at once, with everything it held. */
  public void kill() {
    server.kill();
  }

  /** Connections stay open but nothing answers, until {@link #thaw}. */
  public void freeze() {
    server.freeze();
  }

  public void thaw() {
    server.thaw();
  }

  @Override
  public void close() {
    if (server.isRunning()) {
      server.stop();
    }
  }
}
