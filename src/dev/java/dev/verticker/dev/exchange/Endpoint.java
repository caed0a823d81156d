package dev.verticker.dev.exchange;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The endpoints under {@code /api/v3/}. */
public enum Endpoint {
  PING("ping", List.of(), List.of()),
  TIME("time", List.of(), List.of()),
  TICKER_PRICE("ticker/price", List.of(), List.of("symbol", "symbols", "symbolStatus")),
  TICKER_24HR("ticker/24hr", List.of(), List.of("symbol", "symbols", "type", "symbolStatus")),
  BOOK_TICKER("ticker/bookTicker", List.of(), List.of("symbol", "symbols", "symbolStatus")),
  AVERAGE_PRICE("avgPrice", List.of("symbol"), List.of()),
  KLINES("klines", List.of("symbol", "interval"), List.of("startTime", "endTime", "limit")),
  UI_KLINES("uiKlines", List.of("symbol", "interval"), List.of("startTime", "endTime", "limit")),
  DEPTH("depth", List.of("symbol"), List.of("limit", "symbolStatus")),
  TRADES("trades", List.of("symbol"), List.of("limit")),
  AGGREGATE_TRADES(
      "aggTrades", List.of("symbol"), List.of("fromId", "startTime", "endTime", "limit")),
  EXCHANGE_INFO(
      "exchangeInfo",
      List.of(),
      List.of("symbol", "symbols", "symbolStatus", "showPermissionSets"));

  private static final String ROOT = "/api/v3/";
  private final String path;
  private final List<String> mandatory;
  private final List<String> optional;

  Endpoint(String path, List<String> mandatory, List<String> optional) {
    this.path = path;
    this.mandatory = mandatory;
    this.optional = optional;
  }

  /** The path below {@code /api/v3/}, which is also the name in {@code /control/}. */
  public String path() {
    return path;
  }

  /** Finds by path, with or without {@code /api/v3/}. */
  static Optional<Endpoint> at(String path) {
    return Arrays.stream(values())
        .filter(endpoint -> path.equals(endpoint.path) || path.equals(ROOT + endpoint.path))
        .findFirst();
  }

  String route() {
    return ROOT + path;
  }

  List<String> mandatory() {
    return mandatory;
  }

  boolean accepts(String parameter) {
    return mandatory.contains(parameter) || optional.contains(parameter);
  }

  int parameters() {
    return mandatory.size() + optional.size();
  }

  /** Request weight as documented by the exchange; that of tickers depends on the symbols, that of a book on the limit. */
  int weight(SimulatorRequest request, Query query) {
    return switch (this) {
      case PING, TIME -> 1;
      case TICKER_PRICE, BOOK_TICKER -> request.form() == SimulatorRequest.Form.ONE ? 2 : 4;
      case TICKER_24HR -> dayWeight(request);
      case KLINES, UI_KLINES, AVERAGE_PRICE -> 2;
      case AGGREGATE_TRADES -> 4;
      case DEPTH -> Depth.weight(query);
      case TRADES -> 25;
      case EXCHANGE_INFO -> 20;
    };
  }

  private static int dayWeight(SimulatorRequest request) {
    if (request.form() == SimulatorRequest.Form.ALL || request.symbols().size() > 100) {
      return 80;
    }
    return request.symbols().size() > 20 ? 40 : 2;
  }
}
