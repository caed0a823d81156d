package dev.verticker.api.request;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.PlatformHandler;
import io.vertx.ext.web.openapi.router.RouterBuilder;

/**
 * Reads request bodies by Vert.x's {@link BodyHandler}, without its decoding of forms. That decoding fails with an internal
 * error for a form without a boundary and for a form with a method such as GET, and {@link RequestBody} needs the text of a
 * form. So the handler does not see the content type.
 */
public final class BodyReader {
  private static final String CONTENT_TYPE = BodyReader.class.getName();

  private BodyReader() {}

  /** Adds the handlers. A body above {@link RequestValidator#MAX_BODY_BYTES} is 413. */
  public static void addTo(RouterBuilder builder) {
    builder
        .rootHandler((PlatformHandler) BodyReader::hideContentType)
        .rootHandler(BodyHandler.create(false).setBodyLimit(RequestValidator.MAX_BODY_BYTES))
        .rootHandler(BodyReader::restoreContentType);
  }

  private static void hideContentType(RoutingContext context) {
    var headers = context.request().headers();
    var sent = headers.get(HttpHeaders.CONTENT_TYPE);
    if (sent != null) {
      context.put(CONTENT_TYPE, sent);
      headers.remove(HttpHeaders.CONTENT_TYPE);
    }
    context.next();
  }

  private static void restoreContentType(RoutingContext context) {
    String sent = context.get(CONTENT_TYPE);
    if (sent != null) {
      context.request().headers().set(HttpHeaders.CONTENT_TYPE, sent);
    }
    context.next();
  }
}
