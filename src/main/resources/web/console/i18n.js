// @ts-check
// The language of the page: chosen by the user, remembered by the browser, stated in <html lang>.

import en from "./locales/en.js";
import th from "./locales/th.js";

/** @typedef {"en" | "th"} Language */

/** @type {Record<Language, Record<string, string>>} */
const TEXTS = { en, th };
const STORAGE_KEY = "verticker.language";
const CHANGE = "verticker-language";

export const LANGUAGES = /** @type {Language[]} */ (Object.keys(TEXTS));

document.documentElement.lang = storedLanguage() ?? (navigator.language.startsWith("th") ? "th" : "en");

export function currentLanguage() {
  return /** @type {Language} */ (document.documentElement.lang);
}

/** The locale for numbers and times: the user's own one of this language, for example en-GB. */
export function locale() {
  const language = currentLanguage();
  return navigator.languages.find((one) => one.startsWith(language)) ?? (language === "th" ? "th-TH" : "en");
}

/** @param {Language} language */
export function setLanguage(language) {
  document.documentElement.lang = language;
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
  document.dispatchEvent(new Event(CHANGE));
}

/** @param {() => void} listener */
export function onLanguageChange(listener) {
  document.addEventListener(CHANGE, listener);
}

/**
 * The text of a key, with each `{name}` replaced by its value.
 *
 * @param {string} key
 * @param {Record<string, unknown>} values
 */
export function t(key, values = {}) {
  const text = TEXTS[currentLanguage()][key] ?? TEXTS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => String(values[name] ?? placeholder));
}

/**
 * The text of a key, or null if there is none.
 *
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function tOrNull(key, values) {
  return key in TEXTS.en ? t(key, values) : null;
}

/**
 * The text of `key.one` or `key.other`, whichever the language uses for the number.
 *
 * @param {string} key
 * @param {number} count
 * @param {Record<string, unknown>} values
 */
export function tCount(key, count, values = {}) {
  const form = `${key}.${new Intl.PluralRules(currentLanguage()).select(count)}`;
  const number = new Intl.NumberFormat(locale()).format(count);
  return t(form in TEXTS[currentLanguage()] ? form : `${key}.other`, { ...values, count: number });
}

function storedLanguage() {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored !== null && stored in TEXTS ? stored : null;
  } catch {
    return null;
  }
}
