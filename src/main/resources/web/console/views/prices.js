// @ts-check
// The price board: each symbol with its price, source and age.

import { Problem } from "../api.js";
import { Chart } from "../chart.js";
import { h, icon, listen, setChildren, setText } from "../dom.js";
import { problemText } from "../form.js";
import { age, compareDecimals, dateTime, decimal, decimalParts, hourMinute, time } from "../format.js";
import { t, tOrNull } from "../i18n.js";

/** @import { Api } from "../api.js" */
/** @import { ViewContext } from "../app.js" */
/** @import { Point } from "../chart.js" */
/** @import { DirectedQuote, Direction } from "../quotes.js" */

const HISTORY_LENGTH = 240;
const NONE = "\u2013";

/**
 * @param {Pick<ViewContext, "api" | "quotes">} context
 * @returns {View}
 */
export function pricesView({ api, quotes }) {
  /** @type {Map<string, QuoteCard>} */
  const cards = new Map();
  const banners = h("div.banners", { role: "status" });
  const board = h("div.board", { "aria-busy": "true" }, [1, 2, 3].map(skeleton));
  const element = h(
    "section",
    null,
    h(
      "header.page",
      null,
      h("div", null, h("h1", { tabindex: "-1" }, t("prices.title")), h("p.lead", null, t("prices.lead"))),
    ),
    banners,
    board,
  );

  function render() {
    const all = quotes.all;
    if (all.length && cards.size === 0) setChildren(board).removeAttribute("aria-busy");
    for (const quote of all) {
      const card = cards.get(quote.symbol) ?? addCard(quote.symbol);
      card.render(quote);
      card.renderAge(quotes.ageOf(quote));
    }
    renderBanners(all);
  }

  /** @param {string} symbol */
  function addCard(symbol) {
    const card = new QuoteCard(symbol);
    cards.set(symbol, card);
    board.append(card.element);
    card.loadHistory(api);
    return card;
  }

  /** @param {DirectedQuote[]} all */
  function renderBanners(all) {
    const stale = all.filter((quote) => quote.stale).map((quote) => quote.symbol);
    /** @type {[kind: string, text: string][]} */
    const shown = [];
    if (!all.length && quotes.problem) shown.push(["bad", problemText(quotes.problem)]);
    if (stale.length) shown.push(["bad", t("prices.stale", { symbols: stale.join(", ") })]);
    if (all.some((quote) => quote.venue === "simulated")) shown.push(["warn", t("prices.simulated")]);
    if (all.some((quote) => quote.venue === "testnet")) shown.push(["warn", t("prices.testnet")]);
    // Screen readers announce the banners only when they change.
    const key = JSON.stringify(shown);
    if (banners.dataset.key === key) return;
    banners.dataset.key = key;
    setChildren(
      banners,
      shown.map(([kind, text]) => h(`p.banner.${kind}`, null, icon("warn"), text)),
    );
  }

  const renderAges = () => quotes.all.forEach((quote) => cards.get(quote.symbol)?.renderAge(quotes.ageOf(quote)));
  const timer = setInterval(renderAges, 1000);
  const stop = listen(quotes, "change", render);
  render();

  return {
    element,
    close() {
      clearInterval(timer);
      stop();
      cards.forEach((card) => card.close());
    },
  };
}

class QuoteCard {
  #symbol;
  #price = h("p.price");
  #direction = h("span.direction");
  #change = h("span.chip");
  #bid = h("dd");
  #ask = h("dd");
  #volume = h("dd");
  #age = h("span.age");
  #source = h("span");
  #venue = h("span");
  #lowLabel = h("dt", null, t("prices.low"));
  #low = h("dd", null, NONE);
  #highLabel = h("dt", null, t("prices.high"));
  #high = h("dd", null, NONE);
  #pointed = h("p.pointed", { hidden: true });
  #chart = new Chart((point) => this.#renderPointed(point && `${time(point.at)} \u00b7 ${decimal(point.price)}`));
  element;

