// @ts-check
// The selected symbol: its price and the figures of the last 24 hours, with their venue, source and age.

import { h, setText } from "../../dom.js";
import { age, dateTime } from "../../format.js";
import { t, tOrNull } from "../../i18n.js";
import { PriceFigure } from "./priceFigure.js";

/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { DirectedQuote } from "../../quotes.js" */

const NONE = "\u2013";

export class QuotePanel {
  #decimals;
  #symbol = h("h2");
  #figure;
  #bid = h("dd");
  #ask = h("dd");
  #high = h("dd");
  #low = h("dd");
  #volume = h("dd");
  #venue = h("span");
  #source = h("span");
  #age = h("span.age");
  element;

  /** @param {SymbolDecimals} decimals */
  constructor(decimals) {
    this.#decimals = decimals;
    this.#figure = new PriceFigure(decimals);
    this.element = h(
      "div.quote",
      null,
      h(
        "div",
        null,
        h("header", null, this.#symbol, this.#figure.change),
        this.#figure.element,
        h("p.origin", null, this.#venue, this.#source, this.#age),
      ),
      h(
        "dl",
        null,
        h("div", null, h("dt", null, t("prices.bid")), this.#bid),
        h("div", null, h("dt", null, t("prices.ask")), this.#ask),
        h("div", null, h("dt", null, t("prices.high")), this.#high),
        h("div", null, h("dt", null, t("prices.low")), this.#low),
        h("div", null, h("dt", null, t("prices.volume")), this.#volume),
      ),
    );
  }

  /** @param {DirectedQuote} quote */
  render(quote) {
    const { symbol, bid, ask, high_24h: high, low_24h: low, volume } = quote;
    setText(this.#symbol, symbol);
    this.#figure.render(quote);
    setText(this.#bid, this.#decimals.price(symbol, bid) ?? NONE);
    setText(this.#ask, this.#decimals.price(symbol, ask) ?? NONE);
    setText(this.#high, this.#decimals.price(symbol, high) ?? NONE);
    setText(this.#low, this.#decimals.price(symbol, low) ?? NONE);
    setText(this.#volume, this.#decimals.quantity(symbol, volume) ?? NONE);
    setText(this.#venue, tOrNull(`venue.${quote.venue}`) ?? quote.venue);
    setText(this.#source, tOrNull(`source.${quote.source}`) ?? quote.source);
    this.element.classList.toggle("stale", quote.stale);
    this.#age.title = t("prices.eventTime", { at: dateTime(quote.event_time) });
  }

  /**
   * Before the first price of a symbol.
   *
   * @param {string} symbol
   */
  renderWaiting(symbol) {
    setText(this.#symbol, symbol);
    this.#figure.clear();
    for (const figure of [this.#bid, this.#ask, this.#high, this.#low, this.#volume]) setText(figure, NONE);
    for (const origin of [this.#venue, this.#source, this.#age]) setText(origin, "");
    this.element.classList.remove("stale");
  }

  /** @param {number} ms */
  renderAge(ms) {
    setText(this.#age, t("prices.age", { age: age(ms) }));
  }
}
