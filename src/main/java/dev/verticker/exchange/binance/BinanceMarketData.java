package dev.verticker.exchange.binance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.verticker.exchange.ExchangeClient;
import dev.verticker.exchange.ExchangeClient.Call;
import dev.verticker.exchange.ExchangeException;
import dev.verticker.exchange.ExchangeInfo;
import dev.verticker.exchange.ExchangeResponse;
import dev.verticker.exchange.Kline;
import dev.verticker.exchange.MarketData;
import dev.verticker.exchange.OrderBook;
import dev.verticker.exchange.RateLimits;
import dev.verticker.exchange.RateLimits.Priority;
import dev.verticker.exchange.Ticker;
import dev.verticker.exchange.TickerParser;
import dev.verticker.message.Books;
import dev.verticker.message.Interval;
import dev.verticker.message.Trades.FindTrades;
import dev.verticker.message.Trades.Trade;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Market data of Binance Spot over REST. Weights, limits and error codes: "General API information", "LIMITS" and
 * errors.md of binance-spot-api-docs.
 */
public final class BinanceMarketData implements MarketData {
  private static final String PATH = "/api/v3/";
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern BANNED_UNTIL = Pattern.compile("until (\\d{13})\\b");
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final Duration LONG_TIMEOUT = Duration.ofSeconds(15);

  /** No such symbol, or a character that no symbol has. */
  private static final Set<Integer> UNKNOWN_SYMBOL = Set.of(-1121, -1100);

  private static final int KILOBYTE = 1024;

  /** Twice the size of a candle in the exchange's JSON. */
  private static final int KLINE_BYTES = 400;

  private static final int MAX_BOOK_BYTES = 16 * KILOBYTE;

  private static final int MAX_EXCHANGE_INFO_BYTES = 32 * KILOBYTE * KILOBYTE;

  private final Vertx vertx;
  private final ExchangeClient client;
  private final RateLimits limits;
  private final TickerParser parser;
  private final KlineParser klineParser;
  private final Clock clock;

  public BinanceMarketData(
      Vertx vertx,
      ExchangeClient client,
      RateLimits limits,
      TickerParser parser,
      KlineParser klineParser,
      Clock clock) {
    this.vertx = vertx;
    this.client = client;
    this.limits = limits;
    this.parser = parser;
    this.klineParser = klineParser;
    this.clock = clock;
  }

  /** {@code ticker/24hr} has weight 2 for up to 20 symbols, and 40 for one more. */
  @Override
  public Future<List<Ticker>> tickers(List<String> symbols, Priority priority) {
    var maxBytes = (symbols.size() + 16) * KILOBYTE;
    var call = new Call("ticker/24hr", path(symbols), 2, priority, maxBytes, TIMEOUT);
    return client.get(call, this::body).map(body -> parser.parse(body, Set.copyOf(symbols)));
  }

  @Override
  public Future<List<Trade>> trades(FindTrades request, Priority priority) {
    var path = new QueryStringEncoder(PATH + "aggTrades");
    path.addParam("symbol", request.symbol());
    if (request.fromId() != null) {
      path.addParam("fromId", Long.toString(request.fromId()));
    }
    addTimes(path, request.from(), request.to());
    path.addParam("limit", Integer.toString(request.limit()));
    var maxBytes = (request.limit() + 16) * KILOBYTE / 4;
    var call = new Call("aggTrades", path.toString(), 4, priority, maxBytes, TIMEOUT);
    return client.get(call, this::body).map(BinanceMarketData::trades);
  }

  /** {@code depth} has weight 5 for up to 100 levels. */
  @Override
  public Future<OrderBook> book(String symbol, Priority priority) {
    var path = new QueryStringEncoder(PATH + "depth");
    path.addParam("symbol", symbol);
    path.addParam("limit", Integer.toString(Books.MAX_LEVELS));
    var call = new Call("depth", path.toString(), 5, priority, MAX_BOOK_BYTES, TIMEOUT);
    return client.get(call, this::body).map(body -> {
      var book = OrderBookParser.parse(tree(body), symbol, clock.instant());
      if (book == null) {
        throw malformed("depth");
      }
      return book;
    });
  }

