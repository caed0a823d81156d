// @ts-check
// The newest trades of a symbol. Trade ids are consecutive: a jump is a number of trades that were not received.

/** @import { Bus } from "./bus.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

export const MAX_TRADES = 50;
const MIN_FRAME_INTERVAL_MS = 250;

/** Event `change`: trades were added, or the server denies access to them. */
export class RecentTrades extends EventTarget {
  #bus;
  #decimals;
  #unsubscribe = () => {};
  symbol;
  /** @type {Trade[]} newest first, at most {@link MAX_TRADES} */
  trades = [];
  /** @type {string | null} code of the error with which the server denied access */
  refusal = null;

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   * @param {string} symbol
   */
  constructor(bus, decimals, symbol) {
    super();
    this.#bus = bus;
    this.#decimals = decimals;
    this.symbol = symbol;
  }

  open() {
    this.#unsubscribe = this.#bus.subscribe(
      `trades.${this.symbol}`,
      { onEvent: (frame) => this.#onTrades(frame), onRefused: ({ code }) => this.#onRefused(code) },
      { everyMs: MIN_FRAME_INTERVAL_MS, optional: true },
    );
  }

  close() {
    this.#unsubscribe();
  }

  /** @param {TradesFrame} frame */
  #onTrades({ snapshot, data }) {
    const known = snapshot ? [] : this.trades;
    const trades = new Map([...known, ...data].map((trade) => [trade.id, trade]));
    this.trades = [...trades.values()].sort((a, b) => b.id - a.id).slice(0, MAX_TRADES);
    this.refusal = null;
    this.#decimals.observe(this.symbol, {
      prices: data.map(({ price }) => price),
      quantities: data.map(({ quantity }) => quantity),
    });
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} code */
  #onRefused(code) {
    this.refusal = code;
    this.dispatchEvent(new Event("change"));
  }
}
