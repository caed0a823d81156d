// The language of the page: chosen, remembered, and told to those who must draw anew.

import en from "./words/en.js";
import th from "./words/th.js";

const WORDS = { en, th };
const STORED = "verticker.language";
const listeners = new Set();

let language = remembered() ?? (navigator.language.startsWith("th") ? "th" : "en");
document.documentElement.lang = language;

export const LANGUAGES = Object.keys(WORDS);

export function currentLanguage() {
  return language;
}

/** The locale of numbers and times: the reader's own where it is of the language, for example en-GB. */
export function locale() {
  return navigator.languages.find((one) => one.startsWith(language)) ?? (language === "th" ? "th-TH" : "en");
}

export function useLanguage(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  try {
    localStorage.setItem(STORED, chosen);
  } catch {
    // A browser that keeps nothing shows the language until it is closed.
  }
  listeners.forEach((listener) => listener());
}

export function onLanguage(listener) {
  listeners.add(listener);
}

/** The words for a key; `{name}` in them stands for a value. */
export function t(key, values = {}) {
  const words = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The words for a key if there are any, else null. */
export function tOrNull(key, values) {
  return key in WORDS.en ? t(key, values) : null;
}

/** As `t`, in the form for a number: `key.one` or `key.other`. */
export function tCount(key, count, values = {}) {
  const form = new Intl.PluralRules(language).select(count);
  const number = new Intl.NumberFormat(locale()).format(count);
  return t(`${key}.${form}` in WORDS[language] ? `${key}.${form}` : `${key}.other`, { ...values, count: number });
}

function remembered() {
  try {
    const stored = localStorage.getItem(STORED);
    return stored in WORDS ? stored : null;
  } catch {
    return null;
  }
}
