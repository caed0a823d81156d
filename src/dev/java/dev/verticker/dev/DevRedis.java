package dev.verticker.dev;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** An embedded Redis on the loopback address, for development and tests. */
public final class DevRedis extends DevServer {
  private final Path folder;
  private final Path program;
  private final Optional<String> password;
  private final boolean durable;

  private DevRedis(
      Path folder,
      Path program,
      ServerProcess server,
      int port,
      Optional<String> password,
      boolean durable) {
    super(server, port);
    this.folder = folder;
    this.program = program;
    this.password = password;
    this.durable = durable;
  }

  /**
   * Starts a server in {@code folder}, which is created if missing. A server that a killed run left running there is
   * stopped first.
   *
   * @param preferredPort used if free, else any other; 0 = any
   * @param password required of every client; empty = none
   * @param durable whether a clean stop writes the data to disk for the next start
   * @param log receives messages for the developer
   */
  public static DevRedis start(
      Path folder,
      int preferredPort,
      Optional<String> password,
      boolean durable,
      Consumer<String> log) {
    var absolute = folder.toAbsolutePath().normalize();
    var program = Binaries.ofThisRun().redis();
    var server = process(absolute);
    var port = prepare("Redis", absolute, server, preferredPort, log);
    var redis = new DevRedis(absolute, program, server, port, password, durable);
    redis.start();
    return redis;
  }

  /** Stops a server that a killed run left running in {@code folder}. */
  static void stopLeftover(Path folder, Consumer<String> log) {
    process(folder.toAbsolutePath().normalize()).stopLeftover(log);
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

  /** The file {@code redis-server}. */
  public Path program() {
    return program;
  }

  /** Includes the password, so it must not be logged. */
  public String url() {
    return "redis://" + password.map(secret -> ":" + secret + "@").orElse("") + HOST + ":" + port();
  }

  /** Deletes all keys of a server without a password. */
  void flush() {
    try (var socket = new Socket(HOST, port())) {
      socket.getOutputStream().write("FLUSHALL\r\n".getBytes(StandardCharsets.US_ASCII));
      if (socket.getInputStream().read() != '+') {
        throw new DevServerException("Redis does not delete its keys");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings of a node that uses this server. */
  public Map<String, String> settings() {
    return Map.of("REDIS_URL", url());
  }

  @Override
  public void start() {
    var command = new ArrayList<>(List.of(
        program.toString(),
        "--bind",
        HOST,
        "--port",
        Integer.toString(port()),
        "--pidfile",
        pidFile(folder).toString(),
        "--save",
        durable ? "300 1" : "",
        "--dir",
        folder.toString()));
    password.ifPresent(secret -> command.addAll(List.of("--requirepass", secret)));
    server().start(command, () -> Ports.answers(port()));
  }
}
