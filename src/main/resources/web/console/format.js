// Figures and times as the reader writes them. Decimals are strings from the server to the screen: nothing is rounded.

import { locale, t, tCount } from "./i18n.js";

/** "68000.1200" becomes "68,000.1200": the same digits, in the reader's signs. Null when there is none. */
export function decimal(text) {
  if (text == null) return null;
  const [, sign, whole, fraction] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const signs = decimalSigns();
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, signs.group);
  return (sign && "\u2212") + grouped + (fraction === undefined ? "" : signs.decimal + fraction);
}

/** The digits that matter, and the zeros at the end that are only there to be exact. */
export function decimalParts(text) {
  const shown = decimal(text) ?? "";
  const zeros = text?.includes(".") ? /[^0-9]?0*$/.exec(shown)[0].length : 0;
  return [shown.slice(0, shown.length - zeros), shown.slice(shown.length - zeros)];
}

/** Which of two decimals is greater: 1, 0 or -1, exactly. */
export function compareDecimals(a, b) {
  const [x, y] = [a, b].map(units);
  const places = Math.max(x.places, y.places);
  const difference = x.digits * 10n ** BigInt(places - x.places) - y.digits * 10n ** BigInt(places - y.places);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

export function number(count) {
  return new Intl.NumberFormat(locale()).format(count);
}

/** @param at ISO-8601, Date or milliseconds */
export function dateTime(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));
}

export function clock(at) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(new Date(at));
}

export function time(at) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "medium" }).format(new Date(at));
}

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60]];

/** "3 minutes ago"; what is older than a week gets its date. */
export function ago(at) {
  const seconds = Math.max(0, (Date.now() - new Date(at)) / 1000);
  if (seconds < 10) return t("time.now");
  if (seconds > 7 * 86_400) return dateTime(at);
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "always" }).format(-Math.floor(seconds / length), unit);
}

/** How old a price is, from milliseconds: "4 s", "3 min", "2 h". */
export function age(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return tCount("age.seconds", seconds);
  if (seconds < 7200) return tCount("age.minutes", Math.floor(seconds / 60));
  return tCount("age.hours", Math.floor(seconds / 3600));
}

/** "Chrome on Linux" for a User-Agent; the beginning of it when it says nothing we know. */
export function device(userAgent) {
  if (!userAgent) return t("sessions.unknownDevice");
  const browser = first(userAgent, {
    Edge: /Edg\//, Opera: /OPR\//, Firefox: /Firefox\//, Chrome: /Chrom/, Safari: /Safari\//, curl: /^curl/,
  });
  const system = first(userAgent, {
    Android: /Android/, iOS: /iPhone|iPad/, Windows: /Windows/, macOS: /Mac OS/, Linux: /Linux/,
  });
  if (browser && system) return t("sessions.deviceOn", { browser, system });
  return browser ?? userAgent.slice(0, 40);
}

function first(text, patterns) {
  return Object.keys(patterns).find((name) => patterns[name].test(text));
}

function decimalSigns() {
  const parts = new Intl.NumberFormat(locale(), { useGrouping: "always" }).formatToParts(12345.6);
  const sign = (type, otherwise) => parts.find((part) => part.type === type)?.value ?? otherwise;
  return { group: sign("group", ""), decimal: sign("decimal", ".") };
}

function units(text) {
  const [whole, fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), places: fraction.length };
}
