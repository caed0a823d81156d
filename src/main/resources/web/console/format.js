// @ts-check
// Numbers and times in the user's locale. Decimals stay text from the server to the screen.

import { locale, t, tCount } from "./i18n.js";

const MINUS = "\u2212";

// Order books and trades format hundreds of values a second; making a format takes longer than using it.
/** @type {Cached<{ group: string, decimal: string }> | null} */
let separators = null;
/** @type {Cached<Intl.DateTimeFormat> | null} */
let timeFormat = null;

/**
 * @template T
 * @typedef {{ locale: string, value: T }} Cached
 */

/**
 * "68000.1200" becomes "68,000.1200": the same digits with the separators of the locale. Null if there is none.
 *
 * @param {string | null | undefined} text
 */
export function decimal(text) {
  if (text == null) return null;
  const [, minus, whole, fraction] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  separators = cached(separators, decimalSeparators);
  const { group, decimal: point } = separators.value;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return (minus && MINUS) + grouped + (fraction === undefined ? "" : point + fraction);
}

/**
 * How many fraction digits a decimal needs: "68000.1200" needs two.
 *
 * @param {string} text
 */
export function neededDigits(text) {
  return /\.(\d*?)0*$/.exec(text)?.[1].length ?? 0;
}

/**
 * A decimal with that many fraction digits, or with as many as it needs if those are more: nothing is rounded.
 *
 * @param {string | null | undefined} text
 * @param {number} digits
 */
export function fixedDecimal(text, digits = 0) {
  if (text == null) return null;
  const [whole, fraction = ""] = text.split(".");
  const shown = fraction.slice(0, Math.max(digits, neededDigits(text))).padEnd(digits, "0");
  return decimal(shown ? `${whole}.${shown}` : whole);
}

/** @param {number} count */
export function number(count) {
  return new Intl.NumberFormat(locale()).format(count);
}

/**
 * A large number in few characters: "1.2K".
 *
 * @param {number} value
 */
export function compactNumber(value) {
  return new Intl.NumberFormat(locale(), { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/**
 * A change in percent with its sign.
 *
 * @param {number} from
 * @param {number} to
 */
export function percentChange(from, to) {
  const format = { style: "percent", signDisplay: "exceptZero", minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const text = new Intl.NumberFormat(locale(), /** @type {Intl.NumberFormatOptions} */ (format)).format(to / from - 1);
  return text.replace("-", MINUS);
}

/**
 * A small share in percent: "0.0015%".
 *
 * @param {number} share
 */
export function smallPercent(share) {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumSignificantDigits: 2 }).format(share);
}

/** @typedef {string | number} Instant ISO 8601, or milliseconds since 1970 */

/** @param {Instant} at */
export function dateTime(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

/** @param {Instant} at */
export function dateTimeSeconds(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}

/**
 * The date in UTC, where candles of a day and of a week start.
 *
 * @param {Instant} at
 */
export function utcDate(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(at));
}

/** @param {Instant} at */
export function time(at) {
  timeFormat = cached(timeFormat, () => new Intl.DateTimeFormat(locale(), { timeStyle: "medium" }));
  return timeFormat.value.format(new Date(at));
}

const WEEK_SECONDS = 7 * 86_400;

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/**
 * "3 minutes ago"; after a week the date.
 *
 * @param {Instant} at
 */
export function relativeTime(at) {
  const seconds = Math.max(0, (Date.now() - new Date(at).getTime()) / 1000);
  if (seconds < 10) return t("time.now");
  if (seconds > WEEK_SECONDS) return dateTime(at);
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? UNITS[3];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "always" }).format(-Math.floor(seconds / length), unit);
}

/**
 * The age of a price: "4 s", "3 min", "2 h".
 *
 * @param {number} ms
 */
export function age(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return tCount("age.seconds", seconds);
  if (seconds < 7200) return tCount("age.minutes", Math.floor(seconds / 60));
  return tCount("age.hours", Math.floor(seconds / 3600));
}

const BROWSERS = {
  Edge: /Edg\//,
  Opera: /OPR\//,
  Firefox: /Firefox\//,
  Chrome: /Chrom/,
  Safari: /Safari\//,
  curl: /^curl/,
};
const SYSTEMS = { Android: /Android/, iOS: /iPhone|iPad/, Windows: /Windows/, macOS: /Mac OS/, Linux: /Linux/ };

/**
 * "Chrome on Linux" for a User-Agent; for an unknown one its beginning.
 *
 * @param {string | null} userAgent
 */
export function deviceName(userAgent) {
  if (!userAgent) return t("sessions.unknownDevice");
  const browser = firstMatch(userAgent, BROWSERS);
  const system = firstMatch(userAgent, SYSTEMS);
  if (browser && system) return t("sessions.deviceOn", { browser, system });
  return browser ?? userAgent.slice(0, 40);
}

/**
 * @param {string} text
 * @param {Record<string, RegExp>} patterns
 */
function firstMatch(text, patterns) {
  return Object.keys(patterns).find((name) => patterns[name].test(text));
}

function decimalSeparators() {
  const parts = new Intl.NumberFormat(locale(), { useGrouping: "always" }).formatToParts(12345.6);
  /**
   * @param {string} type
   * @param {string} fallback
   */
  const separator = (type, fallback) => parts.find((part) => part.type === type)?.value ?? fallback;
  return { group: separator("group", ""), decimal: separator("decimal", ".") };
}

/**
 * The value of an earlier call unless the locale has changed.
 *
 * @template T
 * @param {Cached<T> | null} previous
 * @param {() => T} make
 * @returns {Cached<T>}
 */
function cached(previous, make) {
  const current = locale();
  return previous?.locale === current ? previous : { locale: current, value: make() };
}
