package dev.verticker.api.request;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.PlatformHandler;

/**
 * Reads request bodies by Vert.x's {@link BodyHandler}, without its decoding of forms. That decoding fails with an internal
 * error for a form without a boundary and for a form with a method such as GET, and {@link RequestBody} needs the text of a
 * form. So the handler does not see the content type.
 */
public final class BodyReader implements PlatformHandler {
  private static final String CONTENT_TYPE = BodyReader.class.getName();

  private final BodyHandler handler =
      BodyHandler.create(false).setBodyLimit(RequestValidator.MAX_BODY_BYTES);

  /** Reads the body; one above {@link RequestValidator#MAX_BODY_BYTES} is 413. */
  @Override
  public void handle(RoutingContext context) {
    var headers = context.request().headers();
    if (!headers.contains(HttpHeaders.CONTENT_LENGTH)
        && !headers.contains(HttpHeaders.TRANSFER_ENCODING)) {
      context.next();
      return;
    }
    var sent = headers.get(HttpHeaders.CONTENT_TYPE);
    if (sent != null) {
      context.put(CONTENT_TYPE, sent);
      headers.remove(HttpHeaders.CONTENT_TYPE);
    }
    handler.handle(context);
  }

  /** Returns the content type that the client sent with the body, or null. */
  static String contentType(RoutingContext context) {
    return context.get(CONTENT_TYPE, context.request().getHeader(HttpHeaders.CONTENT_TYPE));
  }
}
