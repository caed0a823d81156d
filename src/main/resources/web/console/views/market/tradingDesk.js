// @ts-check
// What a user trades with: the ticket beside the chart, the account below it, and the user's orders on the chart.

import { listen, whileVisible } from "../../dom.js";
import { AccountPanel } from "./accountPanel.js";
import { currentPortfolio } from "./balances.js";
import { Ticket } from "./ticket.js";

/** @import { ViewContext } from "../../app.js" */
/** @import { Marks } from "./chartMarks.js" */

/** The values of assets that this page shows no price of. */
const PORTFOLIO_INTERVAL_MS = 30_000;

export class TradingDesk {
  #trading;
  #quotes;
  #onmarks;
  #ticket;
  #account;
  /** @type {string | null} */
  #symbol = null;
  #stops;
  elements;

  /**
   * @param {Pick<ViewContext, "api" | "trading" | "quotes">} context
   * @param {(marks: Marks) => void} onmarks receives the user's orders and trades of the symbol
   */
  constructor({ api, trading, quotes }, onmarks) {
    this.#trading = trading;
    this.#quotes = quotes;
    this.#onmarks = onmarks;
    this.#ticket = new Ticket(api, trading, quotes.decimals);
    this.#ticket.followMarket((side) => this.#marketPrice(side));
    this.#account = new AccountPanel(trading, quotes.decimals);
    this.elements = [this.#ticket.element, this.#account.element];
    this.#stops = [
      listen(trading, "change", () => this.#render()),
      whileVisible(this.#account.element, () => {
        const timer = setInterval(() => trading.reloadPortfolio(), PORTFOLIO_INTERVAL_MS);
        return () => clearInterval(timer);
      }),
      () => this.#ticket.close(),
    ];
    this.#render();
  }

  /** @param {string} symbol */
  show(symbol) {
    this.#symbol = symbol;
    this.#ticket.show(symbol);
    this.#renderMarks();
  }

  /** @param {ListedSymbol} listed */
  describe(listed) {
    this.#ticket.describe(listed);
  }

  /**
   * Takes a level of the order book.
   *
   * @param {string} price
   * @param {string | null} quantity
   */
  take(price, quantity) {
    this.#ticket.take(price, quantity);
  }

  /** Prices and their ages have changed. */
  renderPrices() {
    this.#account.renderPortfolio(currentPortfolio(this.#trading, this.#quotes));
  }

  close() {
    this.#stops.forEach((stop) => stop());
  }

  #render() {
    this.#account.render();
    this.renderPrices();
    this.#renderMarks();
  }

  /** Prices of a test exchange have no place on the chart of the market. */
  #renderMarks() {
    const { account, openOrders, trades } = this.#trading;
    const quote = this.#quotes.all.find(({ symbol }) => symbol === this.#symbol);
    const isMarket = account !== null && (account.venue === "paper" || account.venue === quote?.venue);
    const ofSymbol = (/** @type {{ symbol: string }} */ entry) => isMarket && entry.symbol === this.#symbol;
    this.#onmarks({ orders: openOrders.filter(ofSymbol), trades: trades.filter(ofSymbol) });
  }

  /** @param {OrderSide} side */
  #marketPrice(side) {
    const quote = this.#quotes.all.find(({ symbol }) => symbol === this.#symbol);
    return (side === "buy" ? quote?.ask : quote?.bid) ?? quote?.price ?? null;
  }
}
