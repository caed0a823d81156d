// @ts-check
// The selected symbol: its price and the figures of the last 24 hours, with their venue, source and age.

import { h, setText } from "../../dom.js";
import { age, dateTime, fixedDecimal } from "../../format.js";
import { t, tOrNull } from "../../i18n.js";
import { PriceFigure } from "./priceFigure.js";

/** @import { PricePrecision } from "../../pricePrecision.js" */
/** @import { DirectedQuote } from "../../quotes.js" */

const NONE = "\u2013";

export class QuotePanel {
  #precision;
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

  /** @param {PricePrecision} precision */
  constructor(precision) {
    this.#precision = precision;
    this.#figure = new PriceFigure(precision);
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
    const { symbol, bid, ask, high_24h: high = null, low_24h: low = null, volume } = quote;
    setText(this.#symbol, symbol);
    this.#figure.render(quote);
    setText(this.#bid, this.#precision.format(symbol, bid) ?? NONE);
    setText(this.#ask, this.#precision.format(symbol, ask) ?? NONE);
    setText(this.#high, this.#precision.format(symbol, high) ?? NONE);
    setText(this.#low, this.#precision.format(symbol, low) ?? NONE);
    setText(this.#volume, fixedDecimal(volume) ?? NONE);
    setText(this.#venue, tOrNull(`venue.${quote.venue}`) ?? quote.venue);
    setText(this.#source, tOrNull(`source.${quote.source}`) ?? quote.source);
    this.element.classList.toggle("stale", quote.stale);
    this.#age.title = t("prices.eventTime", { at: dateTime(quote.event_time) });
  }

  /** @param {number} ms */
  renderAge(ms) {
    setText(this.#age, t("prices.age", { age: age(ms) }));
  }
}
