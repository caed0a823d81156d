package dev.verticker.dev.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Starts the servers that are compared, each on core 0. */
final class ComparedStacks {
  static final Path JAR = Path.of("target", "verticker.jar").toAbsolutePath();
  private static final String CORE = "0";
  private static final String HEAP = "-Xmx256m";
  static final Path SOURCE = Path.of("bench", "peers").toAbsolutePath();

  /** Not the first on the PATH, because the packages are those of the system. */
  static final String PYTHON = "/usr/bin/python3";

  private static final int MAX_START_MS = 30_000;

  private final BenchEnvironment bench;
  private final Consumer<String> skipped;

  /** @param skipped receives a sentence for each server that is left out */
  ComparedStacks(BenchEnvironment bench, Consumer<String> skipped) {
    this.bench = bench;
    this.skipped = skipped;
  }

  /** Returns when it is ready. */
  BenchServer product() throws IOException, InterruptedException {
    var prices = freePort();
    var users = freePort();
    var management = freePort();
    var command = List.of(java(), HEAP, "-jar", JAR.toString());
    var startedAt = System.nanoTime();
    var process = start("verticker", command, node(prices, users, management));
    await(process, "http://127.0.0.1:" + management + "/health/ready", true);
    return new BenchServer(
        "Verticker",
        process,
        "http://127.0.0.1:" + prices,
        "http://127.0.0.1:" + users,
        secondsSince(startedAt));
  }

  /** The servers whose packages are installed. */
  List<BenchServer> others() throws IOException, InterruptedException {
    var others = new ArrayList<BenchServer>();
    others.add(bare());
    var packages = npmPackages();
    if (packages.isPresent()) {
      for (var name : List.of("Fastify", "Express")) {
        var script = packages.get().resolve(name.toLowerCase(Locale.ROOT) + ".js");
        others.add(peer(name, List.of("node", script.toString())));
      }
    }
    if (succeeds(
        SOURCE, List.of(PYTHON, "-c", "import fastapi, uvicorn, asyncpg, redis.asyncio, jwt"))) {
      others.add(
          peer("FastAPI", List.of(PYTHON, SOURCE.resolve("fastapi_server.py").toString())));
    } else {
      skipped.accept(
          "FastAPI was left out: python3-fastapi, uvicorn, python3-asyncpg, python3-redis or python3-jwt"
              + " is not installed.");
    }
    return others;
  }

  BenchServer bare() throws IOException, InterruptedException {
    return peer(
        "bare Vert.x",
        List.of(
            java(),
            HEAP,
            "-cp",
            System.getProperty("java.class.path"),
            BareServer.class.getName()));
  }

  /** The environment of the product with these ports. */
  Map<String, String> node(int prices, int users, int management) {
    var environment = new HashMap<>(bench.environment());
    environment.putAll(Map.of(
        "PRICE_API_HOST", "127.0.0.1",
        "PRICE_API_PORT", Integer.toString(prices),
        "USER_API_HOST", "127.0.0.1",
        "USER_API_PORT", Integer.toString(users),
        "MANAGEMENT_PORT", Integer.toString(management)));
    return environment;
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private BenchServer peer(String name, List<String> command)
      throws IOException, InterruptedException {
    var port = freePort();
    var environment = new HashMap<>(bench.environment());
    environment.put("PORT", Integer.toString(port));
    environment.put("NODE_ENV", "production");
    var startedAt = System.nanoTime();
    var process = start(name.toLowerCase(Locale.ROOT).replace(' ', '-'), command, environment);
    var url = "http://127.0.0.1:" + port;
    await(process, url + "/internal/price", false);
    return new BenchServer(name, process, url, url, secondsSince(startedAt));
  }

  private static double secondsSince(long startedAt) {
    return (System.nanoTime() - startedAt) / 1e9;
  }

  private CpuPinning start(String name, List<String> command, Map<String, String> environment) {
    var folder = bench.folder();
    return CpuPinning.start(CORE, folder, folder.resolve(name + ".log"), environment, command);
  }

  /** Waits for any response, or for 200. */
  static void await(CpuPinning process, String url, boolean ok) throws InterruptedException {
    var request = HttpRequest.newBuilder(URI.create(url)).build();
    for (var waited = 0; waited < MAX_START_MS; waited += 20) {
      process.requireAlive();
      try {
        var status = BenchServer.HTTP.send(request, BodyHandlers.discarding()).statusCode();
        if (!ok || status == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(url + " does not respond");
  }

  /** The folder with scripts and packages; empty if they cannot be installed. */
  private Optional<Path> npmPackages() throws IOException, InterruptedException {
    var folder = Files.createDirectories(bench.folder().resolve("peers"));
    var lock = SOURCE.resolve("package-lock.json");
    var installed = folder.resolve("node_modules").resolve("installed-lock.json");
    for (var file :
        List.of("package.json", "package-lock.json", "shared.js", "express.js", "fastify.js")) {
      Files.copy(SOURCE.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    if (!Files.exists(installed) || Files.mismatch(installed, lock) != -1) {
      var install = List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
      if (!succeeds(folder, List.of("node", "--version")) || !succeeds(folder, install)) {
        skipped.accept(
            "Express and Fastify were left out: node is not installed, or npm cannot install their packages.");
        return Optional.empty();
      }
      Files.copy(lock, installed, StandardCopyOption.REPLACE_EXISTING);
    }
    return Optional.of(folder);
  }

  private static boolean succeeds(Path folder, List<String> command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
