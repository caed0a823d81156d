// The price board: every symbol, live, with what one must know to trust a price.

import { Chart } from "../chart.js";
import { fill, h, icon, say } from "../dom.js";
import { explain } from "../form.js";
import { age, dateTime, decimal, decimalParts, clock, time, compareDecimals } from "../format.js";
import { t, tOrNull } from "../i18n.js";

const HISTORY = 240;

export function pricesView({ api, quotes }) {
  const cards = new Map();
  const banners = h("div.banners", { role: "status" });
  const board = h("div.board", { "aria-busy": "true" }, [1, 2, 3].map(skeleton));
  const element = h("section", null,
    h("header.page", null, h("div", null, h("h1", { tabindex: "-1" }, t("prices.title")), h("p.lead", null, t("prices.lead")))),
    banners, board);

  function draw() {
    const all = quotes.all;
    if (all.length && cards.size === 0) fill(board).removeAttribute("aria-busy");
    for (const quote of all) {
      if (!cards.has(quote.symbol)) {
        const card = new Card(quote.symbol);
        cards.set(quote.symbol, card);
        board.append(card.element);
        card.readHistory(api);
      }
      cards.get(quote.symbol).draw(quote);
      cards.get(quote.symbol).drawAge(quotes.ageOf(quote));
    }
    drawBanners(all);
  }

  function drawBanners(all) {
    const simulated = all.some((quote) => quote.venue === "simulated");
    const testnet = all.some((quote) => quote.venue === "testnet");
    const stale = all.filter((quote) => quote.stale).map((quote) => quote.symbol);
    const wanted = [
      !all.length && quotes.problem && ["bad", explain(quotes.problem)],
      stale.length && ["bad", t("prices.stale", { symbols: stale.join(", ") })],
      simulated && ["warn", t("prices.simulated")],
      testnet && ["warn", t("prices.testnet")],
    ].filter(Boolean);
    // Announced once, not with every price.
    const key = JSON.stringify(wanted);
    if (banners.dataset.key === key) return;
    banners.dataset.key = key;
    fill(banners, wanted.map(([look, text]) => h(`p.banner.${look}`, null, icon("warn"), text)));
  }

  const drawAges = () => quotes.all.forEach((quote) => cards.get(quote.symbol)?.drawAge(quotes.ageOf(quote)));
  const timer = setInterval(drawAges, 1000);
  quotes.addEventListener("change", draw);
  quotes.addEventListener("problem", draw);
  draw();

  return {
    element,
    close() {
      clearInterval(timer);
      quotes.removeEventListener("change", draw);
      quotes.removeEventListener("problem", draw);
      cards.forEach((card) => card.close());
    },
  };
}

/** One symbol. */
class Card {
  #price = h("p.price");
  #direction = h("span.direction");
  #change = h("span.chip");
  #bid = h("dd");
  #ask = h("dd");
  #volume = h("dd");
  #age = h("span.age");
  #source = h("span");
  #venue = h("span");
  #low = h("dd", null, "\u2013");
  #high = h("dd", null, "\u2013");
  #since = [h("dt", null, t("prices.low")), h("dt", null, t("prices.high"))];
  #pointed = h("p.pointed", { hidden: true });
  #chart = new Chart((point) => this.#drawPointed(point));

