// @ts-check
// All symbols with their price, its age, its change and a sparkline of 24 hours; arrow keys select one. A search finds further
// symbols of the exchange.

import { Problem } from "../../api.js";
import { h, setChildren, setText } from "../../dom.js";
import { age } from "../../format.js";
import { t } from "../../i18n.js";
import { PriceFigure } from "./priceFigure.js";
import { Sparkline } from "./sparkline.js";
import { SymbolSearch } from "./symbolSearch.js";

/** @import { Api } from "../../api.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { DirectedQuote } from "../../quotes.js" */

const SPARKLINE_QUERY = "interval=15m&limit=96";
const SPARKLINE_REFRESH_MS = 60_000;
const MAX_SYMBOLS_PER_REQUEST = 20;

/** Rows that become visible while a user scrolls share a request. */
const VISIBLE_SETTLE_MS = 200;

export class WatchList {
  #api;
  #decimals;
  #onselect;
  /** @type {Map<string, WatchListRow>} */
  #rows = new Map();
  #list = h("ul.watch-list", {
    role: "listbox",
    "aria-label": t("market.symbols"),
    "aria-busy": "true",
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
  });
  #observer = new IntersectionObserver((entries) => this.#onVisible(entries), { rootMargin: "200px" });
  #timer = setInterval(() => document.visibilityState === "visible" && this.loadSparklines(), SPARKLINE_REFRESH_MS);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  #search;
  element;

  /**
   * @param {Api} api
   * @param {SymbolDecimals} decimals
   * @param {(symbol: string) => void} onselect
   */
  constructor(api, decimals, onselect) {
    this.#search = new SymbolSearch(api, onselect);
    this.element = h("div.card.watch", null, h("h2", null, t("market.symbols")), this.#search.element, this.#list);
    this.#api = api;
    this.#decimals = decimals;
    this.#onselect = onselect;
    setChildren(this.#list, [1, 2, 3].map(skeleton));
  }

  /**
   * @param {DirectedQuote[]} quotes
   * @param {string | null} selected
   */
  render(quotes, selected) {
    if (quotes.length && this.#rows.size === 0) setChildren(this.#list).removeAttribute("aria-busy");
    this.#removeRowsExcept(quotes);
    for (const quote of quotes) {
      const row = this.#rows.get(quote.symbol) ?? this.#addRow(quote.symbol);
      row.render(quote);
      row.markSelected(quote.symbol === selected);
    }
  }

  /** @param {DirectedQuote[]} quotes */
  #removeRowsExcept(quotes) {
    const symbols = new Set(quotes.map(({ symbol }) => symbol));
    for (const [symbol, { element }] of this.#rows) {
      if (symbols.has(symbol)) continue;
      this.#observer.unobserve(element);
      element.remove();
      this.#rows.delete(symbol);
    }
  }

  /** @param {(quote: DirectedQuote) => number} ageOf in milliseconds */
  renderAges(ageOf) {
    this.#rows.forEach((row) => row.renderAge(ageOf));
  }

  /** Loads the sparklines of the visible rows. */
  loadSparklines() {
    const visible = [...this.#rows.values()].filter((row) => row.visible);
    for (let i = 0; i < visible.length; i += MAX_SYMBOLS_PER_REQUEST) {
      this.#loadSparklines(visible.slice(i, i + MAX_SYMBOLS_PER_REQUEST));
    }
  }

  close() {
    this.#observer.disconnect();
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#search.close();
  }

  /** @param {string} symbol */
  #addRow(symbol) {
    const row = new WatchListRow(symbol, this.#decimals, () => this.#onselect(symbol));
    this.#rows.set(symbol, row);
    this.#list.append(row.element);
    this.#observer.observe(row.element);
    return row;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #onVisible(entries) {
    for (const { target, isIntersecting } of entries) {
      const row = this.#rows.get(/** @type {HTMLElement} */ (target).dataset.symbol ?? "");
      if (row) row.visible = isIntersecting;
    }
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.loadSparklines(), VISIBLE_SETTLE_MS);
  }

  /** @param {WatchListRow[]} rows */
  async #loadSparklines(rows) {
    try {
      const symbols = rows.map(({ symbol }) => encodeURIComponent(symbol)).join(",");
      const { body } = await this.#api.get(`/candles?symbols=${symbols}&${SPARKLINE_QUERY}`);
      for (const { symbol, candles } of /** @type {{ symbol: string, candles: CandleBody[] }[]} */ (body)) {
        this.#rows.get(symbol)?.renderSparkline(candles.flatMap(({ close }) => close ?? []));
      }
    } catch (problem) {
      // The rows stay without a line until the next refresh.
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const rows = [...this.#rows.values()];
    const current = rows.findIndex(({ element }) => element === document.activeElement);
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: rows.length - 1 }[event.key];
    const row = next === undefined ? undefined : rows[next];
    if (!row) return;
    event.preventDefault();
    this.#onselect(row.symbol);
    row.element.focus();
  }
}

class WatchListRow {
  #figure;
  #sparkline = new Sparkline();
  #age = h("span.age");
  /** @type {DirectedQuote | null} */
  #quote = null;
  visible = false;
  symbol;
  element;

  /**
   * @param {string} symbol
   * @param {SymbolDecimals} decimals
   * @param {() => void} onselect
   */
  constructor(symbol, decimals, onselect) {
    this.symbol = symbol;
    this.#figure = new PriceFigure(decimals);
    this.element = h(
      "li",
      { role: "option", tabindex: "-1", "data-symbol": symbol, "aria-selected": "false", onclick: onselect },
      h("strong", null, symbol),
      this.#figure.element,
      this.#figure.change,
      this.#age,
      this.#sparkline.element,
    );
  }

  /** @param {DirectedQuote} quote */
  render(quote) {
    this.#quote = quote;
    this.#figure.render(quote);
    this.#sparkline.draw(quote.price);
    this.element.classList.toggle("stale", quote.stale);
  }

  /** @param {boolean} selected */
  markSelected(selected) {
    this.element.setAttribute("aria-selected", String(selected));
    this.element.tabIndex = selected ? 0 : -1;
  }

  /** @param {(quote: DirectedQuote) => number} ageOf */
  renderAge(ageOf) {
    if (!this.#quote) return;
    const key = this.#quote.stale ? "prices.staleAge" : "prices.age";
    setText(this.#age, t(key, { age: age(ageOf(this.#quote)) }));
  }

  /** @param {string[]} prices */
  renderSparkline(prices) {
    this.#sparkline.set(prices);
    if (this.#quote) this.#sparkline.draw(this.#quote.price);
  }
}

function skeleton() {
  return h("li.skeleton", { "aria-hidden": "true" }, h("div.bar"), h("div.bar.short"));
}
