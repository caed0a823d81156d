// @ts-check
// The market: a watch list of all symbols, and beside it the selected one with its candles, order book and trades.

import { Problem } from "../api.js";
import { CandleSeries, INTERVALS } from "../candles.js";
import { toast } from "../dialogs.js";
import { h, icon, listen, setChildren } from "../dom.js";
import { problemText } from "../form.js";
import { t } from "../i18n.js";
import { currentRoute, navigate } from "../router.js";
import { BookPanel } from "./market/bookPanel.js";
import { CandlePanel } from "./market/candlePanel.js";
import { FeedStatusLine } from "./market/feedStatusLine.js";
import { QuotePanel } from "./market/quotePanel.js";
import { TradesPanel } from "./market/tradesPanel.js";
import { WatchList } from "./market/watchList.js";

/** @import { ViewContext } from "../app.js" */
/** @import { Interval } from "../candles.js" */
/** @import { DirectedQuote } from "../quotes.js" */

/** A held arrow key passes many symbols. */
const SETTLE_MS = 150;

/** A phone shows one of them at a time. */
const PANES = /** @type {const} */ (["chart", "book", "trades"]);

/**
 * @param {Pick<ViewContext, "api" | "bus" | "quotes" | "feed">} context
 * @returns {View}
 */
export function marketView({ api, bus, quotes, feed }) {
  const { decimals } = quotes;
  const { query } = currentRoute();
  let symbol = query.get("symbol");
  let interval = INTERVALS.find((one) => one === query.get("interval")) ?? INTERVALS[0];
  let pane = PANES.find((one) => one === query.get("pane")) ?? PANES[0];
  /** @type {CandleSeries | null} */
  let series = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  const banners = h("div.banners", { role: "status" });
  const feedLine = new FeedStatusLine(feed, bus);
  const watchList = new WatchList(api, decimals, select);
  const quotePanel = new QuotePanel(decimals);
  const candlePanel = new CandlePanel(decimals, interval, selectInterval);
  const bookPanel = new BookPanel(bus, decimals);
  const tradesPanel = new TradesPanel(bus, decimals);
  const paneButtons = PANES.map((one) =>
    h("button", { type: "button", "data-pane": one, onclick: () => selectPane(one) }, t(`panes.${one}`)),
  );
  const instrument = h(
    "article.card.instrument",
    null,
    quotePanel.element,
    h("div.choice.panes", { role: "group", "aria-label": t("panes.label") }, paneButtons),
    h("div.live-data", null, candlePanel.element, bookPanel.element, tradesPanel.element),
  );
  const element = h(
    "section.market",
    null,
    h(
      "header.page",
      null,
      h("div", null, h("h1", { tabindex: "-1" }, t("nav.market")), h("p.lead", null, t("market.lead"))),
      feedLine.element,
    ),
    banners,
    h("div.columns", null, watchList.element, instrument),
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

  /** @param {typeof PANES[number]} selected */
  function selectPane(selected) {
    pane = selected;
    renderPanes();
    updateAddress();
  }

  function renderPanes() {
    instrument.dataset.pane = pane;
    paneButtons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.pane === pane)));
  }

  function updateAddress() {
    navigate("market", { symbol, interval, pane: pane === PANES[0] ? null : pane }, { replace: true });
  }

  function showSymbol() {
    if (!symbol) return;
    observeSteps(symbol);
    showCandles();
    bookPanel.show(symbol);
    tradesPanel.show(symbol);
  }

  /**
   * From the first price on, all have as many fraction digits as the exchange's steps.
   *
   * @param {string} of a symbol
   */
  async function observeSteps(of) {
    try {
      const { body } = await api.get(`/symbols?${new URLSearchParams({ q: of, limit: "1" })}`);
      for (const { symbol: found, tick_size: tick, step_size: step } of /** @type {ListedSymbol[]} */ (body.symbols)) {
        decimals.observe(found, { prices: [tick], quantities: [step] });
      }
    } catch (problem) {
      // Then they have as many as the received ones need.
      if (!(problem instanceof Problem)) throw problem;
    }
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
    renderBanners(all);
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

  /** @param {DirectedQuote[]} all */
  function renderBanners(all) {
    const stale = all.filter((quote) => quote.stale).map((quote) => quote.symbol);
    const venues = new Set([feed.status?.venue, ...all.map((quote) => quote.venue)]);
    /** @type {[kind: string, text: string][]} */
    const shown = [];
    if (!all.length && quotes.problem) shown.push(["bad", problemText(quotes.problem)]);
    if (stale.length) shown.push(["bad", t("prices.stale", { symbols: stale.join(", ") })]);
    for (const venue of ["simulated", "replayed", "testnet"]) {
      if (venues.has(venue)) shown.push(["warn", t(`prices.${venue}`)]);
    }
    // Screen readers announce the banners only when they change.
    const key = JSON.stringify(shown);
    if (banners.dataset.key === key) return;
    banners.dataset.key = key;
    setChildren(
      banners,
      shown.map(([kind, text]) => h(`p.banner.${kind}`, null, icon("warn"), text)),
    );
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
  renderPanes();
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
    },
  };
}