  constructor(symbol) {
    this.symbol = symbol;
    this.element = h("article.card.quote", { "aria-label": symbol },
      h("header", null, h("h2", null, symbol), this.#change),
      h("div.figure", null, this.#direction, this.#price),
      h("div.history", null, this.#chart.element, this.#pointed),
      h("dl", null,
        h("div", null, h("dt", null, t("prices.bid")), this.#bid),
        h("div", null, h("dt", null, t("prices.ask")), this.#ask),
        h("div", null, h("dt", null, t("prices.volume")), this.#volume),
        h("div", null, this.#since[0], this.#low),
        h("div", null, this.#since[1], this.#high)),
      h("footer", null, this.#venue, this.#source, this.#age));
  }

  draw(quote) {
    const { price, direction, stale } = quote;
    const [digits, zeros] = decimalParts(price);
    if (this.#price.dataset.price !== price) {
      fill(this.#price, digits, h("span.zeros", null, zeros));
      if (this.#price.dataset.price) this.#flash(direction);
      this.#price.dataset.price = price;
    }
    this.#point(direction === "even" ? this.#lastTurn() : direction);
    const change = quote.change_percent;
    const sign = change === null ? 0 : compareDecimals(change, "0");
    this.#change.dataset.is = sign > 0 ? "up" : sign < 0 ? "down" : "even";
    say(this.#change, change === null ? "\u2013" : t("prices.change", { percent: (sign > 0 ? "+" : "") + decimal(change) }));
    say(this.#bid, decimal(quote.bid) ?? "\u2013");
    say(this.#ask, decimal(quote.ask) ?? "\u2013");
    say(this.#volume, decimal(quote.volume) ?? "\u2013");
    say(this.#source, tOrNull(`source.${quote.source}`) ?? quote.source);
    say(this.#venue, tOrNull(`venue.${quote.venue}`) ?? quote.venue);
    this.element.classList.toggle("stale", stale);
    this.#age.title = t("prices.eventTime", { at: dateTime(quote.event_time) });
    if (this.#chart.points.length) this.#chart.add({ at: Date.parse(quote.received_at), price });
    this.#describe();
  }

  drawAge(ms) {
    say(this.#age, t("prices.age", { age: age(ms) }));
  }

  async readHistory(api) {
    try {
      const { body } = await api.get(`/prices/${encodeURIComponent(this.symbol)}/history?limit=${HISTORY}`);
      const points = body.map((row) => ({ at: Date.parse(row.called_at), price: row.exchange_info.price })).reverse();
      this.#chart.set(points.filter((point, i) => i === 0 || point.at > points[i - 1].at));
      this.#describe();
      if (this.#direction.dataset.is === "even") this.#point(this.#lastTurn());
    } catch (problem) {
      if (problem.status !== 401) this.#drawPointed(null, t("prices.noHistory"));
    }
  }

  close() {
    this.#chart.close();
  }

  #point(direction) {
    if (this.#direction.dataset.is === direction) return;
    this.#direction.dataset.is = direction;
    fill(this.#direction, icon(direction, direction !== "even"), h("span.unseen", null, t(`prices.${direction}`)));
  }

  /** Where the history says that the price went last. */
  #lastTurn() {
    const { points } = this.#chart;
    const price = points.at(-1)?.price;
    const before = points.findLast((point) => compareDecimals(point.price, price) !== 0);
    return !before ? "even" : compareDecimals(price, before.price) > 0 ? "up" : "down";
  }

  #describe() {
    const { points } = this.#chart;
    if (!points.length) return;
    const low = points.reduce((a, b) => (compareDecimals(b.price, a.price) < 0 ? b : a));
    const high = points.reduce((a, b) => (compareDecimals(b.price, a.price) > 0 ? b : a));
    const values = { since: clock(points[0].at), low: decimal(low.price), high: decimal(high.price) };
    say(this.#low, values.low);
    say(this.#high, values.high);
    say(this.#since[0], t("prices.lowSince", values));
    say(this.#since[1], t("prices.highSince", values));
    this.#chart.element.setAttribute("aria-label", t("prices.range", values));
  }

  /** What the pointer is at. */
  #drawPointed(point, text = point && `${time(point.at)} \u00b7 ${decimal(point.price)}`) {
    say(this.#pointed, text ?? "").hidden = !text;
  }

  /** Shows for a moment where the price went. */
  #flash(direction) {
    this.#price.classList.remove("rose", "fell");
    void this.#price.offsetWidth;
    this.#price.classList.add(direction === "up" ? "rose" : "fell");
  }
}

function skeleton() {
  return h("div.card.quote.skeleton", { "aria-hidden": "true" },
    h("div.bar.short"), h("div.bar.tall"), h("div.bar.chart"), h("div.bar"), h("div.bar.short"));
}
