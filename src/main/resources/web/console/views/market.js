// @ts-check
// The market: a watch list of all symbols, and beside it the selected one with its candles.

import { CandleSeries, INTERVALS } from "../candles.js";
import { h, icon, listen, setChildren } from "../dom.js";
import { problemText } from "../form.js";
import { t } from "../i18n.js";
import { currentRoute, navigate } from "../router.js";
import { CandlePanel } from "./market/candlePanel.js";
import { FeedStatusLine } from "./market/feedStatusLine.js";
import { QuotePanel } from "./market/quotePanel.js";
import { WatchList } from "./market/watchList.js";

/** @import { ViewContext } from "../app.js" */
/** @import { Interval } from "../candles.js" */
/** @import { DirectedQuote } from "../quotes.js" */

/** A held arrow key passes many symbols. */
const SETTLE_MS = 150;

/**
 * @param {Pick<ViewContext, "api" | "bus" | "quotes" | "feed">} context
 * @returns {View}
 */
export function marketView({ api, bus, quotes, feed }) {
  const { decimals } = quotes;
  const { query } = currentRoute();
  let symbol = query.get("symbol");
  let interval = INTERVALS.find((one) => one === query.get("interval")) ?? INTERVALS[0];
  /** @type {CandleSeries | null} */
  let series = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  const banners = h("div.banners", { role: "status" });
  const feedLine = new FeedStatusLine(feed, bus);
  const watchList = new WatchList(api, decimals, select);
  const quotePanel = new QuotePanel(decimals);
  const candlePanel = new CandlePanel(decimals, interval, selectInterval);
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
    h(
      "div.columns",
      null,
      watchList.element,
      h("article.card.instrument", null, quotePanel.element, candlePanel.element),
    ),
  );

  /** @param {string} selected */
  function select(selected) {
    if (selected === symbol) return;
    symbol = selected;
    render();
    clearTimeout(settling);
    settling = setTimeout(showCandles, SETTLE_MS);
  }

  /** @param {Interval} selected */
  function selectInterval(selected) {
    interval = selected;
    showCandles();
  }

  function showCandles() {
    if (!symbol) return;
    navigate("market", { symbol, interval }, { replace: true });
    series?.close();
    series = new CandleSeries({ api, bus, feed, decimals }, symbol, interval);
    candlePanel.show(series);
    series.open();
  }

  function render() {
    const all = quotes.all;
    renderBanners(all);
    feedLine.render(all.length ? Math.min(...all.map((quote) => quotes.ageOf(quote))) : null);
    const selected = all.find((quote) => quote.symbol === symbol) ?? all[0];
    if (!selected) return;
    if (selected.symbol !== symbol || !series) {
      symbol = selected.symbol;
      showCandles();
    }
    watchList.render(all, symbol);
    quotePanel.render(selected);
    watchList.renderAges((quote) => quotes.ageOf(quote));
    quotePanel.renderAge(quotes.ageOf(selected));
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
    },
  };
}
