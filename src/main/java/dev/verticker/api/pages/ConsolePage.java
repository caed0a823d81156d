package dev.verticker.api.pages;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.web.EntityTags;
import dev.verticker.api.web.Lazy;
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
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Serves the console at {@code /} and its files under {@code /console/}: exactly those that the page references, so that no
 * requested path is ever resolved in a folder. A file is read from the jar with its first request and then kept in memory,
 * plain and compressed.
 */
public final class ConsolePage {
  private static final String FOLDER = "web";
  private static final String PAGE = "/console/index.html";
  private static final Pattern REFERENCE = Pattern.compile("(?:href|src)=\"(/console/[^\"]+)\"");

  /** Scripts, styles and requests of our own origin only, and no injection of markup (trusted types). */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html; charset=utf-8",
      "js", "text/javascript; charset=utf-8",
      "css", "text/css; charset=utf-8",
      "svg", "image/svg+xml");

  /** One representation of a file. Each has its own entity tag, so that caches never mix them up. */
  private record Representation(Buffer content, String tag) {
    static Representation of(Buffer content) {
      return new Representation(content, EntityTags.of(content.getBytes()));
    }
  }

  private record Representations(Representation plain, Representation compressed) {
    static Representations of(String file) {
      var content = PackagedFile.read(FOLDER + file);
      return new Representations(Representation.of(content), Representation.of(compress(content)));
    }
  }

  private record ConsoleAsset(String path, String type, Lazy<Representations> representations) {
    static ConsoleAsset of(String path, String file) {
      var type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
      return new ConsoleAsset(path, type, new Lazy<>(() -> Representations.of(file)));
    }
  }

  private final List<ConsoleAsset> assets;

  private ConsolePage(List<ConsoleAsset> assets) {
    this.assets = assets;
  }

  /** Fails if the page references a missing file. */
  public static Future<ConsolePage> load(Vertx vertx) {
    return vertx.executeBlocking(() -> {
      var assets = new ArrayList<ConsoleAsset>();
      assets.add(ConsoleAsset.of("/", PAGE));
      REFERENCE
          .matcher(PackagedFile.read(FOLDER + PAGE).toString())
          .results()
          .map(reference -> reference.group(1))
          .distinct()
          .peek(path -> PackagedFile.require(FOLDER + path))
          .map(path -> ConsoleAsset.of(path, path))
          .forEach(assets::add);
      return new ConsolePage(List.copyOf(assets));
    });
  }

  /** Adds its routes. */
  public void mount(Router router) {
    for (var asset : assets) {
      router.get(asset.path()).handler(context -> serve(context, asset));
      router.head(asset.path()).handler(context -> serve(context, asset));
      router.route(asset.path()).handler(context -> {
        context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
        context.fail(405);
      });
    }
  }

  private static void serve(RoutingContext context, ConsoleAsset asset) {
    context.put(RequestContextHandler.OPERATION, "console");
    asset
        .representations()
        .get(context.vertx())
        .onSuccess(representations -> serve(context, asset.type(), representations))
        .onFailure(context::fail);
  }

  private static void serve(RoutingContext context, String type, Representations representations) {
    var compressed = acceptsGzip(context);
    var representation = compressed ? representations.compressed() : representations.plain();
    var headers = context.response().headers();
    headers
        .set(HttpHeaders.CACHE_CONTROL, "no-cache")
        .set("Content-Security-Policy", POLICY)
        .set("Cross-Origin-Opener-Policy", "same-origin")
        .set("Cross-Origin-Resource-Policy", "same-origin")
        .set(HttpHeaders.ETAG, representation.tag())
        .add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    var known = Optional.ofNullable(context.request().getHeader(HttpHeaders.IF_NONE_MATCH));
    if (EntityTags.names(known, representation.tag())) {
      ApiResponse.notModified().write(context);
      return;
    }
    if (compressed) {
      headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    new ApiResponse(200, Map.of("Content-Type", type), representation.content()).write(context);
  }

  private static boolean acceptsGzip(RoutingContext context) {
    return context.parsedHeaders().acceptEncoding().stream()
        .anyMatch(coding -> coding.value().equalsIgnoreCase("gzip") && coding.weight() > 0);
  }

  private static Buffer compress(Buffer content) {
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content.getBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }
}
