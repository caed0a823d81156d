// @ts-check
// The latest price of each symbol. The bus delivers new prices; polling adds that a price has become stale, for which the
// server sends no event.

import { Problem } from "./api.js";
import { compareDecimals } from "./format.js";
import { SymbolDecimals } from "./symbolDecimals.js";

/** @import { Api } from "./api.js" */
/** @import { Bus } from "./bus.js" */

const POLL_INTERVAL_MS = 5_000;
const MIN_FRAME_INTERVAL_MS = 250;

/**
 * @typedef {"up" | "down" | "even"} Direction
 * @typedef {Quote & { direction: Direction, updatedAt: number }} DirectedQuote `direction` is that of the last change
 */

/** Event `change`: a price, an age or `problem` has changed. */
export class Quotes extends EventTarget {
  #api;
  /** @type {Map<string, DirectedQuote>} */
  #quotes = new Map();
  /** @type {(() => void)[]} */
  #stops = [];
  decimals = new SymbolDecimals();
  /** @type {Problem | null} why the last poll failed */
  problem = null;

  /** @param {Api} api */
  constructor(api) {
    super();
    this.#api = api;
  }

  /** @param {Bus} bus */
  open(bus) {
    const timer = setInterval(() => document.visibilityState === "visible" && this.#poll(), POLL_INTERVAL_MS);
    this.#stops = [
      () => clearInterval(timer),
      bus.subscribe("prices", { onEvent: ({ data }) => this.#update(data) }, { everyMs: MIN_FRAME_INTERVAL_MS }),
    ];
    this.#poll();
  }

  close() {
    this.#stops.forEach((stop) => stop());
    this.#stops = [];
    this.#quotes.clear();
    this.problem = null;
  }

  /** In the order of the server. */
  get all() {
    return [...this.#quotes.values()];
  }

  /**
   * Milliseconds since the exchange last confirmed the price.
   *
   * @param {DirectedQuote} quote
   */
  ageOf(quote) {
    return quote.age_ms + performance.now() - quote.updatedAt;
  }

  async #poll() {
    try {
      const { body } = await this.#api.get("/prices");
      this.#setProblem(null);
      this.#update(body);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status !== 401) this.#setProblem(problem);
    }
  }

  /** @param {Quote[]} quotes */
  #update(quotes) {
    for (const quote of quotes) {
      const { symbol, price, bid, ask, high_24h: high, low_24h: low, volume } = quote;
      this.decimals.observe(symbol, { prices: [price, bid, ask, high, low], quantities: [volume] });
      const previous = this.#quotes.get(quote.symbol);
      const direction = previous ? directionOf(previous, quote) : "even";
      this.#quotes.set(quote.symbol, { ...quote, direction, updatedAt: performance.now() });
    }
    if (quotes.length) this.#changed();
  }

  /** @param {Problem | null} problem */
  #setProblem(problem) {
    if (this.problem?.code === problem?.code) return;
    this.problem = problem;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * The direction of the last change.
 *
 * @param {DirectedQuote} previous
 * @param {Quote} quote
 * @returns {Direction}
 */
function directionOf(previous, quote) {
  const change = compareDecimals(quote.price, previous.price);
  return change > 0 ? "up" : change < 0 ? "down" : previous.direction;
}
