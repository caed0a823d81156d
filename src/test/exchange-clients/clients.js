// Runs one client library of Binance, unmodified, and prints a line of JSON:
//   {"rest": {"<call>": <what the library returned>, ...}, "streams": ["<kind of event received>", ...]}
//
// node clients.js <library> <REST URL> [--streams=<WebSocket URL>] [--header=<name>:<value>] [--calls=<call>,<call>]
//                 [--start=<ms>] [--key=<API key> --secret=<secret>]
//
// --streams  also subscribes the streams; without it "streams" is absent
// --header   is sent with every request
// --calls    the calls to make, default all
// --start    open time of the first of three one-hour candles, default the newest three
// --key      of the signed API, for the libraries that trade

const [library, url, ...rest] = process.argv.slice(2);
const options = Object.fromEntries(rest.map((option) => option.match(/^--(\w+)=(.*)$/s).slice(1)));
const header = options.header?.match(/^([^:]+):(.*)$/s)?.slice(1);
const headers = header ? { [header[0]]: header[1] } : {};
const start = options.start ? Number(options.start) : undefined;
const STREAMS_MS = 30_000;

const libraries = { spot, apiNode, ccxt, ccxtTrading };

/** Makes the requested calls one after the other. */
async function request(calls) {
  const names = options.calls ? options.calls.split(",") : Object.keys(calls);
  const results = {};
  for (const name of names) results[name] = await calls[name]();
  return results;
}

/** Resolves with the sorted names of the kinds when all were received, else with those received in time. */
function collect(kinds, subscribe) {
  const seen = new Set();
  return new Promise((resolve, reject) => {
    const done = () => resolve([...seen].sort());
    setTimeout(done, STREAMS_MS);
    const received = (kind) => {
      seen.add(kind);
      if (kinds.every((each) => seen.has(each))) done();
    };
    Promise.resolve(subscribe(received)).catch(reject);
  });
}

/** Events by their type; book tickers and best levels have none. */
function kind(event) {
  return event.e ?? (event.lastUpdateId ? "depth" : "bookTicker");
}

async function spot() {
  const { Spot } = require("@binance/spot");
  const client = new Spot({
    configurationRestAPI: { apiKey: "", basePath: url, customHeaders: headers },
    configurationWebsocketStreams: { wsURL: options.streams },
  });
  const call = (name, parameters) => async () => (await client.restAPI[name](parameters)).data();
  const symbol = "BTCUSDT";
  const candles = { symbol, interval: "1h", startTime: start, limit: 3 };
  const results = await request({
    ping: call("ping"),
    time: call("time"),
    exchangeInfo: call("exchangeInfo", { symbol }),
    price: call("tickerPrice", { symbol }),
    ticker24hr: call("ticker24hr", { symbol }),
    bookTicker: call("tickerBookTicker", { symbol }),
    klines: call("klines", candles),
    uiKlines: call("uiKlines", candles),
    depth: call("depth", { symbol, limit: 5 }),
    aggTrades: call("aggTrades", { symbol, limit: 2 }),
    trades: call("getTrades", { symbol, limit: 2 }),
    avgPrice: call("avgPrice", { symbol }),
  });
  const streams = async (received) => {
    const connection = await client.websocketStreams.connect();
    const lower = symbol.toLowerCase();
    for (const stream of [
      connection.ticker({ symbol: lower }),
      connection.kline({ symbol: lower, interval: "1m" }),
      connection.aggTrade({ symbol: lower }),
      connection.bookTicker({ symbol: lower }),
      connection.partialBookDepth({ symbol: lower, levels: "20", updateSpeed: "100ms" }),
      connection.diffBookDepth({ symbol: lower, updateSpeed: "100ms" }),
    ]) {
      stream.on("message", (event) => received(kind(event)));
    }
  };
  return { results, streams, kinds: ["24hrTicker", "kline", "aggTrade", "bookTicker", "depth", "depthUpdate"] };
}

async function apiNode() {
  const client = require("binance-api-node").default({ httpBase: url, wsBase: `${options.streams}/ws` });
  const symbol = "BTCUSDT";
  const results = await request({
    ping: () => client.ping(),
    time: () => client.time(),
    exchangeInfo: () => client.exchangeInfo({ symbol }),
    price: () => client.prices({ symbol }),
    ticker24hr: () => client.dailyStats({ symbol }),
    bookTicker: () => client.allBookTickers(),
    klines: () => client.candles({ symbol, interval: "1h", startTime: start, limit: 3 }),
    depth: () => client.book({ symbol, limit: 5 }),
    aggTrades: () => client.aggTrades({ symbol, limit: 2 }),
    trades: () => client.trades({ symbol, limit: 2 }),
    avgPrice: () => client.avgPrice({ symbol }),
  });
  const streams = (received) => {
    client.ws.ticker(symbol, (event) => received(event.eventType));
    client.ws.candles(symbol, "1m", (event) => received(event.eventType));
    client.ws.aggTrades(symbol, (event) => received(event.eventType));
    client.ws.bookTicker(symbol, () => received("bookTicker"));
    client.ws.partialDepth({ symbol, level: 20 }, (event) => received(event.level === 20 ? "depth" : "other"));
    client.ws.depth(symbol, (event) => received(event.eventType));
  };
  return { results, streams, kinds: ["24hrTicker", "kline", "aggTrade", "bookTicker", "depth", "depthUpdate"] };
}

