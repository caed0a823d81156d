package dev.verticker.api.pages;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.OperationHandler;
import dev.verticker.api.web.EntityTags;
import dev.verticker.api.web.Lazy;
import dev.verticker.api.web.PackagedFile;
import dev.verticker.api.web.RequestContextHandler;
import dev.verticker.bus.Sha256;
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
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The console at {@code /}, and under {@code /console/} exactly the files that its page names: no path is ever looked up in
 * a folder. Each comes out of the jar with the first request for it and is kept in memory, plain and compressed.
 */
public final class ConsolePage {
  private static final String FOLDER = "web";
  private static final String PAGE = "/console/index.html";
  private static final Pattern NAMED = Pattern.compile("(?:href|src)=\"(/console/[^\"]+)\"");

  /** No script, style, frame or request but our own, and no text of anybody becomes markup. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html; charset=utf-8",
      "js", "text/javascript; charset=utf-8",
      "css", "text/css; charset=utf-8",
      "svg", "image/svg+xml");

  /** One form of a file; each has a tag of its own, so that caches never mix them up. */
  private record Form(Buffer content, String tag) {
    static Form of(Buffer content) {
      return new Form(content, hash(content));
    }
  }

  private record Forms(Form plain, Form compressed) {
    static Forms of(String file) {
      var content = PackagedFile.read(FOLDER + file);
      return new Forms(Form.of(content), Form.of(compress(content)));
    }
  }

  private record ConsoleAsset(String path, String type, Lazy<Forms> forms) {
    static ConsoleAsset of(String path, String file) {
      var type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
      return new ConsoleAsset(path, type, new Lazy<>(() -> Forms.of(file)));
    }
  }

  private final List<ConsoleAsset> assets;

  private ConsolePage(List<ConsoleAsset> assets) {
    this.assets = assets;
  }

  /** Fails when the page names a file that is not there. */
  public static Future<ConsolePage> load(Vertx vertx) {
    return vertx.executeBlocking(() -> {
      var assets = new ArrayList<ConsoleAsset>();
      assets.add(ConsoleAsset.of("/", PAGE));
      NAMED
          .matcher(PackagedFile.read(FOLDER + PAGE).toString())
          .results()
          .map(named -> named.group(1))
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
        .forms()
        .get(context.vertx())
        .onSuccess(forms -> serve(context, asset.type(), forms))
        .onFailure(context::fail);
  }

  private static void serve(RoutingContext context, String type, Forms forms) {
    var compressed = acceptsGzip(context);
    var form = compressed ? forms.compressed() : forms.plain();
    var headers = context.response().headers();
    headers
        .set(HttpHeaders.CACHE_CONTROL, "no-cache")
        .set("Content-Security-Policy", POLICY)
        .set("Cross-Origin-Opener-Policy", "same-origin")
        .set("Cross-Origin-Resource-Policy", "same-origin")
        .set(HttpHeaders.ETAG, form.tag())
        .add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    var known = Optional.ofNullable(context.request().getHeader(HttpHeaders.IF_NONE_MATCH));
    if (EntityTags.names(known, form.tag())) {
      OperationHandler.write(context, ApiResponse.notModified());
      return;
    }
    if (compressed) {
      headers.set(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    OperationHandler.write(
        context, new ApiResponse(200, Map.of("Content-Type", type), form.content()));
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

  private static String hash(Buffer content) {
    return "\"" + HexFormat.of().formatHex(Sha256.sha256(content.getBytes()), 0, 8) + "\"";
  }
}
