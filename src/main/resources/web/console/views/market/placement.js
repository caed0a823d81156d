// @ts-check
// One confirmed order on its way to the server. Its key stays the same until its outcome is known: a repeated request places
// it at most once.

import { Problem } from "../../api.js";

/** @import { Trading } from "../../trading.js" */

/** Refusals after which nothing is stored or sent; after every other failure the order may have been placed. */
const DEFINITE = new Set([400, 403, 404, 409, 422]);

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

  /** @param {unknown} problem with which {@link send} failed */
  static isDefinite(problem) {
    return problem instanceof Problem && DEFINITE.has(problem.status);
  }
}

/** 128 random bits; `crypto.randomUUID` needs https or localhost. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
