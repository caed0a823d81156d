package dev.verticker.api.pages;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.web.EntityTags;
import dev.verticker.api.web.PackagedFile;
import dev.verticker.api.web.RequestContextHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;

/**
 * Serves files at fixed paths and caches each in memory after its first request. No requested path is resolved in a folder.
 */
public final class Page {
  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html; charset=utf-8",
      "js", "text/javascript; charset=utf-8",
      "mjs", "text/javascript; charset=utf-8",
      "css", "text/css; charset=utf-8",
      "svg", "image/svg+xml",
      "png", "image/png",
      "yaml", "application/yaml");

  /** The plain and the gzipped file, each with its own entity tag, as HTTP caching requires. */
  private record Representations(Buffer plain, String plainTag, Buffer gzip, String gzipTag) {
    static Representations of(Buffer plain) throws IOException {
      var bytes = new ByteArrayOutputStream();
      try (var gzip = new GZIPOutputStream(bytes)) {
        gzip.write(plain.getBytes());
      }
      var compressed = bytes.toByteArray();
      return new Representations(
          plain,
          EntityTags.of(plain.getBytes()),
          Buffer.buffer(compressed),
          EntityTags.of(compressed));
    }
  }

  /** One file, which is read on a worker thread with its first request. */
  static final class Asset {
    private final String path;
    private final String type;
    private final String caching;
    private final Callable<Buffer> source;
    private volatile Representations kept;

    /**
     * @param extension the file name extension, which selects the media type
     * @param caching the value of {@code Cache-Control}
     */
    Asset(String path, String extension, String caching, Callable<Buffer> source) {
      this.path = path;
      this.type = TYPES.get(extension);
      this.caching = caching;
      this.source = source;
    }

    /** A file of the class path, which must exist. */
    static Asset packaged(String path, String file, String caching) {
      PackagedFile.require(file);
      var extension = file.substring(file.lastIndexOf('.') + 1);
      return new Asset(path, extension, caching, () -> PackagedFile.read(file));
    }

    Future<Representations> content(Vertx vertx) {
      return kept != null
          ? Future.succeededFuture(kept)
          : vertx
              .executeBlocking(() -> Representations.of(source.call()))
              .onSuccess(content -> kept = content);
    }
  }

  static final String NO_CACHE = "no-cache";

  private final String name;
  private final String policy;
  private final List<Asset> assets;

  /**
   * @param name the operation in metrics and logs
   * @param policy the value of {@code Content-Security-Policy}
   */
  Page(String name, String policy, List<Asset> assets) {
    this.name = name;
    this.policy = policy;
    this.assets = List.copyOf(assets);
  }

  /** Adds its routes. */
  public void mount(Router router) {
    for (var asset : assets) {
      router.get(asset.path).handler(context -> serve(context, asset));
      router.head(asset.path).handler(context -> serve(context, asset));
      router.route(asset.path).handler(context -> {
        context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
        context.fail(405);
      });
    }
  }

  private void serve(RoutingContext context, Asset asset) {
    context.put(RequestContextHandler.OPERATION, name);
    asset
        .content(context.vertx())
        .onSuccess(content -> write(context, asset, content))
        .onFailure(context::fail);
  }

  private void write(RoutingContext context, Asset asset, Representations content) {
    var gzip = context.parsedHeaders().acceptEncoding().stream()
        .anyMatch(coding -> coding.value().equalsIgnoreCase("gzip") && coding.weight() > 0);
    var tag = gzip ? content.gzipTag() : content.plainTag();
    var headers = context.response().headers();
    headers
        .set(HttpHeaders.CACHE_CONTROL, asset.caching)
        .set("Content-Security-Policy", policy)
        .set("Cross-Origin-Opener-Policy", "same-origin")
        .set("Cross-Origin-Resource-Policy", "same-origin")
        .set(HttpHeaders.ETAG, tag)
        .add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    var known = Optional.ofNullable(context.request().getHeader(HttpHeaders.IF_NONE_MATCH));
    if (EntityTags.names(known, tag)) {
      ApiResponse.notModified().write(context);
      return;
    }
    if (gzip) {
      headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    new ApiResponse(
            200, Map.of("Content-Type", asset.type), gzip ? content.gzip() : content.plain())
        .write(context);
  }
}
