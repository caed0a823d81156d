// @ts-check
// The user's orders on the chart: open ones as lines at their price, trades as arrows at their candle.

import * as lightweightCharts from "../../vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { decimal } from "../../format.js";
import { t } from "../../i18n.js";
import { sideName } from "../../orderText.js";

/** @import { IPriceLine, ISeriesApi, SeriesMarker, Time, UTCTimestamp } from "lightweight-charts" */

const { createSeriesMarkers, LineStyle } = /** @type {typeof import("lightweight-charts")} */ (
  /** @type {unknown} */ (lightweightCharts)
);

/**
 * @typedef {object} Marks
 * @property {Order[]} orders open ones of the symbol
 * @property {OwnTrade[]} trades of the symbol
 */

export class ChartMarks {
  #series;
  #colour;
  #markers;
  /** @type {IPriceLine[]} */
  #lines = [];
  /** @type {Marks} */
  #marks = { orders: [], trades: [] };
  /** @type {Candle[]} */
  #candles = [];
  #drawn = "";

  /**
   * @param {ISeriesApi<"Candlestick", any>} series
   * @param {(property: string) => string} colour
   */
  constructor(series, colour) {
    this.#series = series;
    this.#colour = colour;
    this.#markers = createSeriesMarkers(series, []);
  }

  /** @param {Marks} marks */
  show(marks) {
    this.#marks = marks;
    this.#draw();
  }

  /** @param {Candle[]} candles oldest first */
  follow(candles) {
    this.#candles = candles;
    this.#draw();
  }

  /** With other colours. */
  redraw() {
    this.#drawn = "";
    this.#draw();
  }

  #draw() {
    const lines = this.#marks.orders.flatMap((order) => this.#linesOf(order));
    const arrows = this.#arrows();
    const key = JSON.stringify([lines, arrows]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#lines.forEach((line) => this.#series.removePriceLine(line));
    this.#lines = lines.map((line) => this.#series.createPriceLine(line));
    this.#markers.setMarkers(/** @type {SeriesMarker<any>[]} */ (arrows));
  }

  /** @param {Order} order */
  #linesOf(order) {
    const { price, stop_price: stop, qty, side } = order;
    const line = (/** @type {string} */ at, /** @type {string} */ title, /** @type {number} */ lineStyle) => ({
      price: Number(at),
      color: this.#colour(side === "sell" ? "--bad" : "--good"),
      lineWidth: /** @type {1} */ (1),
      lineStyle,
      axisLabelVisible: true,
      title,
    });
    const title = `${sideName(order)} ${decimal(qty) ?? ""}`.trim();
    return [
      price !== null && line(price, title, LineStyle.Dashed),
      stop !== null && line(stop, `${title} (${t("chart.stop")})`, LineStyle.Dotted),
    ].filter((one) => one !== false);
  }

  /** One arrow for all trades of a side in a candle. */
  #arrows() {
    /** @type {Map<string, { time: UTCTimestamp, side: string }>} */
    const arrows = new Map();
    for (const { traded_at: at, side } of this.#marks.trades) {
      const time = Date.parse(at);
      const candle = this.#candles.findLast((one) => one.at <= time);
      if (!candle || candle.open === null) continue;
      arrows.set(`${candle.at} ${side}`, { time: /** @type {UTCTimestamp} */ (candle.at / 1000), side });
    }
    return [...arrows.values()]
      .sort((a, b) => a.time - b.time)
      .map(({ time, side }) => ({
        time: /** @type {Time} */ (time),
        position: side === "sell" ? "aboveBar" : "belowBar",
        shape: side === "sell" ? "arrowDown" : "arrowUp",
        color: this.#colour(side === "sell" ? "--bad" : "--good"),
      }));
  }
}
