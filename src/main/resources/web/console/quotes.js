// The latest price of each symbol: told by the bus, and asked for now and then, because nobody tells that a price got old.

import { compareDecimals } from "./format.js";

const ASK_MS = 5_000;
const FRAME_MS = 250;

/** Events: `change`, with `detail` the symbols that changed; `problem` when there is nothing to show yet and asking failed. */
export class Quotes extends EventTarget {
  #api;
  #quotes = new Map();
  #timer = null;
  #stop = null;
  problem = null;

  constructor(api) {
    super();
    this.#api = api;
  }

  open(bus) {
    this.#stop = bus.listen("prices", { event: (frame) => this.#take(frame.data) }, { everyMs: FRAME_MS });
    this.#timer = setInterval(() => document.visibilityState === "visible" && this.ask(), ASK_MS);
    this.ask();
  }

  close() {
    clearInterval(this.#timer);
    this.#stop?.();
    this.#quotes.clear();
    this.problem = null;
  }

  /** In the order the server has them. Each is as `GET /prices` gives it, with `direction` ("up", "down", "even"). */
  get all() {
    return [...this.#quotes.values()];
  }

  /** Milliseconds since a price was last confirmed, now. */
  ageOf(quote) {
    return quote.age_ms + performance.now() - quote.heardAt;
  }

  async ask() {
    try {
      const { body } = await this.#api.get("/prices");
      this.#problemIs(null);
      this.#take(body);
    } catch (problem) {
      if (problem.status !== 401) this.#problemIs(problem);
    }
  }

  #take(list) {
    for (const quote of list) {
      const before = this.#quotes.get(quote.symbol);
      const direction = before ? turn(before, quote) : "even";
      this.#quotes.set(quote.symbol, { ...quote, direction, heardAt: performance.now() });
    }
    if (list.length) this.dispatchEvent(new CustomEvent("change", { detail: list.map((quote) => quote.symbol) }));
  }

  #problemIs(problem) {
    if (this.problem?.code === problem?.code) return;
    this.problem = problem;
    this.dispatchEvent(new Event("problem"));
  }
}

/** Where the price went with its last move. */
function turn(before, quote) {
  const moved = compareDecimals(quote.price, before.price);
  return moved > 0 ? "up" : moved < 0 ? "down" : before.direction;
}
