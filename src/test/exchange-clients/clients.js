// Runs one client library against the simulated exchange: node clients.js <library> <port>.
// Prints one line of JSON: the REST calls that returned data of BTCUSDT, and the kinds of stream events received.

const [library, port] = process.argv.slice(2);
const http = `http://127.0.0.1:${port}`;
const ws = `ws://127.0.0.1:${port}`;
const STREAMS_MS = 20_000;

const libraries = { connector, apiNode, ccxt };

/** Resolves with the sorted names of the kinds when all were received, else with those received in time. */
function collect(kinds, subscribe) {
  const seen = new Set();
  return new Promise((resolve) => {
    const done = () => resolve([...seen].sort());
    setTimeout(done, STREAMS_MS);
    subscribe((kind) => {
      seen.add(kind);
      if (kinds.every((each) => seen.has(each))) done();
    });
  });
}

async function connector() {
  const { Spot, WebsocketStream } = require("@binance/connector");
  const client = new Spot("", "", { baseURL: http });
  const rest = {
    exchangeInfo: (await client.exchangeInfo({ symbol: "BTCUSDT" })).data.symbols[0].symbol,
    klines: (await client.klines("BTCUSDT", "1h", { limit: 3 })).data.length,
    aggTrades: (await client.aggTrades("BTCUSDT", { limit: 2 })).data.length,
    ticker24hr: (await client.ticker24hr("BTCUSDT")).data.symbol,
  };
  const streams = await collect(["24hrTicker", "aggTrade", "kline"], (received) => {
    const stream = new WebsocketStream({
      wsURL: ws,
      logger: { info() {}, warn() {}, debug() {}, error() {}, log() {} },
      callbacks: { message: (text) => received(JSON.parse(text).e) },
    });
    stream.aggTrade("btcusdt");
    stream.kline("btcusdt", "1m");
    stream.ticker("btcusdt");
  });
  return { rest, streams };
}

async function apiNode() {
  const client = require("binance-api-node").default({ httpBase: http, wsBase: `${ws}/ws` });
  const rest = {
    exchangeInfo: (await client.exchangeInfo({ symbol: "BTCUSDT" })).symbols[0].symbol,
    klines: (await client.candles({ symbol: "BTCUSDT", interval: "1h", limit: 3 })).length,
    aggTrades: (await client.aggTrades({ symbol: "BTCUSDT", limit: 2 })).length,
    ticker24hr: (await client.dailyStats({ symbol: "BTCUSDT" })).symbol,
  };
  const streams = await collect(["24hrTicker", "aggTrade", "kline"], (received) => {
    for (const kind of ["ticker", "aggTrades"]) client.ws[kind]("BTCUSDT", (event) => received(event.eventType));
    client.ws.candles("BTCUSDT", "1m", (event) => received(event.eventType));
  });
  return { rest, streams };
}

async function ccxt() {
  const { pro } = require("ccxt");
  const client = new pro.binance({ options: { defaultType: "spot", fetchMarkets: { types: ["spot"] }, fetchMargins: false } });
  client.has.fetchCurrencies = false;
  client.urls.api.public = `${http}/api/v3`;
  client.urls.api.ws.spot = `${ws}/ws`;
  client.urls.api.ws.ws = { spot: `${ws}/ws` };
  const markets = await client.loadMarkets();
  const rest = {
    exchangeInfo: markets["BTC/USDT"].id,
    klines: (await client.fetchOHLCV("BTC/USDT", "1h", undefined, 3)).length,
    aggTrades: (await client.fetchTrades("BTC/USDT", undefined, 2)).length,
    ticker24hr: (await client.fetchTicker("BTC/USDT")).info.symbol,
  };
  // The library needs this for URLs without TLS.
  await client.loadHttpProxyAgent();
  const streams = await collect(["24hrMiniTicker", "kline", "trade"], async (received) => {
    received((await client.watchTicker("BTC/USDT")).info.e);
    received((await client.watchTrades("BTC/USDT"))[0].info.e);
    if ((await client.watchOHLCV("BTC/USDT", "1m"))[0].length === 6) received("kline");
  });
  return { rest, streams };
}

libraries[library]().then(
  (result) => {
    console.log(JSON.stringify(result));
    process.exit(0);
  },
  (failure) => {
    console.log(failure);
    process.exit(1);
  },
);
