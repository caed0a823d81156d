// @ts-check
// The live data of one symbol from one topic of the bus. Subclasses keep what the frames contain.

/** @import { Bus } from "./bus.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

const MIN_FRAME_INTERVAL_MS = 250;

/**
 * Event `change`: the data has changed, or the server denies access to it.
 *
 * @template F a frame of the topic
 */
export class SymbolTopic extends EventTarget {
  #bus;
  #topic;
  #decimals;
  #unsubscribe = () => {};
  symbol;
  /** @type {string | null} code of the error with which the server denied access */
  refusal = null;

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   * @param {"book" | "trades"} kind
   * @param {string} symbol
   */
  constructor(bus, decimals, kind, symbol) {
    super();
    this.#bus = bus;
    this.#topic = `${kind}.${symbol}`;
    this.#decimals = decimals;
    this.symbol = symbol;
  }

  open() {
    this.#unsubscribe = this.#bus.subscribe(
      this.#topic,
      { onEvent: (frame) => this.#onFrame(frame), onRefused: ({ code }) => this.#onRefused(code) },
      { everyMs: MIN_FRAME_INTERVAL_MS, optional: true },
    );
  }

  close() {
    this.#unsubscribe();
  }

  /**
   * Keeps the content of a frame.
   *
   * @abstract
   * @param {F} frame
   * @returns {{ prices: string[], quantities: string[] }} the figures in it, whose decimals are shown from now on
   */
  accept(frame) {
    throw new Error(`no subclass accepts ${JSON.stringify(frame)}`);
  }

  /** @param {F} frame */
  #onFrame(frame) {
    this.#decimals.observe(this.symbol, this.accept(frame));
    this.refusal = null;
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} code */
  #onRefused(code) {
    this.refusal = code;
    this.dispatchEvent(new Event("change"));
  }
}
