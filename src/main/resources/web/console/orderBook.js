// @ts-check
// The best levels of a symbol's order book: each frame of its topic replaces the one before.

/** @import { Bus } from "./bus.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

const MIN_FRAME_INTERVAL_MS = 250;

/** Event `change`: the book has changed, or the server denies access to it. */
export class OrderBook extends EventTarget {
  #bus;
  #decimals;
  #updatedAt = 0;
  #unsubscribe = () => {};
  symbol;
  /** @type {BookFrame | null} null until the server has sent it */
  book = null;
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
      `book.${this.symbol}`,
      { onEvent: (frame) => this.#onBook(frame), onRefused: ({ code }) => this.#onRefused(code) },
      { everyMs: MIN_FRAME_INTERVAL_MS, optional: true },
    );
  }

  close() {
    this.#unsubscribe();
  }

  /** Milliseconds since the exchange sent the book, or null. */
  get age() {
    return this.book && this.book.age_ms + performance.now() - this.#updatedAt;
  }

  /** @param {BookFrame} frame */
  #onBook(frame) {
    this.book = frame;
    this.refusal = null;
    this.#updatedAt = performance.now();
    const levels = [...frame.bids, ...frame.asks];
    this.#decimals.observe(this.symbol, {
      prices: levels.map(([price]) => price),
      quantities: levels.map(([, quantity]) => quantity),
    });
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} code */
  #onRefused(code) {
    this.refusal = code;
    this.dispatchEvent(new Event("change"));
  }
}
