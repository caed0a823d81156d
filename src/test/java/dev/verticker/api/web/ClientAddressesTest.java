package dev.verticker.api.web;

import static dev.verticker.testing.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.verticker.http.HttpServers;
import dev.verticker.settings.AddressRange;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.junit5.VertxExtension;
import java.util.List;
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

  /** A header is worth as much as whoever sent it. */
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
        "127.0.0.1            | 2001:db8::1               | 2001:db8::1"
      })
  void the_address_is_that_of_the_first_one_who_is_not_trusted(
      String proxies, String header, String client) {
    var addresses = new ClientAddresses(Stream.ofNullable(proxies)
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
    for (var line : header == null ? List.<String>of() : List.of(header)) {
      options.addHeader("X-Forwarded-For", line);
    }

    var http = vertx.createHttpClient();
    var answer = await(http.request(options)
        .compose(request -> request.send().compose(response -> response.body())));
    await(http.close());

    assertEquals(client, answer.toString());
  }
}
