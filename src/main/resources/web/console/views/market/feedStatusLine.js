// @ts-check
// How current the market data is: the state of the feed, the age of the newest price, the venue and its clock.

import { h, setText } from "../../dom.js";
import { age, dateTime, dateTimeSeconds, number, time } from "../../format.js";
import { t, tOrNull } from "../../i18n.js";

/** @import { Bus } from "../../bus.js" */
/** @import { Feed } from "../../feed.js" */

const REAL_VENUE = "binance";

export class FeedStatusLine {
  #feed;
  #bus;
  #state = h("span");
  #age = h("span.age");
  #clock = h("span.clock");
  #gap = h("p.gap", { role: "status", hidden: true });
  element;

  /**
   * @param {Feed} feed
   * @param {Bus} bus
   */
  constructor(feed, bus) {
    this.#feed = feed;
    this.#bus = bus;
    this.element = h(
      "div.feed",
      { role: "group", "aria-label": t("feed.label") },
      h("p", null, h("span.dot", { "aria-hidden": "true" }), h("span", { role: "status" }, this.#state), this.#age),
      this.#clock,
      this.#gap,
    );
  }

  /** @param {number | null} ms age of the newest price */
  render(ms) {
    const { status, gap } = this.#feed;
    const connected = this.#bus.state.name === "live";
    const state = connected ? (status?.state ?? "unknown") : "disconnected";
    this.element.dataset.state = state;
    setText(this.#state, tOrNull(`feed.${state}`) ?? state);
    this.#state.title = tOrNull(`feed.${state}.more`, { since: status ? dateTime(status.since) : "" }) ?? "";
    setText(this.#age, ms === null ? "" : t("feed.age", { age: age(ms) }));
    this.#renderClock();
    this.#gap.hidden = gap === null;
    if (gap)
      setText(this.#gap, t(gap.filled ? "feed.gapFilled" : "feed.gap", { from: time(gap.from), to: time(gap.to) }));
  }

  /** A market that is not the real one has a clock of its own, and may have another speed. */
  #renderClock() {
    const { status, marketTime } = this.#feed;
    const shown = status !== null && status.venue !== REAL_VENUE && marketTime !== null;
    this.#clock.hidden = !shown;
    if (!shown) return;
    const venue = tOrNull(`venue.${status.venue}`) ?? status.venue ?? "";
    const clock = t("feed.clock", { venue, at: dateTimeSeconds(marketTime) });
    const speed = status.speed ?? 1;
    setText(this.#clock, speed === 1 ? clock : `${clock}, ${t("feed.speed", { speed: number(speed) })}`);
  }
}
