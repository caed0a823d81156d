package dev.verticker.api.pages;

import dev.verticker.api.openapi.ApiResponse;
import dev.verticker.api.openapi.Contract;
import dev.verticker.api.web.Lazy;
import dev.verticker.api.web.PackagedFile;
import dev.verticker.api.web.RequestContextHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Serves Swagger UI at {@code /docs} and the contract at {@code /openapi.yaml}, with all files from the jar and without
 * inline scripts.
 */
public final class DocsPage {
  private static final String WEBJAR = "META-INF/resources/webjars/swagger-ui/";
  private static final String WEBJAR_VERSION =
      "META-INF/maven/org.webjars/swagger-ui/pom.properties";
  private static final Map<String, String> ASSETS = Map.of(
      "swagger-ui.css", "text/css; charset=utf-8",
      "swagger-ui-bundle.js", "text/javascript; charset=utf-8",
      "favicon-32x32.png", "image/png");

  /** Swagger UI needs data URLs for images of its style sheet; everything else comes from our own origin. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String IMMUTABLE = "public, max-age=31536000, immutable";
  private static final String NO_CACHE = "no-cache";

  private record Asset(String path, String type, String caching, Lazy<Buffer> content) {
    static Asset of(String path, String type, Buffer content) {
      return new Asset(path, type, NO_CACHE, new Lazy<>(() -> content));
    }

    /** Read with the first request: two megabytes that most nodes never serve. */
    static Asset ofWebjar(String version, String name) {
      var file = WEBJAR + version + "/" + name;
      PackagedFile.require(file);
      return new Asset(
          "/docs/" + version + "/" + name,
          ASSETS.get(name),
          IMMUTABLE,
          new Lazy<>(() -> PackagedFile.read(file)));
    }
  }

  private final List<Asset> assets;

  private DocsPage(List<Asset> assets) {
    this.assets = assets;
  }

  /** Fails if a file is missing. */
  public static Future<DocsPage> load(Vertx vertx, Contract contract) {
    return vertx.executeBlocking(() -> {
      var version = version(PackagedFile.read(WEBJAR_VERSION));
      var page = PackagedFile.read("web/docs/index.html");
      var assets = new ArrayList<Asset>();
      ASSETS.keySet().forEach(name -> assets.add(Asset.ofWebjar(version, name)));
      assets.add(
          Asset.of("/docs", "text/html; charset=utf-8", filled(page, contract.title(), version)));
      assets.add(Asset.of(
          "/docs/initializer.js",
          "text/javascript; charset=utf-8",
          PackagedFile.read("web/docs/initializer.js")));
      assets.add(new Asset(
          "/openapi.yaml", "application/yaml", NO_CACHE, new Lazy<>(contract::published)));
      return new DocsPage(assets);
    });
  }

  /** Adds its routes. */
  public void mount(Router router) {
    for (var asset : assets) {
      router.get(asset.path()).handler(context -> serve(context, asset));
      router.head(asset.path()).handler(context -> serve(context, asset));
      router.route(asset.path()).handler(context -> {
        context.response().putHeader("Allow", "GET, HEAD");
        context.fail(405);
      });
    }
  }

  private static void serve(RoutingContext context, Asset asset) {
    context.put(RequestContextHandler.OPERATION, "docs");
    asset
        .content()
        .get(context.vertx())
        .map(content -> new ApiResponse(
            200,
            Map.of(
                "Content-Type", asset.type(),
                "Cache-Control", asset.caching(),
                "Content-Security-Policy", POLICY),
            content))
        .onSuccess(response -> response.write(context))
        .onFailure(context::fail);
  }

  private static Buffer filled(Buffer page, String title, String version) {
    return Buffer.buffer(
        page.toString().replace("{{title}}", title).replace("{{version}}", version));
  }

  private static String version(Buffer file) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(file.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
