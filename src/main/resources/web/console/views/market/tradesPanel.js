// @ts-check
// The newest trades with the side of the taker, and rows for trades that were not received.

import { h, icon, setChildren, setText } from "../../dom.js";
import { time } from "../../format.js";
import { t, tCount } from "../../i18n.js";
import { MAX_TRADES, RecentTrades } from "../../recentTrades.js";
import { LivePanel } from "./livePanel.js";

/** @import { Bus } from "../../bus.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */

const COLUMNS = /** @type {const} */ (["price", "quantity", "time"]);
const SIDES = /** @type {const} */ ({ buy: "up", sell: "down" });

/** @typedef {{ key: string, trade: Trade } | { key: string, missed: number }} Item */

export class TradesPanel {
  #bus;
  #decimals;
  /** @type {RecentTrades | null} */
  #trades = null;
  /** @type {Map<string, TradeRow>} */
  #rows = new Map();
  #caption = h("caption.visually-hidden");
  #body = h("tbody", { role: "rowgroup" });
  #scroll;
  #panel;
  element;

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   */
  constructor(bus, decimals) {
    this.#bus = bus;
    this.#decimals = decimals;
    const heads = COLUMNS.map((column) => h("th", { scope: "col", role: "columnheader" }, t(`trades.${column}`)));
    const table = h(
      "table",
      { role: "table" },
      this.#caption,
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
      this.#body,
    );
    this.#scroll = h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("trades.title") }, table);
    this.#panel = new LivePanel("trades", [this.#scroll], () => this.#render());
    this.element = this.#panel.element;
  }

  /** @param {string} symbol */
  show(symbol) {
    this.#trades = new RecentTrades(this.#bus, this.#decimals, symbol);
    setText(this.#caption, t("trades.of", { symbol }));
    this.#panel.show(this.#trades);
    this.#scroll.scrollTop = 0;
  }

  /** @param {boolean} stale whether the exchange's data is interrupted */
  renderState(stale) {
    const shown = stale && this.#rows.size > 0;
    this.#panel.renderState(shown ? t("trades.stale") : "", shown);
  }

  close() {
    this.#panel.close();
  }

  #render() {
    const { trades = [], symbol = "" } = this.#trades ?? {};
    const items = withGaps(trades).slice(0, MAX_TRADES);
    const keys = new Set(items.map(({ key }) => key));
    const free = [...this.#rows].filter(([key]) => !keys.has(key)).map(([, row]) => row);
    /** @type {Map<string, TradeRow>} */
    const rows = new Map();
    let place = this.#body.firstElementChild;
    for (const item of items) {
      const row = this.#rows.get(item.key) ?? free.pop() ?? new TradeRow();
      row.render(item, symbol, this.#decimals);
      rows.set(item.key, row);
      if (row.element === place) place = place.nextElementSibling;
      else this.#body.insertBefore(row.element, place);
    }
    free.forEach(({ element }) => element.remove());
    this.#rows = rows;
    this.#panel.renderNote(trades.length === 0);
  }
}

/** One trade, or a number of trades that were not received. */
class TradeRow {
  #side = h("span.direction");
  #price = h("span");
  #quantity = h("td", { role: "cell" });
  #time = h("td", { role: "cell" });
  #missed = h("td", { role: "cell", "aria-colspan": COLUMNS.length, colspan: COLUMNS.length });
  #cells = [h("th", { scope: "row", role: "rowheader" }, this.#side, this.#price), this.#quantity, this.#time];
  /** @type {string | null} */
  #shown = null;
  element = h("tr", { role: "row" });

  /**
   * @param {Item} item
   * @param {string} symbol
   * @param {SymbolDecimals} decimals
   */
  render(item, symbol, decimals) {
    const isTrade = "trade" in item;
    const shown = isTrade ? "trade" : "missed";
    if (this.#shown !== shown) setChildren(this.element, isTrade ? this.#cells : this.#missed);
    this.#shown = shown;
    if (isTrade) this.#renderTrade(item.trade, symbol, decimals);
    else setText(this.#missed, tCount("trades.missed", item.missed));
    this.element.classList.toggle("missed", !isTrade);
  }

  /**
   * @param {Trade} trade
   * @param {string} symbol
   * @param {SymbolDecimals} decimals
   */
  #renderTrade({ price, quantity, side, time: at }, symbol, decimals) {
    if (this.#side.dataset.side !== side) {
      this.#side.dataset.side = this.element.dataset.side = side;
      setChildren(this.#side, icon(SIDES[side], true), h("span.visually-hidden", null, t(`trades.${side}`)));
    }
    setText(this.#price, decimals.price(symbol, price) ?? "");
    setText(this.#quantity, decimals.quantity(symbol, quantity) ?? "");
    setText(this.#time, time(at));
  }
}

/**
 * @param {Trade[]} trades newest first
 * @returns {Item[]}
 */
function withGaps(trades) {
  return trades.flatMap((trade, i) => {
    const missed = i + 1 < trades.length ? trade.id - trades[i + 1].id - 1 : 0;
    const item = { key: `trade ${trade.id}`, trade };
    return missed ? [item, { key: `before ${trade.id}`, missed }] : [item];
  });
}
