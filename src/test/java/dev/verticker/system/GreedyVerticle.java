package dev.verticker.system;

import dev.verticker.context.NodeContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/** A verticle that allocates all memory once a file of this name exists in the working directory. */
public final class GreedyVerticle extends VerticleBase {
  static final String FILE = "be-greedy";
  private static final int MEGABYTE = 1 << 20;

  public GreedyVerticle(NodeContext node) {}

  @Override
  public Future<?> start() {
    vertx.setPeriodic(100, id -> {
      if (Files.exists(Path.of(FILE))) {
        var taken = new ArrayList<byte[]>();
        vertx.executeBlocking(() -> {
          while (true) {
            taken.add(new byte[MEGABYTE]);
          }
        });
      }
    });
    return Future.succeededFuture();
  }
}
