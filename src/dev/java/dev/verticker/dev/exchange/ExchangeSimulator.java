package dev.verticker.dev.exchange;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server with the public part of Binance Spot on 127.0.0.1: REST under {@code /api/v3/}, market streams at {@code /ws}
 * and {@code /stream}, and {@code /control/} for faults and counts. Error texts are those of recorded responses, else those
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

  /** Market data from files or generated; read off the event loop. */
  private record Sources(RecordedMarketData recording, SimulatedExchangeInfo info) {
    static Sources read(SimulatorOptions options) {
      var recording = RecordedMarketData.of(options);
      return new Sources(
          recording,
          new SimulatedExchangeInfo(recording, options.exchangeInfo(), options.weightLimit()));
    }
  }

  private ExchangeSimulator(
      HttpServer server,
      SimulatedMarket market,
      SimulatedExchangeInfo info,
      CallLog calls,
      FaultSchedule faults,
      StreamServer streams) {
    this.server = server;
    this.market = market;
    this.info = info;
    this.calls = calls;
    this.faults = faults;
    this.streams = streams;
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

  /** Closes the port and every connection. */
  public Future<Void> close() {
    streams.stop();
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
    new SimulatedExchange(
            vertx, new RestApi(market, sources.info), market, time, calls, faults, weight)
        .mount(router);
    var streams = new StreamServer(vertx, market, time, options.streams());
    streams.mount(router);
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
          return new ExchangeSimulator(server, market, sources.info, calls, faults, streams);
        });
  }
}
