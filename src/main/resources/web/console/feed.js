// @ts-check
// The state of the server's connection to the exchange, and the time at the exchange.

/** @import { Bus } from "./bus.js" */

/** Event `change`: the state, the venue or its clock has changed. Event `gap`: `detail` is a {@link FeedGap}. */
export class Feed extends EventTarget {
  /** @type {FeedStatus | null} null until the server has sent it */
  status = null;
  /** @type {FeedGap | null} the last interruption */
  gap = null;
  #receivedAt = 0;

  /** @param {Bus} bus */
  open(bus) {
    bus.subscribe("feed", { onEvent: (event) => this.#onEvent(event) });
  }

  /** The next user may not be allowed to see it. */
  clear() {
    this.status = this.gap = null;
  }

  /** Milliseconds since 1970 at the exchange, or null. Differs from the clock only at a replayed market. */
  get marketTime() {
    if (!this.status?.market_time) return null;
    return Date.parse(this.status.market_time) + (performance.now() - this.#receivedAt) * (this.status.speed ?? 1);
  }

  /** @param {FeedStatus | FeedGap} event */
  #onEvent(event) {
    if (event.event === "feed_gap") {
      this.gap = event;
      this.dispatchEvent(new CustomEvent("gap", { detail: event }));
    } else if (event.event === "feed") {
      this.status = event;
      this.#receivedAt = performance.now();
    }
    this.dispatchEvent(new Event("change"));
  }
}
