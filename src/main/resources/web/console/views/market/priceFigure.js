// @ts-check
// A price with the direction of its last change, and the change of the last 24 hours.

import { compareDecimals } from "../../decimals.js";
import { h, icon, setChildren, setText } from "../../dom.js";
import { decimal } from "../../format.js";
import { t } from "../../i18n.js";

/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { DirectedQuote, Direction } from "../../quotes.js" */

export class PriceFigure {
  #decimals;
  /** @type {DirectedQuote | null} */
  #quote = null;
  #direction = h("span.direction");
  #price = h("span.price");
  element = h("p.figure", null, this.#direction, this.#price);
  change = h("span.chip");

  /** @param {SymbolDecimals} decimals */
  constructor(decimals) {
    this.#decimals = decimals;
  }

  /** @param {DirectedQuote} quote */
  render(quote) {
    const previous = this.#quote;
    this.#quote = quote;
    setText(this.#price, this.#decimals.price(quote.symbol, quote.price) ?? "");
    this.#renderDirection(quote.direction);
    this.#renderChange(quote.change_percent);
    if (previous?.symbol === quote.symbol && previous.price !== quote.price) this.#flash(quote.direction);
  }

  clear() {
    this.#quote = null;
    setText(this.#price, "\u2013");
    this.#renderDirection("even");
    this.#renderChange(null);
  }

  /** @param {Direction} direction */
  #renderDirection(direction) {
    if (this.#direction.dataset.is === direction) return;
    this.#direction.dataset.is = direction;
    const text = h("span.visually-hidden", null, t(`prices.${direction}`));
    setChildren(this.#direction, icon(direction, direction !== "even"), text);
  }

  /** @param {string | null} percent */
  #renderChange(percent) {
    const sign = percent === null ? 0 : compareDecimals(percent, "0");
    this.change.dataset.is = sign > 0 ? "up" : sign < 0 ? "down" : "even";
    setText(this.change, percent === null ? "" : `${sign > 0 ? "+" : ""}${decimal(percent)}%`);
    this.change.title = t("prices.change");
  }

  /** @param {Direction} direction */
  #flash(direction) {
    this.#price.classList.remove("rose", "fell");
    // Reading the layout restarts the animation.
    void this.#price.offsetWidth;
    this.#price.classList.add(direction === "up" ? "rose" : "fell");
  }
}
