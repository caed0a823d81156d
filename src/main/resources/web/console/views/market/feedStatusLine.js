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
  #venue = h("p.venue");
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
      this.#venue,
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
    this.#renderVenue();
    this.#gap.hidden = gap === null;
    if (gap)
      setText(this.#gap, t(gap.filled ? "feed.gapFilled" : "feed.gap", { from: time(gap.from), to: time(gap.to) }));
  }

  /** The clock of a market that is not the real one differs from the user's, and may have another speed. */
  #renderVenue() {
    const { status, marketTime } = this.#feed;
    if (!status?.venue) return;
    const venue = tOrNull(`venue.${status.venue}`) ?? status.venue;
    const real = status.venue === REAL_VENUE;
    this.#venue.classList.toggle("unreal", !real);
    if (real || marketTime === null) {
      setText(this.#venue, venue);
      return;
    }
    const clock = t("feed.clock", { venue, at: dateTimeSeconds(marketTime) });
    const speed = status.speed ?? 1;
    setText(this.#venue, speed === 1 ? clock : `${clock}, ${t("feed.speed", { speed: number(speed) })}`);
  }
}
