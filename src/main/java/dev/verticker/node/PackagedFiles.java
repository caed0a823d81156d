package dev.verticker.node;

import io.vertx.core.VertxOptions;
import io.vertx.core.spi.FileResolverFactory;
import io.vertx.core.spi.file.FileResolver;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/**
 * How Vert.x finds a file that is packaged in a jar: it copies that file, once, and removes the copy when it is closed. The resolver
 * of Vert.x copies all folders above it too and reads through the whole jar for each of them.
 *
 * <p>A file on disk wins. A folder inside a jar cannot be listed. Vert.x finds this class through {@code META-INF/services}.
 */
public final class PackagedFiles implements FileResolverFactory {
  @Override
  public FileResolver resolver(VertxOptions options) {
    return new Copies();
  }

  private static final class Copies implements FileResolver {
    private final Map<String, File> found = new HashMap<>();
    private Path folder;

    @Override
    public File resolve(String name) {
      var file = new File(name);
      if (file.isAbsolute() || file.exists()) {
        return file;
      }
      var packaged = PackagedFiles.class.getClassLoader().getResource(name);
      return packaged == null ? file : onDisk(packaged);
    }

    private synchronized File onDisk(URL packaged) {
      return found.computeIfAbsent(packaged.toString(), url -> {
        try {
          return packaged.getProtocol().equals("file") ? new File(URI.create(url)) : copy(packaged);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }

    private File copy(URL packaged) throws IOException {
      if (folder == null) {
        folder = Files.createTempDirectory("verticker-");
      }
      var copy = folder.resolve(Integer.toString(found.size()));
      try (var in = packaged.openStream()) {
        Files.copy(in, copy);
      }
      return copy.toFile();
    }

    @Override
    public synchronized void close() throws IOException {
      if (folder == null) {
        return;
      }
      try (var copies = Files.walk(folder)) {
        for (var each : copies.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
      folder = null;
      found.clear();
    }
  }
}
