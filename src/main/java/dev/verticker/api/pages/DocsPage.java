package dev.verticker.api.pages;

import dev.verticker.api.openapi.Contract;
import dev.verticker.api.pages.Page.Asset;
import dev.verticker.api.web.PackagedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** The API documentation. All files come from the jar; the pages use no inline scripts. */
public final class DocsPage {
  private static final String WEBJAR = "META-INF/resources/webjars/swagger-ui/";
  private static final String WEBJAR_VERSION =
      "META-INF/maven/org.webjars/swagger-ui/pom.properties";
  private static final String IMMUTABLE = "public, max-age=31536000, immutable";

  /** Swagger UI needs data URLs for images of its style sheet; all other resources must have the same origin. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private DocsPage() {}

  /** Loads Swagger UI at {@code /docs} and the contract at {@code /openapi.yaml}. The future fails if a file is missing. */
  public static Future<Page> load(Vertx vertx, Contract contract) {
    return vertx.executeBlocking(() -> {
      var version = webjarVersion();
      var html = Buffer.buffer(PackagedFile.read("web/docs/index.html")
          .toString()
          .replace("{{title}}", contract.title())
          .replace("{{version}}", version));
      var assets = new ArrayList<Asset>();
      assets.add(new Asset("/docs", "html", Page.NO_CACHE, () -> html));
      assets.add(Asset.packaged("/docs/initializer.js", "web/docs/initializer.js", Page.NO_CACHE));
      assets.add(new Asset("/openapi.yaml", "yaml", Page.NO_CACHE, contract::published));
      for (var name : List.of("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")) {
        var file = version + "/" + name;
        assets.add(Asset.packaged("/docs/" + file, WEBJAR + file, IMMUTABLE));
      }
      return new Page("docs", POLICY, assets);
    });
  }

  /** Loads the AsyncAPI document of the sockets at {@code /asyncapi.yaml}, and as a page at {@code /docs/events}. */
  public static Future<Page> loadEvents(Vertx vertx) {
    return vertx.executeBlocking(() -> {
      var document = PackagedFile.read("asyncapi/events.yaml");
      var text = document.toString().replace("&", "&amp;").replace("<", "&lt;");
      var page = PackagedFile.read("web/docs/events.html").toString().replace("{{document}}", text);
      return new Page(
          "docs",
          POLICY,
          List.of(
              new Asset("/asyncapi.yaml", "yaml", Page.NO_CACHE, () -> document),
              new Asset("/docs/events", "html", Page.NO_CACHE, () -> Buffer.buffer(page))));
    });
  }

  private static String webjarVersion() throws IOException {
    var properties = new Properties();
    properties.load(new StringReader(PackagedFile.read(WEBJAR_VERSION).toString()));
    return properties.getProperty("version");
  }
}
