// @ts-check
// The order book as a ladder: asks above bids, each level with its price, its quantity and the total up to it, which a bar
// shows, too.

import { addDecimals, subtractDecimals } from "../../decimals.js";
import { h, setText } from "../../dom.js";
import { age, smallPercent } from "../../format.js";
import { t } from "../../i18n.js";
import { OrderBook } from "../../orderBook.js";
import { LivePanel } from "./livePanel.js";

/** @import { Bus } from "../../bus.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */

const NONE = "\u2013";
const MAX_LEVELS = 20;
const FEW_LEVELS = 10;
const COLUMNS = /** @type {const} */ (["price", "quantity", "total"]);

export class BookPanel {
  #bus;
  #decimals;
  /** @type {OrderBook | null} */
  #book = null;
  #levels = FEW_LEVELS;
  #caption = h("caption.visually-hidden");
  #asks;
  #bids;
  #spread = h("td", { role: "cell" });
  #spreadPercent = h("td", { role: "cell" });
  #more = h("button.link", { type: "button", onclick: () => this.#toggleLevels() });
  #panel;
  element;

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   * @param {OnLevel | null} onlevel receives a level that the user chose
   */
  constructor(bus, decimals, onlevel = null) {
    this.#bus = bus;
    this.#decimals = decimals;
    this.#asks = Array.from({ length: MAX_LEVELS }, () => new LevelRow(onlevel));
    this.#bids = Array.from({ length: MAX_LEVELS }, () => new LevelRow(onlevel));
    const heads = COLUMNS.map((column) => h("th", { scope: "col", role: "columnheader" }, t(`book.${column}`)));
    // The roles remain where a browser drops those of a table that is laid out as a grid.
    const table = h(
      "table.ladder",
      { role: "table" },
      this.#caption,
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
      side("asks", this.#asks.toReversed()),
      h(
        "tbody.spread",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          h("th", { scope: "row", role: "rowheader" }, t("book.spread")),
          this.#spread,
          this.#spreadPercent,
        ),
      ),
      side("bids", this.#bids),
    );
    this.#panel = new LivePanel("book", [table, h("footer", null, this.#more)], () => this.#render());
    this.element = this.#panel.element;
    if (onlevel) {
      table.classList.add("choosable");
      table.addEventListener("keydown", (event) => this.#onKey(event));
      this.#asks[0].button.tabIndex = 0;
    }
    this.#renderLevels();
  }

  /** @param {string} symbol */
  show(symbol) {
    this.#book = new OrderBook(this.#bus, this.#decimals, symbol);
    setText(this.#caption, t("book.of", { symbol }));
    this.#panel.show(this.#book);
  }

  /** @param {boolean} stale whether the exchange's data is interrupted */
  renderState(stale) {
    const { age: ms = null, book = null } = this.#book ?? {};
    if (ms === null) return this.#panel.renderState("", false);
    const shown = stale || (book?.stale ?? false);
    this.#panel.renderState(t(shown ? "prices.staleAge" : "prices.age", { age: age(ms) }), shown);
  }

  close() {
    this.#panel.close();
  }

  /**
   * Arrow keys move through the levels as they are on the page.
   *
   * @param {KeyboardEvent} event
   */
  #onKey(event) {
    const buttons = [...this.#asks.toReversed(), ...this.#bids].map(({ button }) => button);
    const shown = buttons.filter((button) => button.checkVisibility());
    const current = shown.findIndex((button) => button === document.activeElement);
    const next = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: shown.length - 1 }[event.key];
    const button = next === undefined || current < 0 ? undefined : shown[next];
    if (!button) return;
    event.preventDefault();
    buttons.forEach((one) => (one.tabIndex = one === button ? 0 : -1));
    button.focus();
  }

  #toggleLevels() {
    this.#levels = this.#levels === FEW_LEVELS ? MAX_LEVELS : FEW_LEVELS;
    this.#renderLevels();
    this.#render();
  }

  #renderLevels() {
    for (const rows of [this.#asks, this.#bids]) {
      rows.forEach((row, i) => (row.element.hidden = i >= this.#levels));
    }
    const other = this.#levels === FEW_LEVELS ? MAX_LEVELS : FEW_LEVELS;
    setText(this.#more, t("book.levels", { count: other }));
  }

  #render() {
    const { book = null, symbol = "" } = this.#book ?? {};
    const asks = totals(book?.asks.slice(0, this.#levels) ?? []);
    const bids = totals(book?.bids.slice(0, this.#levels) ?? []);
    const deepest = Math.max(Number(asks.at(-1)?.total ?? 0), Number(bids.at(-1)?.total ?? 0));
    for (let i = 0; i < this.#levels; i++) {
      this.#asks[i].render(asks[i], symbol, this.#decimals, deepest);
      this.#bids[i].render(bids[i], symbol, this.#decimals, deepest);
    }
    this.#renderSpread(symbol, asks[0]?.price, bids[0]?.price);
    this.#panel.renderNote(asks.length + bids.length === 0);
  }

  /**
   * @param {string} symbol
   * @param {string | undefined} ask
   * @param {string | undefined} bid
   */
  #renderSpread(symbol, ask, bid) {
    const spread = ask && bid ? subtractDecimals(ask, bid) : null;
    setText(this.#spread, this.#decimals.price(symbol, spread) ?? NONE);
    setText(this.#spreadPercent, spread === null ? "" : smallPercent(Number(spread) / Number(ask)));
  }
}

/**
 * @typedef {{ price: string, quantity: string, total: string }} TotalledLevel
 *
 * @callback OnLevel
 * @param {string} price
 * @param {string | null} quantity of the level, or of all levels up to it; null if only the price was chosen
 */

/** One level, which is rendered again and again. */
class LevelRow {
  /** @type {TotalledLevel | undefined} */
  #level;
  #onlevel;
  #quantity = h("td", { role: "cell" });
  #total = h("td", { role: "cell" });
  #price = h("th", { scope: "row", role: "rowheader" });
  button = h("button.level-price", { type: "button", tabindex: "-1", title: t("book.choose") });
  element = h("tr.level", { role: "row" }, this.#price, this.#quantity, this.#total);

  /** @param {OnLevel | null} onlevel */
  constructor(onlevel) {
    this.#onlevel = onlevel;
    if (!onlevel) return;
    this.#price.append(this.button);
    this.element.addEventListener("click", (event) => this.#choose(event));
  }

  /**
   * The price alone, or with the quantity of the column that was clicked; with Shift always with the total.
   *
   * @param {MouseEvent} event
   */
  #choose({ target, shiftKey }) {
    const level = this.#level;
    if (!level || !(target instanceof Node)) return;
    const withTotal = shiftKey || this.#total.contains(target);
    this.#onlevel?.(level.price, withTotal ? level.total : this.#quantity.contains(target) ? level.quantity : null);
  }

  /**
   * @param {TotalledLevel | undefined} level
   * @param {string} symbol
   * @param {SymbolDecimals} decimals
   * @param {number} deepest the total at which the bar is as wide as the row
   */
  render(level, symbol, decimals, deepest) {
    this.#level = level;
    this.button.hidden = !level;
    setText(this.#onlevel ? this.button : this.#price, decimals.price(symbol, level?.price) ?? "");
    setText(this.#quantity, decimals.quantity(symbol, level?.quantity) ?? "");
    setText(this.#total, decimals.quantity(symbol, level?.total) ?? "");
    const depth = level && deepest > 0 ? (Number(level.total) / deepest) * 100 : 0;
    this.element.style.setProperty("--depth", `${depth.toFixed(1)}%`);
  }
}

/**
 * @param {"asks" | "bids"} name
 * @param {LevelRow[]} rows
 */
function side(name, rows) {
  const head = h("th", { scope: "rowgroup", role: "rowheader" }, t(`book.${name}`));
  return h(
    `tbody.${name}`,
    { role: "rowgroup" },
    h("tr.visually-hidden", { role: "row" }, head),
    rows.map(({ element }) => element),
  );
}

/**
 * The levels with the exact sums of their quantities.
 *
 * @param {BookLevel[]} levels
 * @returns {TotalledLevel[]}
 */
function totals(levels) {
  let total = "0";
  return levels.map(([price, quantity]) => ({ price, quantity, total: (total = addDecimals(total, quantity)) }));
}
