package dev.verticker.dev;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A Redis of our own on the loopback address, for development and tests. */
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
    var server = process(absolute);
    var port = prepare("Redis", absolute, server, wantedPort, say);
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

  /** With the password, if there is one: not for logs. */
  public String url() {
    return "redis://" + password.map(secret -> ":" + secret + "@").orElse("") + HOST + ":" + port();
  }

  /** The settings that point a node here. */
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
