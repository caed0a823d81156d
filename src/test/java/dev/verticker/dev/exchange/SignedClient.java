package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.SimulatorFixture.Answer;
import dev.verticker.testing.TestHttpClient.Response;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Sends signed requests with one HMAC key. Parameters are alternating names and values; amounts are compared as texts. */
final class SignedClient {
  private final SimulatorFixture fixture;
  private final String key;
  private final String secret;
  private final AtomicLong ids = new AtomicLong();

  SignedClient(SimulatorFixture fixture, String key, String secret) {
    this.fixture = fixture;
    this.key = key;
    this.secret = secret;
  }

  /** With the key that every simulator has. */
  static SignedClient of(SimulatorFixture fixture) {
    return new SignedClient(fixture, "simulator-key", "simulator-secret");
  }

  Answer send(String method, String path, String... parameters) {
    return fixture.signed(method, uri(path, parameters), key);
  }

  Future<Response> begin(String method, String path, String... parameters) {
    return fixture.beginSigned(method, uri(path, parameters), key);
  }

  JsonObject get(String path, String... parameters) {
    return send("GET", path, parameters).object();
  }

  JsonArray list(String path, String... parameters) {
    return send("GET", path, parameters).array();
  }

  /** @return the code of the rejection; 0 if the order was accepted */
  int codeOf(String... parameters) {
    return send("POST", "order", parameters).object().getInteger("code", 0);
  }

  JsonObject place(String... parameters) {
    return send("POST", "order", parameters).object();
  }

  JsonObject limit(String symbol, String side, String quantity, String price, String... more) {
    var parameters = new ArrayList<>(List.of(
        "symbol",
        symbol,
        "side",
        side,
        "type",
        "LIMIT",
        "timeInForce",
        "GTC",
        "quantity",
        quantity,
        "price",
        price));
    parameters.addAll(List.of(more));
    return place(parameters.toArray(String[]::new));
  }

  JsonObject market(String symbol, String side, String... quantity) {
    var parameters = new ArrayList<>(List.of("symbol", symbol, "side", side, "type", "MARKET"));
    parameters.addAll(List.of(quantity));
    return place(parameters.toArray(String[]::new));
  }

  JsonObject cancel(JsonObject order) {
    return send(
            "DELETE",
            "order",
            "symbol",
            order.getString("symbol"),
            "orderId",
            order.getLong("orderId").toString())
        .object();
  }

  JsonObject find(JsonObject order) {
    return get(
        "order",
        "symbol",
        order.getString("symbol"),
        "orderId",
        order.getLong("orderId").toString());
  }

  /** Free and locked balance of an asset, as a query shows them. */
  List<String> balance(String asset) {
    return get("account").getJsonArray("balances").stream()
        .map(JsonObject.class::cast)
        .filter(balance -> balance.getString("asset").equals(asset))
        .map(balance ->
            List.of(plain(balance.getString("free")), plain(balance.getString("locked"))))
        .findFirst()
        .orElse(List.of());
  }

  /** A connection that has subscribed the events of the account. */
  StreamClient stream() {
    var client = fixture.stream("/ws-api/v3");
    var response = request(client, "userDataStream.subscribe.signature");
    if (response.getInteger("status") != 200) {
      throw new AssertionError(response.encode());
    }
    return client;
  }

  /** Sends a signed request over the WebSocket API. */
  JsonObject request(StreamClient client, String method, String... parameters) {
    var params = new TreeMap<String, Object>();
    params.put("apiKey", key);
    params.put("timestamp", fixture.market().now().toEpochMilli());
    for (int index = 0; index < parameters.length; index += 2) {
      params.put(parameters[index], parameters[index + 1]);
    }
    var text = params.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining("&"));
    params.put("signature", sign(secret, text));
    return client.send(new JsonObject()
        .put("id", ids.incrementAndGet())
        .put("method", method)
        .put("params", new JsonObject(params))
        .encode());
  }

  /** Path and signed query. */
  String uri(String path, String... parameters) {
    var query = new ArrayList<String>();
    var timed = false;
    for (int index = 0; index < parameters.length; index += 2) {
      query.add(parameters[index] + "=" + SimulatorFixture.encoded(parameters[index + 1]));
      timed |= parameters[index].equals("timestamp");
    }
    if (!timed) {
      query.add("timestamp=" + fixture.market().now().toEpochMilli());
    }
    var text = String.join("&", query);
    return (path.startsWith("/") ? path : "/api/v3/" + path) + "?" + text + "&signature="
        + sign(secret, text);
  }

  static String plain(String amount) {
    return new BigDecimal(amount).stripTrailingZeros().toPlainString();
  }

  static String sign(String secret, String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
