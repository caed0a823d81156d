// @ts-check
// The newest trades of a symbol. Trade ids are consecutive: a jump is a number of trades that were not received.

import { SymbolTopic } from "./symbolTopic.js";

/** @import { Bus } from "./bus.js" */
/** @import { SymbolDecimals } from "./symbolDecimals.js" */

export const MAX_TRADES = 50;

/** @extends {SymbolTopic<TradesFrame>} */
export class RecentTrades extends SymbolTopic {
  /** @type {Trade[]} newest first, at most {@link MAX_TRADES} */
  trades = [];

  /**
   * @param {Bus} bus
   * @param {SymbolDecimals} decimals
   * @param {string} symbol
   */
  constructor(bus, decimals, symbol) {
    super(bus, decimals, "trades", symbol);
  }

  /**
   * @override
   * @param {TradesFrame} frame
   */
  accept({ snapshot, data }) {
    const known = snapshot ? [] : this.trades;
    const trades = new Map([...known, ...data].map((trade) => [trade.id, trade]));
    this.trades = [...trades.values()].sort((a, b) => b.id - a.id).slice(0, MAX_TRADES);
    return { prices: data.map(({ price }) => price), quantities: data.map(({ quantity }) => quantity) };
  }
}
