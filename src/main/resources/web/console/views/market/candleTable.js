// @ts-check
// The newest candles as a table, which is filled only while it is open.

import { h, listen, setChildren, setText } from "../../dom.js";
import { t } from "../../i18n.js";
import { candleText, intervalName } from "./candleText.js";

/** @import { CandleSeries } from "../../candles.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { CandleText } from "./candleText.js" */

const MAX_ROWS = 100;
const COLUMNS = /** @type {(keyof CandleText)[]} */ ([
  "at",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "trades",
  "state",
]);

export class CandleTable {
  #decimals;
  /** @type {CandleSeries | null} */
  #series = null;
  /** @type {Map<number, HTMLTableRowElement>} by open time */
  #rows = new Map();
  #caption = h("caption");
  #body = h("tbody");
  #details;
  #unlisten = () => {};
  element;

  /** @param {SymbolDecimals} decimals */
  constructor(decimals) {
    this.#decimals = decimals;
    const heads = COLUMNS.map((column) => h("th", { scope: "col" }, t(`candles.${column}`)));
    const table = h("table", null, this.#caption, h("thead", null, h("tr", null, heads)), this.#body);
    this.#details = h(
      "details.candle-table",
      { ontoggle: () => this.#render() },
      h("summary", null, t("candles.table")),
      h("div.scroll", { tabindex: "0", role: "region", "aria-label": t("candles.table") }, table),
    );
    this.element = this.#details;
  }

  /** @param {CandleSeries} series */
  show(series) {
    this.#unlisten();
    this.#series = series;
    this.#rows.clear();
    setText(this.#caption, t("candles.tableOf", { symbol: series.symbol, interval: intervalName(series.interval) }));
    const stops = ["reset", "update"].map((event) => listen(series, event, () => this.#render()));
    this.#unlisten = () => stops.forEach((stop) => stop());
    this.#render();
  }

  close() {
    this.#unlisten();
  }

  #render() {
    const series = this.#series;
    if (!series || !this.#details.open) return;
    /** @type {Map<number, HTMLTableRowElement>} */
    const rows = new Map();
    for (const candle of series.candles.slice(-MAX_ROWS).reverse()) {
      const row = this.#rows.get(candle.at) ?? newRow(candle);
      const text = candleText(series, candle, this.#decimals);
      COLUMNS.forEach((column, i) => setText(row.cells[i], text[column]));
      row.dataset.state = candle.state;
      rows.set(candle.at, row);
    }
    const [newest] = rows.values();
    const unchanged = rows.size === this.#rows.size && newest === this.#body.firstElementChild;
    this.#rows = rows;
    if (!unchanged) setChildren(this.#body, [...rows.values()]);
  }
}

/** @param {Candle} candle */
function newRow(candle) {
  const cells = COLUMNS.map((column) => (column === "at" ? h("th", { scope: "row" }) : h("td")));
  return h("tr", { "data-at": candle.open_time }, cells);
}
