// @ts-check
// All prices of a symbol are shown with the same number of fraction digits, and so are all its quantities: as many as the
// exchange's own values need, so nothing is rounded.

import { fixedDecimal, neededDigits } from "./format.js";

/** @typedef {(string | null | undefined)[]} Decimals */

export class SymbolDecimals {
  /** @type {Map<string, number>} */
  #priceDigits = new Map();
  /** @type {Map<string, number>} */
  #quantityDigits = new Map();

  /**
   * Remembers how many fraction digits the values of a symbol need; the numbers only grow.
   *
   * @param {string} symbol
   * @param {{ prices: Decimals, quantities: Decimals }} values
   */
  observe(symbol, { prices, quantities }) {
    grow(this.#priceDigits, symbol, prices);
    grow(this.#quantityDigits, symbol, quantities);
  }

  /** @param {string} symbol */
  priceDigits(symbol) {
    return this.#priceDigits.get(symbol) ?? 0;
  }

  /**
   * The price in the user's locale; null if there is none.
   *
   * @param {string} symbol
   * @param {string | null | undefined} price
   */
  price(symbol, price) {
    return fixedDecimal(price, this.priceDigits(symbol));
  }

  /**
   * A quantity of the base asset in the user's locale; null if there is none.
   *
   * @param {string} symbol
   * @param {string | null | undefined} quantity
   */
  quantity(symbol, quantity) {
    return fixedDecimal(quantity, this.#quantityDigits.get(symbol) ?? 0);
  }
}

/**
 * @param {Map<string, number>} digits
 * @param {string} symbol
 * @param {Decimals} decimals
 */
function grow(digits, symbol, decimals) {
  const needed = decimals.map((decimal) => (decimal == null ? 0 : neededDigits(decimal)));
  digits.set(
    symbol,
    needed.reduce((max, one) => Math.max(max, one), digits.get(symbol) ?? 0),
  );
}