function ccxtClient() {
  const { pro } = require("ccxt");
  const client = new pro.binance({
    headers,
    apiKey: options.key,
    secret: options.secret,
    options: { defaultType: "spot", fetchMarkets: { types: ["spot"] }, fetchMargins: false },
  });
  client.has.fetchCurrencies = false;
  client.urls.api.public = `${url}/api/v3`;
  client.urls.api.private = `${url}/api/v3`;
  if (options.streams) {
    client.urls.api.ws.spot = `${options.streams}/ws`;
    client.urls.api.ws.ws = { spot: `${options.streams}/ws` };
    client.urls.api.ws["ws-api"].spot = `${options.streams}/ws-api/v3`;
  }
  return client;
}

async function ccxt() {
  const client = ccxtClient();
  const symbol = "BTC/USDT";
  const results = await request({
    time: () => client.fetchTime(),
    exchangeInfo: async () => (await client.loadMarkets())[symbol],
    price: () => client.fetchLastPrices([symbol]),
    ticker24hr: () => client.fetchTicker(symbol),
    bookTicker: () => client.fetchBidsAsks([symbol]),
    klines: () => client.fetchOHLCV(symbol, "1h", start, 3),
    depth: () => client.fetchOrderBook(symbol, 5),
    aggTrades: () => client.fetchTrades(symbol, undefined, 2),
  });
  const streams = async (received) => {
    // The library needs this for URLs without TLS.
    await client.loadHttpProxyAgent();
    await Promise.all([
      client.watchTicker(symbol).then((ticker) => received(ticker.info.e)),
      client.watchTrades(symbol).then((trades) => received(trades[0].info.e)),
      client.watchOHLCV(symbol, "1m").then((candles) => candles[0].length === 6 && received("kline")),
      localBook(client, symbol).then(received),
    ]);
  };
  return { results, streams, kinds: ["24hrMiniTicker", "trade", "kline", "local book equal to REST"] };
}

/** Places orders, finds, cancels and watches them, and reads trades and balances. */
async function ccxtTrading() {
  const client = ccxtClient();
  const symbol = "BTC/USDT";
  await client.loadMarkets();
  // The library needs this for URLs without TLS.
  await client.loadHttpProxyAgent();
  await client.authenticate({ type: "spot" });
  const watched = watchUntilClosed(client, symbol);
  const price = (await client.fetchTicker(symbol)).last;
  const results = {};
  results.created = await client.createOrder(symbol, "limit", "buy", 0.01, Math.floor(price / 2));
  results.found = await whenVisible(() => client.fetchOrder(results.created.id, symbol));
  results.open = await client.fetchOpenOrders(symbol);
  results.canceled = await client.cancelOrder(results.created.id, symbol);
  results.market = await client.createOrder(symbol, "market", "buy", 0.02);
  await whenVisible(async () => {
    results.trades = await client.fetchMyTrades(symbol);
    if (results.trades.length === 0) throw new (require("ccxt").OrderNotFound)("no trades yet");
  });
  results.balance = await client.fetchBalance();
  results.rejected = await client.createOrder(symbol, "limit", "buy", 1, price).catch((e) => e.constructor.name);
  results.watched = await watched;
  return { results, streams: () => {}, kinds: [] };
}

/** Statuses of the orders as the library receives them, until the second order is closed. */
async function watchUntilClosed(client, symbol) {
  const statuses = [];
  while (statuses.at(-1) !== "closed") {
    for (const order of await client.watchOrders(symbol)) statuses.push(order.status);
  }
  return statuses;
}

/** Retries while the exchange does not show a new order. */
async function whenVisible(call) {
  const { OrderNotFound } = require("ccxt");
  for (const end = Date.now() + 5_000; ; ) {
    try {
      return await call();
    } catch (failure) {
      if (!(failure instanceof OrderNotFound) || Date.now() > end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Compares the library's local order book with the exchange's when both have the same update id. */
async function localBook(client, symbol) {
  const best = (side) => JSON.stringify(side.slice(0, 20));
  for (;;) {
    const { nonce, bids, asks } = await client.watchOrderBook(symbol);
    const [localBids, localAsks] = [best(bids), best(asks)];
    const book = await client.fetchOrderBook(symbol, 20);
    if (book.nonce === nonce) {
      const equal = localBids === best(book.bids) && localAsks === best(book.asks);
      return equal ? "local book equal to REST" : `local book ${localBids} ${localAsks}, REST ${JSON.stringify(book)}`;
    }
  }
}

async function run() {
  const { results, streams, kinds } = await libraries[library]();
  return { rest: results, streams: options.streams && kinds.length ? await collect(kinds, streams) : undefined };
}

run().then(
  (result) => {
    console.log(JSON.stringify(result, (key, value) => (typeof value === "bigint" ? Number(value) : value)));
    process.exit(0);
  },
  (failure) => {
    console.log(failure);
    process.exit(1);
  },
);
