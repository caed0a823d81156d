package dev.verticker.exchange.binance.order;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeResponse;
import dev.verticker.exchange.OrderGateway.Outcome;
import dev.verticker.message.trading.Orders.Side;
import dev.verticker.message.trading.Orders.Status;
import dev.verticker.message.trading.Orders.Ticket;
import dev.verticker.message.trading.Orders.Type;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.math.BigDecimal;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandOutcomesTest {
  private static final String ID = "6gCrw2kRUAF9CvJDGP16IP";

  /** The response of Binance's documents to an order with two of its trades. */
  private static final String FILLED =
      """
      {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"6gCrw2kRUAF9CvJDGP16IP",
       "transactTime":1507725176595,"price":"0.00000000","origQty":"6.00000000","executedQty":"6.00000000",
       "origQuoteOrderQty":"0.000000","cummulativeQuoteQty":"23995.00000000","status":"FILLED","timeInForce":"GTC",
       "type":"MARKET","side":"SELL","workingTime":1507725176595,"selfTradePreventionMode":"NONE",
       "fills":[{"price":"4000.00000000","qty":"1.00000000","commission":"4.00000000","commissionAsset":"USDT","tradeId":56},
                {"price":"3999.00000000","qty":"5.00000000","commission":"19.99500000","commissionAsset":"USDT","tradeId":57}]}
      """;

  @Test
  void an_accepted_order_has_its_exact_quantities_and_trades() {
    var accepted = assertInstanceOf(Outcome.Accepted.class, outcome(200, FILLED));

    var order = accepted.order();
    assertEquals("28", order.exchangeOrderId());
    assertEquals(
        new Ticket(
            "BTCUSDT",
            Side.SELL,
            Type.MARKET,
            null,
            new BigDecimal("6.00000000"),
            null,
            null,
            null,
            "NONE"),
        order.ticket());
    assertEquals(Status.FILLED, order.status());
    assertEquals(new BigDecimal("23995.00000000"), order.executedQuoteQty());
    assertEquals(Instant.ofEpochMilli(1507725176595L), order.updatedAt());
    assertEquals(2, accepted.trades().size());
    var trade = accepted.trades().get(1);
    assertEquals("57", trade.exchangeTradeId());
    assertEquals(0, trade.quoteQty().compareTo(new BigDecimal("19995")));
    assertEquals(new BigDecimal("19.99500000"), trade.fee());
    assertEquals(false, trade.maker());
  }

  @ParameterizedTest
  @CsvSource({
    "400, -1013, Filter failure: LOT_SIZE",
    "400, -1021, Timestamp for this request is outside of the recvWindow.",
    "400, -1022, Signature for this request is not valid.",
    "400, -1102, Mandatory parameter was not sent.",
    "400, -1111, Parameter has too much precision.",
    "400, -1121, Invalid symbol.",
    "400, -2010, Account has insufficient balance for requested action.",
    "401, -2014, API-key format invalid.",
    "401, -2015, 'Invalid API-key, IP, or permissions for action.'",
    "403, -2015, 'Invalid API-key, IP, or permissions for action.'",
    "418, -1003, Way too much request weight used; IP banned until 1659146400000.",
    "429, -1003, Too much request weight used.",
    "429, -1015, Too many new orders."
  })
  void a_listed_code_with_a_status_of_the_client_is_a_refusal(
      int status, int code, String message) {
    assertEquals(new Outcome.Refused(code, message), outcome(status, error(code, message)));
  }

  @ParameterizedTest
  @CsvSource({
    "400, -1000, An unknown error occurred while processing the request.",
    "400, -1001, Internal error; unable to process your request.",
    "400, -1006, An unexpected response was received from the message bus.",
    "400, -1007, Timeout waiting for response from backend server.",
    "408, -1007, Timeout waiting for response from backend server.",
    "503, -1008, Server is currently overloaded.",
    "400, -1008, Server is currently overloaded.",
    "400, -2010, Duplicate order sent.",
    "400, -2010, DUPLICATE ORDER SENT.",
    "400, -1010, Duplicate order sent.",
    "400, -2013, Order does not exist.",
    "400, -9999, A code that errors.md does not have.",
    "500, -1013, Filter failure: LOT_SIZE",
    "502, -2010, Account has insufficient balance for requested action.",
    "301, -1121, Invalid symbol.",
    "201, -1121, Invalid symbol."
  })
  void every_other_error_leaves_the_outcome_open(int status, int code, String message) {
    assertInstanceOf(Outcome.Ambiguous.class, outcome(status, error(code, message)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html><body>403 Forbidden</body></html>",
        "{}",
        "[]",
        "null",
        "7",
        "{\"code\":\"-1013\",\"msg\":7",
        "{\"orderId\":28}",
        "{\"code\":-1e3}"
      })
  void a_body_of_another_shape_leaves_the_outcome_open_with_any_status(String body) {
    for (var status : new int[] {200, 400, 403, 404, 409, 429, 451, 500, 504}) {
      assertInstanceOf(Outcome.Ambiguous.class, outcome(status, body), () -> status + " " + body);
    }
  }

  @Test
  void a_response_about_another_order_leaves_the_outcome_open() {
    assertInstanceOf(Outcome.Ambiguous.class, outcome(200, FILLED.replace(ID, "other")));
  }

  @Test
  void a_response_with_a_broken_trade_leaves_the_outcome_open() {
    for (var broken : new String[] {
      FILLED.replace("\"4000.00000000\"", "4000"),
      FILLED.replace("\"tradeId\":57", "\"tradeId\":-1"),
      FILLED.replace("\"executedQty\":\"6.00000000\"", "\"executedQty\":\"-6\""),
      FILLED.replace("\"orderId\":28,", "")
    }) {
      assertInstanceOf(Outcome.Ambiguous.class, outcome(200, broken), broken);
    }
  }

  @Test
  void only_a_command_that_was_not_sent_is_refused_without_a_response() {
    assertEquals(
        new Outcome.Refused(0, "no connection"),
        CommandOutcomes.of(new ExchangeException.NotSentException("no connection")));
    assertInstanceOf(
        Outcome.Ambiguous.class,
        CommandOutcomes.of(new ExchangeException.ExchangeUnavailableException("reset")));
    assertInstanceOf(
        Outcome.Ambiguous.class,
        CommandOutcomes.of(new ExchangeException.RateLimitedException(Instant.EPOCH, "429")));
  }

  @Test
  void an_accepted_cancellation_has_the_id_of_the_order_and_not_its_own() {
    var json =
        """
        {"symbol":"LTCBTC","origClientOrderId":"myOrder1","orderId":4,"orderListId":-1,
         "clientOrderId":"cancelMyOrder1","transactTime":1684804350068,"price":"2.00000000","origQty":"1.00000000",
         "executedQty":"0.00000000","origQuoteOrderQty":"0.000000","cummulativeQuoteQty":"0.00000000",
         "status":"CANCELED","timeInForce":"GTC","type":"LIMIT","side":"BUY","selfTradePreventionMode":"NONE"}
        """;
    var accepted = assertInstanceOf(
        Outcome.Accepted.class, CommandOutcomes.of(response(200, json), "myOrder1"));
    assertEquals("myOrder1", accepted.order().clientOrderId());
    assertEquals(Status.CANCELED, accepted.order().status());
    assertEquals(0, accepted.trades().size());
  }

  private static Outcome outcome(int status, String body) {
    return CommandOutcomes.of(response(status, body), ID);
  }

  private static ExchangeResponse response(int status, String body) {
    return new ExchangeResponse(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(body));
  }

  private static String error(int code, String message) {
    return "{\"code\":" + code + ",\"msg\":\"" + message + "\"}";
  }
}