  @Override
  public Future<List<Kline>> klines(
      String symbol, Interval interval, Instant from, Instant to, int limit, Priority priority) {
    var path = new QueryStringEncoder(PATH + "klines");
    path.addParam("symbol", symbol);
    path.addParam("interval", interval.wireName());
    addTimes(path, from, to);
    path.addParam("limit", Integer.toString(limit));
    var maxBytes = (limit + 4) * KLINE_BYTES;
    var call = new Call("klines", path.toString(), 2, priority, maxBytes, TIMEOUT);
    return client
        .get(call, this::body)
        .map(body -> klineParser.parse(body, symbol, interval, clock.instant()));
  }

  @Override
  public Future<ExchangeInfo> exchangeInfo() {
    var call = new Call(
        "exchangeInfo",
        PATH + "exchangeInfo",
        20,
        Priority.QUOTES,
        MAX_EXCHANGE_INFO_BYTES,
        LONG_TIMEOUT);
    return client
        .get(call, this::body)
        .compose(body -> vertx.executeBlocking(() -> ExchangeInfoParser.parse(body)))
        .onSuccess(info -> limits.setLimit(info.weightPerMinute()));
  }

  private static String path(List<String> symbols) {
    var path = new QueryStringEncoder(PATH + "ticker/24hr");
    path.addParam("symbols", new JsonArray(List.copyOf(symbols)).encode());
    return path.toString();
  }

  private static void addTimes(QueryStringEncoder path, Instant from, Instant to) {
    if (from != null) {
      path.addParam("startTime", Long.toString(from.toEpochMilli()));
    }
    if (to != null) {
      path.addParam("endTime", Long.toString(to.toEpochMilli()));
    }
  }

  private static List<Trade> trades(Buffer body) {
    var trades = new ArrayList<Trade>();
    var array = tree(body);
    array.forEach(fields -> trades.add(AggregateTradeParser.parse(fields)));
    if (array.isArray() && isAscending(trades)) {
      return List.copyOf(trades);
    }
    throw malformed("aggTrades");
  }

  private static boolean isAscending(List<Trade> trades) {
    return !trades.contains(null)
        && IntStream.range(1, trades.size())
            .allMatch(i -> trades.get(i).id() > trades.get(i - 1).id());
  }

  private static ExchangeException malformed(String endpoint) {
    return new ExchangeException.ExchangeUnavailableException(
        "the exchange sent a malformed " + endpoint + " response");
  }

  private Future<Buffer> body(ExchangeResponse response) {
    limits.onUsedWeight(response.headers().get("X-MBX-USED-WEIGHT-1M"));
    return response.status() == 400 && UNKNOWN_SYMBOL.contains(errorCode(response))
        ? Future.failedFuture(new ExchangeException.UnknownSymbolException())
        : response.success("Binance", limits, bannedUntil(response));
  }

  /** The text of a ban has its end in epoch milliseconds. */
  private static Instant bannedUntil(ExchangeResponse response) {
    if (response.status() == 200) {
      return Instant.EPOCH;
    }
    var banned = BANNED_UNTIL.matcher(response.body().toString());
    return banned.find() ? Instant.ofEpochMilli(Long.parseLong(banned.group(1))) : Instant.EPOCH;
  }

  private static int errorCode(ExchangeResponse response) {
    return tree(response.body()).path("code").asInt();
  }

  /** Returns an empty tree if the body is not JSON. */
  private static JsonNode tree(Buffer body) {
    try {
      return MAPPER.readTree(body.getBytes());
    } catch (IOException e) {
      return MAPPER.missingNode();
    }
  }
}
