// @ts-check
// The best levels of a symbol's order book: each frame of its topic replaces the one before.

import { SymbolTopic } from "./symbolTopic.js";

/** @import { Bus } from "./bus.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

/** @extends {SymbolTopic<BookFrame>} */
export class OrderBook extends SymbolTopic {
  #updatedAt = 0;
  /** @type {BookFrame | null} null until the server has sent it */
  book = null;

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   * @param {string} symbol
   */
  constructor(bus, decimals, symbol) {
    super(bus, decimals, "book", symbol);
  }

  /** Milliseconds since the exchange sent the book, or null. */
  get age() {
    return this.book && this.book.age_ms + performance.now() - this.#updatedAt;
  }

  /**
   * @override
   * @param {BookFrame} frame
   */
  accept(frame) {
    this.book = frame;
    this.#updatedAt = performance.now();
    const levels = [...frame.bids, ...frame.asks];
    return { prices: levels.map(([price]) => price), quantities: levels.map(([, quantity]) => quantity) };
  }
}
