// @ts-check
// Has the server check an order while the user types: after a pause, one request at a time, and only the newest order counts.

import { Problem } from "../../api.js";

/** @import { Api } from "../../api.js" */

const TYPING_DELAY_MS = 300;

/** @typedef {{ order: NewOrder, check: OrderCheck | null, problem: Problem | null }} CheckedOrder */

export class OrderChecker {
  #api;
  #onresult;
  /** @type {NewOrder | null} */
  #newest = null;
  /** @type {Promise<void> | null} */
  #running = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  /**
   * @param {Api} api
   * @param {(result: CheckedOrder) => void} onresult
   */
  constructor(api, onresult) {
    this.#api = api;
    this.#onresult = onresult;
  }

  /** @param {NewOrder | null} order null while it is not complete */
  typed(order) {
    clearTimeout(this.#typing);
    this.#newest = order;
    if (order) this.#typing = setTimeout(() => this.#run(), TYPING_DELAY_MS);
  }

  /**
   * Checks without a delay.
   *
   * @param {NewOrder} order
   */
  async check(order) {
    clearTimeout(this.#typing);
    this.#newest = order;
    await this.#run();
  }

  close() {
    this.typed(null);
  }

  /** Ends when the newest order is checked. */
  #run() {
    this.#running ??= this.#checkNewest().finally(() => (this.#running = null));
    return this.#running;
  }

  async #checkNewest() {
    /** @type {NewOrder | null} */
    let order = null;
    while (this.#newest && this.#newest !== order) {
      order = this.#newest;
      const result = await this.#request(order);
      if (this.#newest === order) this.#onresult(result);
    }
  }

  /**
   * @param {NewOrder} order
   * @returns {Promise<CheckedOrder>}
   */
  async #request(order) {
    try {
      return { order, check: (await this.#api.post("/orders/check", order)).body, problem: null };
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return { order, check: null, problem };
    }
  }
}
