// @ts-check
// One confirmed order on its way to the server. Its key stays the same until its outcome is known: a repeated request places
// it at most once.

import { Problem } from "../../api.js";

/** @import { Trading } from "../../trading.js" */

export class Placement {
  #trading;
  order;
  key = randomKey();

  /**
   * @param {Trading} trading
   * @param {NewOrder} order
   */
  constructor(trading, order) {
    this.#trading = trading;
    this.order = order;
  }

  /** Sends it, or sends it again. Rejects with a {@link Problem}. */
  send() {
    return this.#trading.place(this.order, this.key);
  }

  /** Whether the server has the order, although its response was lost. */
  get isPlaced() {
    return this.#trading.hasOrder(this.key);
  }

  /**
   * Whether nothing was stored or sent; after any other failure the order may have been placed.
   *
   * @param {unknown} problem with which {@link send} failed
   */
  static isRefusal(problem) {
    return problem instanceof Problem && problem.status >= 400 && problem.status < 500;
  }
}

/** 128 random bits; `crypto.randomUUID` needs https or localhost. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
