package dev.verticker.api.pages;

import dev.verticker.api.web.PackagedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Serves the AsyncAPI document of the sockets at {@code /asyncapi.yaml}, and as a page at {@code /docs/events}. */
public final class EventsPage {
  private static final String DOCUMENT = "asyncapi/events.yaml";
  private static final String PAGE = "web/docs/events.html";

  private final Buffer document;
  private final Buffer page;

  private EventsPage(Buffer document, Buffer page) {
    this.document = document;
    this.page = page;
  }

  /** Reads both into memory. */
  public static Future<EventsPage> load(Vertx vertx) {
    return vertx.executeBlocking(() -> {
      var document = PackagedFile.read(DOCUMENT);
      return new EventsPage(document, filled(PackagedFile.read(PAGE), document));
    });
  }

  /** Adds its routes. */
  public void mount(Router router) {
    router.get("/asyncapi.yaml").handler(context -> serve(context, "application/yaml", document));
    router.get("/docs/events").handler(context -> serve(context, "text/html; charset=utf-8", page));
  }

  private static void serve(RoutingContext context, String type, Buffer content) {
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
        .end(content);
  }

  private static Buffer filled(Buffer page, Buffer document) {
    var text = document.toString().replace("&", "&amp;").replace("<", "&lt;");
    return Buffer.buffer(page.toString().replace("{{document}}", text));
  }
}
