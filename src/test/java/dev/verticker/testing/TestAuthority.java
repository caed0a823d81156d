package dev.verticker.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A certificate authority of a test, whose PEM files are in its folder. It uses the keytool of the JDK. */
public final class TestAuthority {
  private static final String PASSWORD = "a test password";

  private final Path folder;
  private final Path store;

  /** PEM files of a certificate and its key, which only this user can read. */
  public record Certificate(Path certificate, Path key) {}

  public TestAuthority(Path folder, String name) {
    this.folder = folder.resolve(name).toAbsolutePath();
    this.store = this.folder.resolve("store.p12");
    try {
      Files.createDirectories(this.folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    keytool("-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c");
    write("ca.crt", "CERTIFICATE", entry("ca").certificate());
  }

  /** The file with the certificate of this authority. */
  public Path file() {
    return folder.resolve("ca.crt");
  }

  /** @param names the subject alternative names, such as {@code dns:localhost} or {@code ip:127.0.0.1} */
  public Certificate issue(String alias, String names) {
    keytool("-alias", alias, "-dname", "CN=" + alias, "-signer", "ca", "-ext", "san=" + names);
    var entry = entry(alias);
    return new Certificate(
        write(alias + ".crt", "CERTIFICATE", entry.certificate()),
        write(alias + ".key", "PRIVATE KEY", entry.key()));
  }

  private record Entry(byte[] certificate, byte[] key) {}

  private Entry entry(String alias) {
    try {
      var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      return new Entry(
          keys.getCertificate(alias).getEncoded(),
          keys.getKey(alias, PASSWORD.toCharArray()).getEncoded());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private Path write(String name, String type, byte[] content) {
    var base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    var pem = "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(type, base64.encodeToString(content));
    try {
      var file = Files.writeString(folder.resolve(name), pem);
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void keytool(String... options) {
    var command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-J-XX:TieredStopAtLevel=1",
        "-J-XX:+UseSerialGC",
        "-genkeypair",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-validity",
        "2",
        "-storetype",
        "PKCS12",
        "-keystore",
        store.toString(),
        "-storepass",
        PASSWORD));
    command.addAll(List.of(options));
    try {
      var process = new ProcessBuilder(command).redirectErrorStream(true).start();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new AssertionError("keytool failed: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
