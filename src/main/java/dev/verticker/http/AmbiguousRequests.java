package dev.verticker.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Detects requests that HTTP parsers can interpret differently (request smuggling) and that Netty does not reject; see
 * RFC 9112, sections 3.2 and 6.
 */
final class AmbiguousRequests {
  private AmbiguousRequests() {}

  static boolean isAmbiguous(HttpRequest request) {
    var version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return true;
    }
    var hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || hosts == 0 && version.equals(HttpVersion.HTTP_1_1)) {
      return true;
    }
    return hasAmbiguousLength(request) || isInvalidHandshake(request);
  }

  private static boolean hasAmbiguousLength(HttpRequest request) {
    var encodings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    var lengths = request.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (encodings.isEmpty()) {
      return lengths.size() > 1;
    }
    return !lengths.isEmpty()
        || encodings.size() > 1
        || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.get(0))
        || request.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  /** A handshake is a GET without a body and with a base64-encoded key of 16 bytes (RFC 6455, section 4.1). */
  private static boolean isInvalidHandshake(HttpRequest request) {
    if (!isHandshake(request)) {
      return false;
    }
    var key = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    var length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return request.method() != HttpMethod.GET
        || key == null
        || !key.matches("[A-Za-z0-9+/]{21}[AQgw]==")
        || length != null && !length.equals("0")
        || request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  static boolean isHandshake(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
  }
}
