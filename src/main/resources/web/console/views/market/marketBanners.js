// @ts-check
// What a user must know about the prices of the page: that they are stale, or not those of a real market.

import { h, icon, setChildren } from "../../dom.js";
import { problemText } from "../../form.js";
import { t } from "../../i18n.js";

/** @import { DirectedQuote } from "../../quotes.js" */

export class MarketBanners {
  element = h("div.banners", { role: "status" });

  /**
   * @param {DirectedQuote[]} quotes
   * @param {string | null} venue of the feed
   * @param {unknown} problem why no price could be loaded, or null
   */
  render(quotes, venue, problem) {
    const stale = quotes.filter((quote) => quote.stale).map((quote) => quote.symbol);
    const venues = new Set([venue, ...quotes.map((quote) => quote.venue)]);
    /** @type {[kind: string, text: string][]} */
    const shown = [];
    if (!quotes.length && problem) shown.push(["bad", problemText(problem)]);
    if (stale.length) shown.push(["bad", t("prices.stale", { symbols: stale.join(", ") })]);
    for (const unreal of ["simulated", "replayed", "testnet"]) {
      if (venues.has(unreal)) shown.push(["warn", t(`prices.${unreal}`)]);
    }
    // Screen readers announce the banners only when they change.
    const key = JSON.stringify(shown);
    if (this.element.dataset.key === key) return;
    this.element.dataset.key = key;
    setChildren(
      this.element,
      shown.map(([kind, text]) => h(`p.banner.${kind}`, null, icon("warn"), text)),
    );
  }
}
