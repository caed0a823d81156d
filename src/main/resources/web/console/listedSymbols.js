// @ts-check
// The exchange's description of a symbol: its assets, and the steps of its prices and quantities.

import { Problem } from "./api.js";

/** @import { Api } from "./api.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

export class ListedSymbols {
  #api;
  #decimals;
  /** @type {Map<string, Promise<ListedSymbol | null>>} */
  #requested = new Map();

  /**
   * @param {Api} api
   * @param {SymbolDecimals} decimals from the first price on, all have as many fraction digits as the exchange's steps
   */
  constructor(api, decimals) {
    this.#api = api;
    this.#decimals = decimals;
  }

  /**
   * Promises the symbol, or null if the server does not list it or cannot say.
   *
   * @param {string} symbol
   */
  find(symbol) {
    const known = this.#requested.get(symbol);
    if (known) return known;
    const request = this.#load(symbol);
    this.#requested.set(symbol, request);
    request.then((found) => found ?? this.#requested.delete(symbol));
    return request;
  }

  /** @param {string} symbol */
  async #load(symbol) {
    try {
      const { body } = await this.#api.get(`/symbols?${new URLSearchParams({ q: symbol, limit: "1" })}`);
      const listed = /** @type {ListedSymbol[]} */ (body.symbols);
      for (const { symbol: found, tick_size: tick, step_size: step } of listed) {
        this.#decimals.observe(found, { prices: [tick], quantities: [step] });
      }
      return listed.find((one) => one.symbol === symbol) ?? null;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return null;
    }
  }
}
