package dev.verticker.api.web;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.http.HttpServers;
import dev.verticker.settings.AddressRange;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.junit5.VertxExtension;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(VertxExtension.class)
class ClientAddressesTest {
  private final Vertx vertx;

  ClientAddressesTest(Vertx vertx) {
    this.vertx = vertx;
  }

  /** X-Forwarded-For is trusted only as far as it was written by trusted proxies. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "                     |                           | 127.0.0.1",
        "                     | 203.0.113.7               | 127.0.0.1",
        "127.0.0.1            |                           | 127.0.0.1",
        "127.0.0.1            | 203.0.113.7               | 203.0.113.7",
        "127.0.0.1            | 6.6.6.6, 203.0.113.7      | 203.0.113.7",
        "127.0.0.1,10.0.0.0/8 | 203.0.113.7, 10.1.2.3     | 203.0.113.7",
        "127.0.0.1,10.0.0.0/8 | 10.9.9.9, 10.1.2.3        | 10.9.9.9",
        "127.0.0.1            | nonsense                  | 127.0.0.1",
        "127.0.0.1            | 2001:db8::1               | 2001:db8::1",
        "127.0.0.1            | ::ffff:203.0.113.7        | 203.0.113.7"
      })
  void the_client_address_is_the_rightmost_untrusted_hop(
      String trustedProxies, String forwardedFor, String expectedClient) {
    var addresses = new ClientAddresses(Stream.ofNullable(trustedProxies)
        .flatMap(list -> Stream.of(list.split(",")))
        .map(text -> AddressRange.parse(text).orElseThrow())
        .toList());
    var server = await(HttpServers.create(vertx, "127.0.0.1", 0)
        .requestHandler(request -> request.response().end(addresses.of(request)))
        .listen());
    var options = new RequestOptions()
        .setMethod(HttpMethod.GET)
        .setHost("127.0.0.1")
        .setPort(server.actualPort())
        .setURI("/");
    if (forwardedFor != null) {
      options.addHeader("X-Forwarded-For", forwardedFor);
    }

    var http = vertx.createHttpClient();
    var body = await(http.request(options)
        .compose(request -> request.send().compose(response -> response.body())));
    await(http.close());

    assertEquals(expectedClient, body.toString());
  }
}
