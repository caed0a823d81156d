package dev.verticker.dev.exchange;

import dev.verticker.dev.exchange.order.SimulatedOrders;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server with Binance Spot on 127.0.0.1: REST under {@code /api/v3/}, market streams at {@code /ws} and
 * {@code /stream}, the WebSocket API at {@code /ws-api/v3}, and {@code /control/} for faults, keys and counts. Error texts are those of recorded responses, else those
 * of the exchange's documentation.
 */
public final class ExchangeSimulator {
  private static final Logger log = LoggerFactory.getLogger(ExchangeSimulator.class);
  private static final String HOST = "127.0.0.1";
  /** Room for hundreds of symbols in one request, as at the exchange. */
  private static final int MAX_REQUEST_LINE = 64 * 1024;
  /** A client that does not answer a close frame is disconnected after this time. */
  private static final int CLOSING_SECONDS = 1;

  private final HttpServer server;
  private final SimulatedMarket market;
  private final SimulatedExchangeInfo info;
  private final CallLog calls;
  private final FaultSchedule faults;
  private final StreamServer streams;
  private final Trading trading;

  /** The signed part of the exchange. */
  private record Trading(SimulatedOrders orders, UserStreams streams, WebSocketApi socketApi) {}

  /** Market data from files or generated; read off the event loop. */
  private record Sources(RecordedMarketData recording, SimulatedExchangeInfo info) {
    static Sources read(SimulatorOptions options) {
      var recording = RecordedMarketData.of(options);
      return new Sources(
          recording,
          new SimulatedExchangeInfo(
              recording, options.exchangeInfo(), options.weightLimit(), options.orderLimit()));
    }
  }

  private ExchangeSimulator(
      HttpServer server,
      SimulatedMarket market,
      SimulatedExchangeInfo info,
      CallLog calls,
      FaultSchedule faults,
      StreamServer streams,
      Trading trading) {
    this.server = server;
    this.market = market;
    this.info = info;
    this.calls = calls;
    this.faults = faults;
    this.streams = streams;
    this.trading = trading;
  }

  /**
   * Reads or generates the market, then listens. The simulated clock starts when the market is complete. Fails with
   * file and line if a file cannot be read, or if the port is in use.
   */
  public static Future<ExchangeSimulator> start(Vertx vertx, SimulatorOptions options) {
    return vertx
        .executeBlocking(() -> Sources.read(options))
        .compose(sources -> listen(vertx, options, sources));
  }

  /** The actual port. */
  public int port() {
    return server.actualPort();
  }

  /** The base URL for clients, without a slash at the end. */
  public String url() {
    return "http://" + HOST + ":" + port();
  }

  public SimulatedMarket market() {
    return market;
  }

  /** Changes the trading status of a symbol; its prices, trades and book go on. Fails without such a symbol. */
  public void setStatus(String symbol, String status) {
    info.setStatus(symbol, status);
  }

  public CallLog calls() {
    return calls;
  }

  public FaultSchedule faults() {
    return faults;
  }

  public StreamServer streams() {
    return streams;
  }

  /** Accounts and orders. */
  public SimulatedOrders orders() {
    return trading.orders;
  }

  /** Connections to the WebSocket API. */
  public UserStreams userStreams() {
    return trading.streams;
  }

  /** Closes the port and every connection. */
  public Future<Void> close() {
    streams.stop();
    trading.socketApi.stop();
    return server.close();
  }

  private static Future<ExchangeSimulator> listen(
      Vertx vertx, SimulatorOptions options, Sources sources) {
    var time = new SimulatedTime(options.clock(), options.nanos(), options.speed());
    var market = new SimulatedMarket(sources.recording, time, options);
    var calls = new CallLog();
    var faults = new FaultSchedule();
    var weight = new Weight(options.weightLimit());
    var router = Router.router(vertx);
    var meter = new RequestMeter(calls, faults, weight, time);
    var streams = new StreamServer(vertx, market, time, options.streams());
    streams.mount(router);
    var orders = new SimulatedOrders(
        new SimulatedMarketView(market, sources.info, time),
        options.visibility(),
        options.orderLimit());
    var userStreams = new UserStreams(vertx, market, streams.faults());
    orders.addListener(userStreams);
    var signed = new SignedApi(vertx, orders, meter, userStreams);
    new SimulatedExchange(vertx, new RestApi(market, sources.info), signed, market, meter)
        .mount(router);
    var socketApi =
        new WebSocketApi(vertx, orders, signed, meter, userStreams, options.streams(), time);
    socketApi.mount(router);
    var trading = new Trading(orders, userStreams, socketApi);
    new OrderControl(orders, userStreams).mount(router);
    new ControlApi(market, time, calls, faults, weight, streams).mount(router);
    new StatusControl(sources.info).mount(router);
    return vertx
        .createHttpServer(new HttpServerOptions()
            .setHost(HOST)
            .setPort(options.port())
            .setMaxInitialLineLength(MAX_REQUEST_LINE)
            .setWebSocketClosingTimeout(CLOSING_SECONDS))
        .requestHandler(router)
        .listen()
        .map(server -> {
          log.info(
              "simulated exchange on {}:{}, {} symbols, speed {}",
              HOST,
              server.actualPort(),
              market.symbols().size(),
              options.speed());
          return new ExchangeSimulator(
              server, market, sources.info, calls, faults, streams, trading);
        });
  }
}
