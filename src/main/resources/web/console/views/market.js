// @ts-check
// The market: a watch list of all symbols, and beside it the selected one with its candles, order book and trades, and what the
// user trades with.

import { CandleSeries, INTERVALS } from "../candles.js";
import { toast } from "../dialogs.js";
import { h, listen } from "../dom.js";
import { t } from "../i18n.js";
import { ListedSymbols } from "../listedSymbols.js";
import { currentRoute, navigate } from "../router.js";
import { BookPanel } from "./market/bookPanel.js";
import { CandlePanel } from "./market/candlePanel.js";
import { FeedStatusLine } from "./market/feedStatusLine.js";
import { MarketBanners } from "./market/marketBanners.js";
import { PaneSwitch } from "./market/paneSwitch.js";
import { QuotePanel } from "./market/quotePanel.js";
import { TradesPanel } from "./market/tradesPanel.js";
import { TradingDesk } from "./market/tradingDesk.js";
import { WatchList } from "./market/watchList.js";

/** @import { ViewContext } from "../app.js" */
/** @import { Interval } from "../candles.js" */
/** @import { Pane } from "./market/paneSwitch.js" */

/** A held arrow key passes many symbols. */
const SETTLE_MS = 150;

const MARKET_PANES = /** @type {const} */ (["chart", "book", "trades"]);
const TRADING_PANES = /** @type {const} */ (["ticket", "account"]);

/**
 * @param {Pick<ViewContext, "me" | "api" | "bus" | "quotes" | "feed" | "trading">} context
 * @returns {View}
 */
export function marketView({ me, api, bus, quotes, feed, trading }) {
  const { decimals } = quotes;
  const { query } = currentRoute();
  const canTrade = me.permissions.includes("trading");
  let symbol = query.get("symbol");
  let interval = INTERVALS.find((one) => one === query.get("interval")) ?? INTERVALS[0];
  /** @type {CandleSeries | null} */
  let series = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  const banners = new MarketBanners();
  const feedLine = new FeedStatusLine(feed, bus);
  const listedSymbols = new ListedSymbols(api, decimals);
  const watchList = new WatchList(api, decimals, select);
  const quotePanel = new QuotePanel(decimals);
  const candlePanel = new CandlePanel(decimals, interval, selectInterval);
  const bookPanel = new BookPanel(bus, decimals, canTrade ? takeLevel : null);
  const tradesPanel = new TradesPanel(bus, decimals);
  const desk = canTrade ? new TradingDesk({ api, trading, quotes }, (marks) => candlePanel.showMarks(marks)) : null;
  /** @type {readonly Pane[]} */
  const panes = canTrade ? [...MARKET_PANES, ...TRADING_PANES] : MARKET_PANES;
  const paneSwitch = new PaneSwitch(panes, query.get("pane"), () => {
    element.dataset.pane = paneSwitch.selected;
    updateAddress();
  });
  const instrument = h(
    "article.card.instrument",
    null,
    quotePanel.element,
    paneSwitch.element,
    h("div.live-data", null, candlePanel.element, bookPanel.element, tradesPanel.element),
  );
  const element = h(
    "section.market",
    { "data-pane": paneSwitch.selected },
    h(
      "header.page",
      null,
      h("div", null, h("h1", { tabindex: "-1" }, t("nav.market")), h("p.lead", null, t("market.lead"))),
      feedLine.element,
    ),
    banners.element,
    h(canTrade ? "div.columns.trading" : "div.columns", null, watchList.element, instrument, desk?.elements),
  );

  /** @param {string} selected */
  function select(selected) {
    if (selected === symbol) return;
    symbol = selected;
    quotes.add(selected);
    render();
    clearTimeout(settling);
    settling = setTimeout(showSymbol, SETTLE_MS);
  }

  /** @param {Interval} selected */
  function selectInterval(selected) {
    interval = selected;
    showCandles();
  }

  /**
   * @param {string} price
   * @param {string | null} quantity
   */
  function takeLevel(price, quantity) {
    desk?.take(price, quantity);
    if (paneSwitch.isShown) paneSwitch.select("ticket");
  }

  function updateAddress() {
    const pane = paneSwitch.selected === MARKET_PANES[0] ? null : paneSwitch.selected;
    navigate("market", { symbol, interval, pane }, { replace: true });
  }

  function showSymbol() {
    if (!symbol) return;
    listedSymbols.find(symbol).then((listed) => listed && desk?.describe(listed));
    showCandles();
    bookPanel.show(symbol);
    tradesPanel.show(symbol);
    desk?.show(symbol);
  }

  /** @param {{ symbol: string, code: string }} refusal */
  function onRefused(refusal) {
    toast(t("symbols.refused", { symbol: refusal.symbol }));
    if (refusal.symbol === symbol) symbol = null;
  }

  function showCandles() {
    if (!symbol) return;
    updateAddress();
    series?.close();
    series = new CandleSeries({ api, bus, feed, decimals }, symbol, interval);
    candlePanel.show(series);
    series.open();
  }

  function render() {
    const all = quotes.all;
    banners.render(all, feed.status?.venue ?? null, quotes.problem);
    desk?.renderPrices();
    feedLine.render(all.length ? Math.min(...all.map((quote) => quotes.ageOf(quote))) : null);
    // The address may have a symbol that is not one of the server's.
    if (symbol && all.length) quotes.add(symbol);
    const selected = all.find((quote) => quote.symbol === symbol) ?? all[0];
    if (!selected) return;
    const waiting = symbol !== null && quotes.isWaitingFor(symbol);
    if (!symbol || !series || !(waiting || selected.symbol === symbol)) {
      if (!waiting) symbol = selected.symbol;
      showSymbol();
    }
    watchList.render(all, symbol);
    watchList.renderAges((quote) => quotes.ageOf(quote));
    if (waiting && symbol) {
      quotePanel.renderWaiting(symbol);
    } else {
      quotePanel.render(selected);
      quotePanel.renderAge(quotes.ageOf(selected));
    }
    const interrupted = bus.state.name !== "live" || (feed.status !== null && feed.status.state !== "live");
    const stale = interrupted || (!waiting && selected.stale);
    bookPanel.renderState(stale);
    tradesPanel.renderState(stale);
  }

  // Ages grow, and prices become stale.
  const timer = setInterval(render, 1000);
  const stops = [
    listen(quotes, "change", render),
    listen(quotes, "refused", onRefused),
    listen(feed, "change", render),
    listen(bus, "state", render),
    listen(bus, "resumed", () => watchList.loadSparklines()),
  ];
  render();

  return {
    element,
    close() {
      clearInterval(timer);
      clearTimeout(settling);
      stops.forEach((stop) => stop());
      series?.close();
      watchList.close();
      candlePanel.close();
      bookPanel.close();
      tradesPanel.close();
      desk?.close();
    },
  };
}
