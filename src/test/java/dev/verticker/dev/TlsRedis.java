package dev.verticker.dev;

import dev.verticker.testing.TestAuthority.Certificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Redis server that accepts TLS connections only. */
public final class TlsRedis implements AutoCloseable {
  private final Process process;
  private final int port;

  /** @param folder of its output */
  public TlsRedis(Path folder, Certificate certificate) {
    port = Ports.freeOr(0);
    try {
      process = new ProcessBuilder(
              Binaries.ofThisRun().redis().toString(),
              "--bind",
              DevServer.HOST,
              "--port",
              "0",
              "--tls-port",
              Integer.toString(port),
              "--tls-cert-file",
              certificate.certificate().toString(),
              "--tls-key-file",
              certificate.key().toString(),
              "--tls-ca-cert-file",
              certificate.certificate().toString(),
              "--tls-auth-clients",
              "no",
              "--save",
              "")
          .redirectErrorStream(true)
          .redirectOutput(Files.createTempFile(folder, "redis", ".log").toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
