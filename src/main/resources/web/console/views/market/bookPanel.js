// @ts-check
// The order book as a ladder: asks above bids, each level with its price, its quantity and the total up to it, which a bar
// shows, too.

import { h, setText } from "../../dom.js";
import { addDecimals, age, smallPercent, subtractDecimals } from "../../format.js";
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
  #asks = Array.from({ length: MAX_LEVELS }, () => new LevelRow());
  #bids = Array.from({ length: MAX_LEVELS }, () => new LevelRow());
  #spread = h("td", { role: "cell" });
  #spreadPercent = h("td", { role: "cell" });
  #more = h("button.link", { type: "button", onclick: () => this.#toggleLevels() });
  #panel;
  element;

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   */
  constructor(bus, decimals) {
    this.#bus = bus;
    this.#decimals = decimals;
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

/** @typedef {{ price: string, quantity: string, total: string }} TotalledLevel */

/** One level, which is rendered again and again. */
class LevelRow {
  #price = h("th", { scope: "row", role: "rowheader" });
  #quantity = h("td", { role: "cell" });
  #total = h("td", { role: "cell" });
  element = h("tr.level", { role: "row" }, this.#price, this.#quantity, this.#total);

  /**
   * @param {TotalledLevel | undefined} level
   * @param {string} symbol
   * @param {SymbolDecimals} decimals
   * @param {number} deepest the total at which the bar is as wide as the row
   */
  render(level, symbol, decimals, deepest) {
    setText(this.#price, decimals.price(symbol, level?.price) ?? "");
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
