// @ts-check
// Describes orders, their states and venues in words, and announces how they end.

import { toast } from "./dialogs.js";
import { roundDecimal, trimDecimal } from "./decimals.js";
import { h } from "./dom.js";
import { decimal } from "./format.js";
import { t, tOrNull } from "./i18n.js";
import { isOpen } from "./trading.js";

/** @import { OrderChange } from "./trading.js" */

const MAX_ANNOUNCED = 200;
const AVERAGE_DIGITS = 8;

/** Assets with amounts far below one; amounts of the others have two fraction digits. */
const FINE_ASSETS = new Set(["BTC", "ETH", "BNB"]);

/** States of which a toast is worth a look only after this page has placed the order. */
const USUAL = new Set(["pending", "open", "partially_filled"]);

/** @type {Record<string, "good" | "bad">} */
const KINDS = { filled: "good", rejected: "bad", venue_reset: "bad" };

/**
 * Names a venue in words and colour.
 *
 * @param {string} venue
 */
export function venueBadge(venue) {
  const hint = tOrNull(`tradingVenue.${venue}.hint`);
  return h(
    "span.venue-badge",
    { "data-venue": venue },
    h("strong", null, venueName(venue)),
    hint && h("span", null, hint),
  );
}

/** @param {string} venue */
export function venueName(venue) {
  return tOrNull(`tradingVenue.${venue}`) ?? venue;
}

/** @param {Order | NewOrder} order */
export function sideName({ side }) {
  return tOrNull(`order.side.${side}`) ?? side;
}

/** @param {Order | NewOrder} order */
export function typeName({ type }) {
  return tOrNull(`order.type.${type}`) ?? type;
}

/** @param {Order} order */
export function statusName({ status, cancel_requested_at: canceling }) {
  if (canceling && isOpen({ status }) && status !== "unknown") return t("order.status.canceling");
  return tOrNull(`order.status.${status}`) ?? status;
}

/**
 * An amount for reading: rounded to the fraction digits that matter.
 *
 * @param {string | null} text
 * @param {string} asset
 */
export function roundedAmount(text, asset) {
  return text === null ? null : decimal(roundDecimal(text, FINE_ASSETS.has(asset) ? 8 : 2));
}

/**
 * What the order says: "Buy 0.01 BTCUSDT".
 *
 * @param {Order} order
 */
export function orderSummary(order) {
  const amount = decimal(order.qty ?? order.executed_qty);
  return `${sideName(order)} ${order.qty || order.executed_qty !== "0" ? `${amount} ` : ""}${order.symbol}`;
}

/** Shows a toast when an order of the user was placed or ended, once for each state. */
export class OrderToasts {
  /** @type {Set<string>} */
  #announced = new Set();

  /** @param {OrderChange} change */
  announce({ order, before, replayed, placed }) {
    // One message sums up all replayed events.
    if (replayed || (!placed && (before === order.status || USUAL.has(order.status)))) return;
    const key = `${order.id} ${order.status}`;
    if (this.#announced.has(key)) return;
    if (this.#announced.size >= MAX_ANNOUNCED) this.#announced.clear();
    this.#announced.add(key);
    toast(outcomeText(order), { kind: KINDS[order.status] ?? "plain" });
  }
}

/** @param {Order} order */
function outcomeText(order) {
  const { status, average_price: average, reason } = order;
  const values = {
    venue: venueName(order.venue),
    order: orderSummary(order),
    price: average === null ? "" : decimal(trimDecimal(roundDecimal(average, AVERAGE_DIGITS))),
    status: statusName(order),
  };
  const sentence = t(tOrNull(`order.outcome.${status}`) ? `order.outcome.${status}` : "order.outcome.other", values);
  return reason && (status === "rejected" || status.startsWith("expired")) ? `${sentence} ${reason}` : sentence;
}
