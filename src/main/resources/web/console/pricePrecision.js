// @ts-check
// Each symbol's prices have the same number of fraction digits, and no more than the exchange's own prices need.

import { fixedDecimal, neededDigits } from "./format.js";

export class PricePrecision {
  /** @type {Map<string, number>} */
  #digits = new Map();

  /**
   * Remembers how many fraction digits the prices of a symbol need; the number only grows.
   *
   * @param {string} symbol
   * @param {(string | null)[]} prices
   */
  observe(symbol, prices) {
    const digits = prices.map((price) => (price === null ? 0 : neededDigits(price)));
    this.#digits.set(symbol, Math.max(this.digits(symbol), ...digits));
  }

  /** @param {string} symbol */
  digits(symbol) {
    return this.#digits.get(symbol) ?? 0;
  }

  /**
   * The price in the user's locale; null if there is none.
   *
   * @param {string} symbol
   * @param {string | null} price
   */
  format(symbol, price) {
    return fixedDecimal(price, this.digits(symbol));
  }
}
