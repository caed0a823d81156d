package dev.verticker.system;

import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Base class of tests of the delivered nginx configuration before recording servers, which the tests of a class share. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(VertxExtension.class)
abstract class NginxTestCase {
  final Vertx vertx;
  RecordedNginx site;

  NginxTestCase(Vertx vertx) {
    this.vertx = vertx;
  }

  @BeforeAll
  void start(@TempDir Path folder) {
    site = new RecordedNginx(vertx, folder);
  }

  @AfterAll
  void stop() {
    site.close();
  }
}
