// @ts-check
// Draws candles and volumes. Numbers place them; the exact figures are shown as text beside the chart.

import * as lightweightCharts from "../../vendor/lightweight-charts/lightweight-charts.standalone.production.mjs";
import { h, listen } from "../../dom.js";
import { compactNumber, dateTime, decimal, utcDate } from "../../format.js";
import { locale } from "../../i18n.js";
import { ChartMarks } from "./chartMarks.js";

/** @import { UTCTimestamp } from "lightweight-charts" */
/** @import { CandleSeries } from "../../candles.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { Marks } from "./chartMarks.js" */

const { CandlestickSeries, createChartEx, CrosshairMode, defaultHorzScaleBehavior, HistogramSeries, TickMarkType } =
  /** @type {typeof import("lightweight-charts")} */ (/** @type {unknown} */ (lightweightCharts));

const DAY_MS = 86_400_000;
const BAR_SPACING = 8;
const MIN_BAR_SPACING = 2;
const MAX_BAR_SPACING = 40;

/** Candles to the left of the visible ones at which older ones are loaded. */
const LOAD_AHEAD = 50;
const PAGE_KEY_STEP = 10;

/** Candles between the pointed one and the edge of the chart. */
const EDGE = 3;

/** Time marks at the hours and days of the user's time zone. */
class LocalTimeScale extends defaultHorzScaleBehavior() {
  utc = false;

  /** @type {InstanceType<ReturnType<typeof defaultHorzScaleBehavior>>["fillWeightsForPoints"]} */
  fillWeightsForPoints(points, startIndex) {
    const local = points.map((point) => {
      const seconds = /** @type {number} */ (point.originalTime);
      const offset = this.utc ? 0 : new Date(seconds * 1000).getTimezoneOffset() * 60;
      return { ...point, time: this.convertHorzItemToInternal(/** @type {UTCTimestamp} */ (seconds - offset)) };
    });
    super.fillWeightsForPoints(local, startIndex);
    local.forEach(({ timeWeight }, i) => (points[i].timeWeight = timeWeight));
  }
}

export class CandleChart {
  #decimals;
  #onpoint;
  #timeScale = new LocalTimeScale();
  #chart;
  #candles;
  #volumes;
  #marks;
  /** @type {CandleSeries | null} */
  #series = null;
  /** The number of drawn candles and the newest one's open time. */
  #drawn = { count: 0, newest: 0 };
  /** @type {number | null} open time of the candle that the keyboard points at */
  #pointed = null;
  /** @type {(() => void)[]} */
  #stops = [];
  #unlisten = () => {};
  element;

