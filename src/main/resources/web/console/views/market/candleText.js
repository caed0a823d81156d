// @ts-check
// The exact figures of a candle as text: for the legend, the table and screen readers.

import { dateTime, number, percentChange, utcDate } from "../../format.js";
import { locale, t, tOrNull } from "../../i18n.js";

/** @import { CandleSeries, Interval } from "../../candles.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */

const NONE = "\u2013";
const DAY_MS = 86_400_000;
const UNITS = { m: "minute", h: "hour", d: "day", w: "week" };

/**
 * @typedef {object} CandleText
 * @property {string} at
 * @property {string} open
 * @property {string} high
 * @property {string} low
 * @property {string} close
 * @property {string} change from open to close
 * @property {string} volume
 * @property {string} trades
 * @property {string} state
 */

/**
 * @param {CandleSeries} series
 * @param {Candle} candle
 * @param {SymbolDecimals} decimals
 * @returns {CandleText}
 */
export function candleText({ symbol, length }, candle, decimals) {
  /** @param {string | null} price */
  const price = (price) => decimals.price(symbol, price) ?? NONE;
  const { open, close } = candle;
  return {
    at: length < DAY_MS ? dateTime(candle.at) : utcDate(candle.at),
    open: price(open),
    high: price(candle.high),
    low: price(candle.low),
    close: price(close),
    change: open === null || close === null ? NONE : percentChange(Number(open), Number(close)),
    volume: decimals.quantity(symbol, candle.volume) ?? NONE,
    trades: open === null ? NONE : number(candle.trades),
    state: tOrNull(`candle.${candle.state}`) ?? candle.state,
  };
}

/**
 * One sentence.
 *
 * @param {CandleText} text
 * @param {Candle} candle
 */
export function candleSentence(text, candle) {
  return t(candle.open === null ? "candles.emptySentence" : "candles.sentence", { ...text });
}

/**
 * "15 minutes".
 *
 * @param {Interval} interval
 */
export function intervalName(interval) {
  const unit = UNITS[/** @type {keyof typeof UNITS} */ (interval.at(-1))];
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(parseInt(interval, 10));
}
