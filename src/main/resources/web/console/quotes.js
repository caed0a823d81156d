// @ts-check
// The latest price of each symbol, loaded over HTTP and continued by the bus.

import { Problem } from "./api.js";
import { compareDecimals } from "./decimals.js";
import { SymbolDecimals } from "./symbolDecimals.js";

/** @import { Api } from "./api.js" */
/** @import { Bus } from "./bus.js" */

const MIN_FRAME_INTERVAL_MS = 250;

/** Symbols that a user has added to those of the server; each is a topic. */
const MAX_ADDED = 10;

/**
 * @typedef {"up" | "down" | "even"} Direction
 * @typedef {Quote & { direction: Direction, updatedAt: number }} DirectedQuote `direction` is that of the last change
 */

/**
 * Event `change`: a price, an age or `problem` has changed.
 * Event `refused`: the server has no price of an added symbol; `detail` is the symbol and the error code.
 */
export class Quotes extends EventTarget {
  #api;
  /** @type {Map<string, DirectedQuote>} */
  #quotes = new Map();
  /** @type {Bus | null} */
  #bus = null;
  /** @type {Map<string, () => void>} by symbol, the oldest first; each value unsubscribes */
  #added = new Map();
  decimals = new SymbolDecimals();
  /** @type {Problem | null} why loading failed */
  problem = null;

  /** @param {Api} api */
  constructor(api) {
    super();
    this.#api = api;
  }

  /** @param {Bus} bus */
  open(bus) {
    this.#bus = bus;
    bus.subscribe(
      "prices",
      { loadSnapshot: () => this.#load(), onEvent: ({ data }) => this.#update(data) },
      { everyMs: MIN_FRAME_INTERVAL_MS },
    );
  }

  /** Forgets everything: the next user may not be allowed to see it. */
  clear() {
    this.#quotes.clear();
    this.#added.clear();
    this.#bus = null;
    this.problem = null;
  }

  /**
   * Adds a symbol that is not one of the server's. Beyond the maximum, the one added first is removed.
   *
   * @param {string} symbol
   */
  add(symbol) {
    if (!this.#bus || this.#quotes.has(symbol) || this.#added.has(symbol)) return;
    const [first] = this.#added.keys();
    if (this.#added.size === MAX_ADDED) this.#remove(first);
    const unsubscribe = this.#bus.subscribe(
      `prices.${symbol}`,
      {
        onEvent: ({ data }) => this.#update(data),
        onRefused: ({ code }) => {
          this.dispatchEvent(new CustomEvent("refused", { detail: { symbol, code } }));
          this.#remove(symbol);
        },
      },
      { everyMs: MIN_FRAME_INTERVAL_MS, optional: true },
    );
    this.#added.set(symbol, unsubscribe);
  }

  /**
   * Whether the price of an added symbol is not known yet.
   *
   * @param {string} symbol
   */
  isWaitingFor(symbol) {
    return this.#added.has(symbol) && !this.#quotes.has(symbol);
  }

  /** @param {string} symbol */
  #remove(symbol) {
    this.#added.get(symbol)?.();
    this.#added.delete(symbol);
    this.#quotes.delete(symbol);
    this.#changed();
  }

  /** In the order of the server. A price becomes stale without an event while the server is unreachable. */
  get all() {
    return [...this.#quotes.values()].map((quote) => ({ ...quote, stale: quote.stale || this.#isOverdue(quote) }));
  }

  /**
   * Milliseconds since the exchange last confirmed the price.
   *
   * @param {DirectedQuote} quote
   */
  ageOf(quote) {
    return quote.age_ms + performance.now() - quote.updatedAt;
  }

  /** @param {DirectedQuote} quote */
  #isOverdue(quote) {
    return this.ageOf(quote) > Date.parse(quote.fresh_until) - Date.parse(quote.received_at);
  }

  async #load() {
    try {
      const { body } = await this.#api.get("/prices");
      this.#setProblem(null);
      this.#update(body);
    } catch (problem) {
      if (problem instanceof Problem && problem.status !== 401) this.#setProblem(problem);
      throw problem;
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