  /**
   * @param {SymbolDecimals} decimals
   * @param {(candle: Candle | null, byKeyboard: boolean) => void} onpoint receives the candle pointed at, or null
   */
  constructor(decimals, onpoint) {
    this.#decimals = decimals;
    this.#onpoint = onpoint;
    this.element = h("div.canvas", {
      role: "slider",
      tabindex: "0",
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
      onblur: () => this.#pointed !== null && this.#clearPoint(),
    });
    this.#chart = createChartEx(this.element, this.#timeScale, this.#options());
    this.#candles = this.#chart.addSeries(CandlestickSeries, {});
    this.#volumes = this.#chart.addSeries(HistogramSeries, { lastValueVisible: false, priceLineVisible: false }, 1);
    this.#volumes.applyOptions({ priceFormat: { type: "custom", formatter: compactNumber, minMove: 1e-8 } });
    this.#marks = new ChartMarks(this.#candles, colour);
    const [pricePane, volumePane] = this.#chart.panes();
    pricePane.setStretchFactor(4);
    volumePane.setStretchFactor(1);
    this.#chart.subscribeCrosshairMove(({ logical, sourceEvent }) => {
      // Without an event the chart has moved below the crosshair.
      if (sourceEvent) this.#pointed = null;
      if (this.#pointed !== null) this.#restorePoint();
      else this.#onpoint(this.#series?.candles[logical ?? -1] ?? null, false);
    });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < LOAD_AHEAD) this.#series?.loadOlder();
    });
    this.#listenToColours();
  }

  /** @param {CandleSeries} series */
  show(series) {
    this.#unlisten();
    this.#series = series;
    this.#pointed = null;
    this.#timeScale.utc = series.length >= DAY_MS;
    this.#draw();
    this.#chart.timeScale().resetTimeScale();
    this.#chart.priceScale("right").applyOptions({ autoScale: true });
    const stops = [
      listen(series, "reset", () => this.#draw()),
      listen(series, "update", (/** @type {number[]} */ changed) => this.#update(changed)),
    ];
    this.#unlisten = () => stops.forEach((stop) => stop());
  }

  /** @param {Marks} marks */
  showMarks(marks) {
    this.#marks.show(marks);
  }

  close() {
    this.#unlisten();
    this.#stops.forEach((stop) => stop());
    this.#chart.remove();
  }

  // ---- candles

  #draw() {
    const candles = this.#series?.candles ?? [];
    this.#renderDecimals();
    const { up, down } = volumeColours();
    this.#candles.setData(candles.map(bar));
    this.#volumes.setData(candles.map((candle) => volume(candle, up, down)));
    this.#drawn = { count: candles.length, newest: candles.at(-1)?.at ?? 0 };
    this.element.classList.toggle("blank", candles.length === 0);
    this.#marks.follow(candles);
    this.#restorePoint();
  }

  /** @param {number[]} changed */
  #update(changed) {
    const candles = this.#series?.candles ?? [];
    const added = changed.filter((index) => candles[index].at > this.#drawn.newest).length;
    // The chart can replace a candle, but not insert one before others.
    const inserted = candles.length !== this.#drawn.count + added;
    if (inserted || changed.some((index) => this.#fillsOrLeavesSpace(candles[index], index))) {
      this.#draw();
      return;
    }
    this.#renderDecimals();
    const { up, down } = volumeColours();
    for (const index of changed) {
      const historical = candles[index].at < this.#drawn.newest;
      this.#candles.update(bar(candles[index]), historical);
      this.#volumes.update(volume(candles[index], up, down), historical);
      this.#drawn.newest = Math.max(this.#drawn.newest, candles[index].at);
    }
    this.#drawn.count = candles.length;
    if (added) this.#marks.follow(candles);
    this.#restorePoint();
  }

  /**
   * @param {Candle} candle
   * @param {number} index
   */
  #fillsOrLeavesSpace({ at, open }, index) {
    if (at >= this.#drawn.newest) return false;
    return (this.#candles.dataByIndex(index) === null) !== (open === null);
  }

  #renderDecimals() {
    if (!this.#series) return;
    const digits = this.#decimals.priceDigits(this.#series.symbol);
    const base = 10 ** digits;
    if (/** @type {{ base?: number }} */ (this.#candles.options().priceFormat).base === base) return;
    this.#candles.applyOptions({
      priceFormat: {
        type: "custom",
        formatter: (/** @type {number} */ price) => decimal(price.toFixed(digits)) ?? "",
        minMove: 1 / base,
        base,
      },
    });
  }

  // ---- pointing with the keyboard

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const candles = this.#series?.candles ?? [];
    if (!candles.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = candles.length - 1;
    const current = this.#pointed === null ? last : candles.findLastIndex(({ at }) => at <= (this.#pointed ?? 0));
    const next = {
      ArrowLeft: current - 1,
      ArrowRight: current + 1,
      PageDown: current - PAGE_KEY_STEP,
      PageUp: current + PAGE_KEY_STEP,
      Home: 0,
      End: last,
    }[event.key];
    if (next !== undefined) this.#point(Math.max(0, Math.min(last, next)));
    else if (event.key === "+") this.#zoom(1.25);
    else if (event.key === "-") this.#zoom(0.8);
    else if (event.key === "Escape") this.#clearPoint();
    else return;
    event.preventDefault();
  }

  /** @param {number} index */
  #point(index) {
    const candle = this.#series?.candles[index];
    if (!candle) return;
    this.#scrollTo(index);
    this.#pointed = candle.at;
    this.#restorePoint();
    this.#onpoint(candle, true);
  }

  /** Drawing moves the crosshair away. */
  #restorePoint() {
    if (this.#pointed === null) return;
    const candle = this.#series?.candles.findLast(({ at }) => at <= (this.#pointed ?? 0));
    if (candle) this.#chart.setCrosshairPosition(Number(candle.close), seconds(candle), this.#candles);
  }

  #clearPoint() {
    this.#pointed = null;
    this.#chart.clearCrosshairPosition();
    this.#onpoint(null, true);
  }

  /** @param {number} index */
  #scrollTo(index) {
    const timeScale = this.#chart.timeScale();
    const range = timeScale.getVisibleLogicalRange();
    if (!range) return;
    const shift = Math.min(0, index - EDGE - range.from) + Math.max(0, index + EDGE - range.to);
    if (shift) timeScale.setVisibleLogicalRange({ from: range.from + shift, to: range.to + shift });
  }

  /** @param {number} factor */
  #zoom(factor) {
    const timeScale = this.#chart.timeScale();
    const barSpacing = timeScale.options().barSpacing * factor;
    timeScale.applyOptions({ barSpacing: Math.max(MIN_BAR_SPACING, Math.min(MAX_BAR_SPACING, barSpacing)) });
  }

  // ---- appearance

  #options() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      autoSize: true,
      // The logo is markup, which the content security policy refuses; a link below the chart replaces it.
      layout: { attributionLogo: false, fontFamily: getComputedStyle(document.body).fontFamily },
      crosshair: { mode: CrosshairMode.Normal },
      timeScale: {
        timeVisible: true,
        rightOffset: 4,
        barSpacing: BAR_SPACING,
        minBarSpacing: MIN_BAR_SPACING,
        tickMarkFormatter: (/** @type {UTCTimestamp} */ time, /** @type {number} */ type) => this.#timeMark(time, type),
      },
      localization: {
        locale: locale(),
        timeFormatter: (/** @type {UTCTimestamp} */ time) =>
          this.#timeScale.utc ? utcDate(time * 1000) : dateTime(time * 1000),
      },
      // The page scrolls vertically.
      handleScroll: { vertTouchDrag: false },
      kineticScroll: { touch: !still, mouse: false },
    };
  }

  /**
   * @param {UTCTimestamp} time
   * @param {number} type
   */
  #timeMark(time, type) {
    /** @type {Record<number, Intl.DateTimeFormatOptions>} */
    const formats = {
      [TickMarkType.Year]: { year: "numeric" },
      [TickMarkType.Month]: { month: "short" },
      [TickMarkType.DayOfMonth]: { day: "numeric", month: "short" },
    };
    const format = formats[type] ?? { hour: "2-digit", minute: "2-digit" };
    const timeZone = this.#timeScale.utc ? "UTC" : undefined;
    return new Intl.DateTimeFormat(locale(), { ...format, timeZone }).format(time * 1000);
  }

  #listenToColours() {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      this.#renderColours();
      this.#draw();
      this.#marks.redraw();
    };
    scheme.addEventListener("change", apply);
    this.#stops.push(() => scheme.removeEventListener("change", apply));
    this.#renderColours();
  }

  #renderColours() {
    const border = colour("--border");
    const label = { labelBackgroundColor: colour("--label") };
    this.#chart.applyOptions({
      layout: {
        background: { color: "transparent" },
        textColor: colour("--muted"),
        panes: { separatorColor: border, separatorHoverColor: colour("--hover") },
      },
      grid: { vertLines: { color: border }, horzLines: { color: border } },
      crosshair: {
        vertLine: { color: colour("--faint"), ...label },
        horzLine: { color: colour("--faint"), ...label },
      },
      rightPriceScale: { borderColor: border },
      timeScale: { borderColor: border },
    });
    const [up, down] = [colour("--good"), colour("--bad")];
    this.#candles.applyOptions({
      upColor: up,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
  }
}

/** @param {Candle} candle */
function seconds(candle) {
  return /** @type {UTCTimestamp} */ (candle.at / 1000);
}

/**
 * A candle that the exchange does not have takes its place without a bar.
 *
 * @param {Candle} candle
 */
function bar(candle) {
  const { open, high, low, close } = candle;
  const time = seconds(candle);
  if (open === null) return { time };
  return { time, open: Number(open), high: Number(high), low: Number(low), close: Number(close) };
}

/**
 * @param {Candle} candle
 * @param {string} up
 * @param {string} down
 */
function volume(candle, up, down) {
  const time = seconds(candle);
  if (candle.volume === null) return { time };
  return { time, value: Number(candle.volume), color: Number(candle.close) < Number(candle.open) ? down : up };
}

function volumeColours() {
  return { up: colour("--good-volume"), down: colour("--bad-volume") };
}

/** @param {string} property */
function colour(property) {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