  /** @param {string} symbol */
  constructor(symbol) {
    this.#symbol = symbol;
    this.element = h(
      "article.card.quote",
      { "aria-label": symbol },
      h("header", null, h("h2", null, symbol), this.#change),
      h("div.figure", null, this.#direction, this.#price),
      h("div.history", null, this.#chart.element, this.#pointed),
      h(
        "dl",
        null,
        h("div", null, h("dt", null, t("prices.bid")), this.#bid),
        h("div", null, h("dt", null, t("prices.ask")), this.#ask),
        h("div", null, h("dt", null, t("prices.volume")), this.#volume),
        h("div", null, this.#lowLabel, this.#low),
        h("div", null, this.#highLabel, this.#high),
      ),
      h("footer", null, this.#venue, this.#source, this.#age),
    );
  }

  /** @param {DirectedQuote} quote */
  render(quote) {
    this.#renderPrice(quote);
    this.#renderChange(quote.change_percent);
    setText(this.#bid, decimal(quote.bid) ?? NONE);
    setText(this.#ask, decimal(quote.ask) ?? NONE);
    setText(this.#volume, decimal(quote.volume) ?? NONE);
    setText(this.#source, tOrNull(`source.${quote.source}`) ?? quote.source);
    setText(this.#venue, tOrNull(`venue.${quote.venue}`) ?? quote.venue);
    this.element.classList.toggle("stale", quote.stale);
    this.#age.title = t("prices.eventTime", { at: dateTime(quote.event_time) });
    if (this.#chart.points.length) this.#chart.add({ at: Date.parse(quote.received_at), price: quote.price });
    this.#renderRange();
  }

  /** @param {number} ms */
  renderAge(ms) {
    setText(this.#age, t("prices.age", { age: age(ms) }));
  }

  /** @param {Api} api */
  async loadHistory(api) {
    try {
      const { body } = await api.get(`/prices/${encodeURIComponent(this.#symbol)}/history?limit=${HISTORY_LENGTH}`);
      /** @type {Point[]} */
      const points = /** @type {Observation[]} */ (body)
        .map((row) => ({ at: Date.parse(row.called_at), price: row.exchange_info.price }))
        .reverse();
      this.#chart.set(points.filter((point, i) => i === 0 || point.at > points[i - 1].at));
      this.#renderRange();
      if (this.#direction.dataset.is === "even") this.#renderDirection(this.#lastDirection());
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status !== 401) this.#renderPointed(t("prices.noHistory"));
    }
  }

  close() {
    this.#chart.close();
  }

  /** @param {DirectedQuote} quote */
  #renderPrice({ price, direction }) {
    this.#renderDirection(direction === "even" ? this.#lastDirection() : direction);
    const previous = this.#price.dataset.price;
    if (previous === price) return;
    const [digits, zeros] = decimalParts(price);
    setChildren(this.#price, digits, h("span.zeros", null, zeros));
    this.#price.dataset.price = price;
    if (previous) this.#flash(direction);
  }

  /** @param {string | null} percent */
  #renderChange(percent) {
    const sign = percent === null ? 0 : compareDecimals(percent, "0");
    this.#change.dataset.is = sign > 0 ? "up" : sign < 0 ? "down" : "even";
    const text = percent === null ? NONE : t("prices.change", { percent: (sign > 0 ? "+" : "") + decimal(percent) });
    setText(this.#change, text);
  }

  /** @param {Direction} direction */
  #renderDirection(direction) {
    if (this.#direction.dataset.is === direction) return;
    this.#direction.dataset.is = direction;
    const text = h("span.visually-hidden", null, t(`prices.${direction}`));
    setChildren(this.#direction, icon(direction, direction !== "even"), text);
  }

  /**
   * The direction of the last change in the history.
   *
   * @returns {Direction}
   */
  #lastDirection() {
    const { points } = this.#chart;
    const last = points.at(-1);
    const previous = last && points.findLast((point) => compareDecimals(point.price, last.price) !== 0);
    if (!previous) return "even";
    return compareDecimals(last.price, previous.price) > 0 ? "up" : "down";
  }

  #renderRange() {
    const { points } = this.#chart;
    if (!points.length) return;
    const low = points.reduce((a, b) => (compareDecimals(b.price, a.price) < 0 ? b : a));
    const high = points.reduce((a, b) => (compareDecimals(b.price, a.price) > 0 ? b : a));
    const values = { since: hourMinute(points[0].at), low: decimal(low.price) ?? "", high: decimal(high.price) ?? "" };
    setText(this.#low, values.low);
    setText(this.#high, values.high);
    setText(this.#lowLabel, t("prices.lowSince", values));
    setText(this.#highLabel, t("prices.highSince", values));
    this.#chart.element.setAttribute("aria-label", t("prices.range", values));
  }

  /** @param {string | null} text of the point under the pointer */
  #renderPointed(text) {
    setText(this.#pointed, text ?? "").hidden = text === null;
  }

  /** @param {Direction} direction */
  #flash(direction) {
    this.#price.classList.remove("rose", "fell");
    // Reading the layout restarts the animation.
    void this.#price.offsetWidth;
    this.#price.classList.add(direction === "up" ? "rose" : "fell");
  }
}

function skeleton() {
  return h(
    "div.card.quote.skeleton",
    { "aria-hidden": "true" },
    h("div.bar.short"),
    h("div.bar.tall"),
    h("div.bar.chart"),
    h("div.bar"),
    h("div.bar.short"),
  );
}
