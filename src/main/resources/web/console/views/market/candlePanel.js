// @ts-check
// The chart of one symbol with its intervals, the figures of the candle pointed at, and a table of the same candles.

import { INTERVALS } from "../../candles.js";
import { h, listen, setChildren, setText } from "../../dom.js";
import { problemText } from "../../form.js";
import { t } from "../../i18n.js";
import { CandleChart } from "./candleChart.js";
import { CandleTable } from "./candleTable.js";
import { candleSentence, candleText, intervalName } from "./candleText.js";

/** @import { CandleSeries, Interval } from "../../candles.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { CandleText } from "./candleText.js" */
/** @import { Marks } from "./chartMarks.js" */

const NONE = "\u2013";
const FIGURES = /** @type {const} */ (["open", "high", "low", "close", "change", "volume", "trades"]);

/** The notice and the link that the licence of the library requires. */
const LIBRARY = "TradingView Lightweight Charts\u2122 Copyright (c) 2025 TradingView, Inc.";
const LIBRARY_LINK = "https://www.tradingview.com/";

export class CandlePanel {
  #decimals;
  /** @type {CandleSeries | null} */
  #series = null;
  /** @type {Candle | null} */
  #pointed = null;
  /** @type {unknown} the problem shown */
  #problem = null;
  #unlisten = () => {};
  #intervals;
  #legend = new CandleLegend();
  #chart;
  #note = h("div.note-on-chart", { role: "status" });
  #table;
  element;

  /**
   * @param {SymbolDecimals} decimals
   * @param {Interval} interval
   * @param {(interval: Interval) => void} oninterval
   */
  constructor(decimals, interval, oninterval) {
    this.#decimals = decimals;
    this.#chart = new CandleChart(decimals, (candle, byKeyboard) => this.#point(candle, byKeyboard));
    this.#table = new CandleTable(decimals);
    this.#intervals = INTERVALS.map((one) =>
      h(
        "button",
        {
          type: "button",
          "data-interval": one,
          "aria-pressed": String(one === interval),
          "aria-label": `${one} (${intervalName(one)})`,
          onclick: () => oninterval(one),
        },
        one,
      ),
    );
    const link = h("a", { href: LIBRARY_LINK, target: "_blank", rel: "noopener" }, "TradingView");
    this.element = h(
      "div.candles",
      null,
      h(
        "header",
        null,
        h("div.choice.intervals", { role: "group", "aria-label": t("candles.interval") }, this.#intervals),
        this.#legend.title,
      ),
      this.#legend.element,
      h("div.chart", null, this.#chart.element, this.#note),
      h("p.hint.keys", null, t("candles.keys")),
      this.#table.element,
      h("p.library", null, LIBRARY, " ", link),
    );
  }

  /** @param {CandleSeries} series */
  show(series) {
    this.#unlisten();
    this.#series = series;
    this.#pointed = null;
    for (const button of this.#intervals) {
      button.setAttribute("aria-pressed", String(button.dataset.interval === series.interval));
    }
    const names = { symbol: series.symbol, interval: intervalName(series.interval) };
    this.#chart.element.setAttribute("aria-label", t("candles.chart", names));
    this.#chart.show(series);
    this.#table.show(series);
    const onReset = () => {
      this.#render();
      this.#describe();
    };
    const stops = [listen(series, "reset", onReset), listen(series, "update", () => this.#render())];
    this.#unlisten = () => stops.forEach((stop) => stop());
    onReset();
  }

  /** @param {Marks} marks */
  showMarks(marks) {
    this.#chart.showMarks(marks);
  }

  close() {
    this.#unlisten();
    this.#chart.close();
    this.#table.close();
  }

  #render() {
    const series = this.#series;
    if (!series) return;
    const candle = this.#current();
    this.#legend.render(candle && candleText(series, candle, this.#decimals), candle?.state ?? "");
    this.#renderNote(series);
  }

  /** The candle pointed at as it is now, else the newest one. */
  #current() {
    const candles = this.#series?.candles ?? [];
    const pointed = this.#pointed;
    return (pointed && candles.findLast(({ at }) => at === pointed.at)) ?? candles.at(-1) ?? null;
  }

  /**
   * @param {Candle | null} candle
   * @param {boolean} byKeyboard
   */
  #point(candle, byKeyboard) {
    this.#pointed = candle;
    this.#render();
    if (byKeyboard) this.#describe();
  }

  /** Screen readers speak the value of the chart when it changes: that is only when the user moves. */
  #describe() {
    const series = this.#series;
    const candle = this.#current();
    const { element } = this.#chart;
    const candles = series?.candles ?? [];
    element.setAttribute("aria-valuemin", "1");
    element.setAttribute("aria-valuemax", String(Math.max(1, candles.length)));
    element.setAttribute("aria-valuenow", String(Math.max(1, candle ? candles.indexOf(candle) + 1 : 1)));
    const text = series && candle && candleSentence(candleText(series, candle, this.#decimals), candle);
    element.setAttribute("aria-valuetext", text ?? t("candles.loading"));
  }

  /** @param {CandleSeries} series */
  #renderNote(series) {
    const { loaded, problem, candles } = series;
    if (problem && problem === this.#problem) return;
    this.#problem = problem;
    if (problem) {
      const retry = h(
        "button.plain",
        { type: "button", onclick: () => series.reload().catch(() => {}) },
        t("tryAgain"),
      );
      setChildren(this.#note, h("p", null, problemText(problem)), retry);
    } else {
      setText(this.#note, loaded ? (candles.length ? "" : t("candles.none")) : t("candles.loading"));
    }
  }
}

/** The figures of one candle. */
class CandleLegend {
  #at = h("strong");
  #state = h("span.chip");
  #figures = FIGURES.map((name) => ({ name, value: h("dd") }));
  title = h("p.pointed", null, this.#at, this.#state);
  element = h(
    "dl.legend",
    null,
    this.#figures.map(({ name, value }) => h("div", null, h("dt", null, t(`candles.${name}`)), value)),
  );

  /**
   * @param {CandleText | null} text
   * @param {string} state
   */
  render(text, state) {
    setText(this.#at, text?.at ?? NONE);
    setText(this.#state, text?.state ?? "");
    this.#state.dataset.state = state;
    this.#figures.forEach(({ name, value }) => setText(value, text?.[name] ?? NONE));
  }
}
