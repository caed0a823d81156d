package dev.verticker.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackagedFilesTest {
  /** In a jar of the library. */
  private static final String IN_A_JAR = "json-schema.org/draft/2020-12/schema";

  @Test
  void a_file_of_a_jar_is_copied_once_and_alone_and_goes_when_vertx_is_closed() throws IOException {
    var resolver = new PackagedFiles().resolver(new VertxOptions());

    var copy = resolver.resolve(IN_A_JAR);
    assertTrue(Files.readString(copy.toPath()).contains("\"$schema\""));
    assertEquals(copy, resolver.resolve(IN_A_JAR));
    assertArrayEquals(new String[] {copy.getName()}, copy.getParentFile().list());

    resolver.close();
    assertFalse(copy.getParentFile().exists());
  }

  @Test
  void a_file_on_disk_is_taken_as_it_is(@TempDir Path folder) throws IOException {
    var file = Files.writeString(folder.resolve("settings.yaml"), "mine").toFile();

    assertEquals(file, new PackagedFiles().resolver(new VertxOptions()).resolve(file.getPath()));
  }

  @Test
  void vertx_asks_it_for_files_but_not_for_folders_of_a_jar() {
    var vertx = Vertx.vertx();
    try {
      var files = vertx.fileSystem();
      assertTrue(files.readFileBlocking(IN_A_JAR).toString().contains("\"$schema\""));
      assertThrows(FileSystemException.class, () -> files.readDirBlocking("json-schema.org/draft"));
      assertThrows(FileSystemException.class, () -> files.readFileBlocking("nowhere/at.all"));
    } finally {
      vertx.close().await();
    }
  }
}
