// @ts-check
// The tables of open orders, closed orders and trades.

import { promptChoice, toast } from "../../dialogs.js";
import { roundDecimal } from "../../decimals.js";
import { h } from "../../dom.js";
import { problemText, runBusy } from "../../form.js";
import { dateTimeSeconds, decimal } from "../../format.js";
import { t, tCount } from "../../i18n.js";
import { orderSummary, sideName, statusName, typeName } from "../../orderText.js";
import { isOpen } from "../../trading.js";
import { DataTable } from "./dataTable.js";

/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { Trading } from "../../trading.js" */
/** @import { Column } from "./dataTable.js" */

const NONE = "\u2013";

/** @typedef {{ element: HTMLElement, render: () => void }} TradingTable */

/**
 * @param {Trading} trading
 * @param {SymbolDecimals} decimals
 * @returns {TradingTable}
 */
export function openOrdersTable(trading, decimals) {
  const table = new DataTable(
    t("orders.open"),
    [
      ...orderColumns(decimals, (order) => decimals.price(order.symbol, order.price)),
      { label: "", cell: (order) => cancelButton(trading, order) },
    ],
    orderKey,
  );
  const cancelAll = h(
    "button.danger",
    { type: "button", onclick: () => runBusy(cancelAll, () => confirmCancelAll(trading)) },
    t("orders.cancelAll"),
  );
  const tools = h("div.tools", null, cancelAll);
  return {
    element: h("div", null, table.element, tools),
    render() {
      const { openOrders } = trading;
      observe(decimals, openOrders);
      tools.hidden = openOrders.length === 0;
      table.render(openOrders, t("orders.noneOpen"));
    },
  };
}

/**
 * @param {Trading} trading
 * @param {SymbolDecimals} decimals
 * @returns {TradingTable}
 */
export function closedOrdersTable(trading, decimals) {
  const table = new DataTable(
    t("orders.history"),
    orderColumns(decimals, (order) => averagePrice(decimals, order)),
    orderKey,
    () => trading.loadOlder("orders"),
  );
  return {
    element: table.element,
    render() {
      const { closedOrders } = trading;
      observe(decimals, closedOrders);
      table.render(closedOrders, t("orders.noneClosed"), trading.hasOlder("orders"));
    },
  };
}

/**
 * @param {Trading} trading
 * @param {SymbolDecimals} decimals
 * @returns {TradingTable}
 */
export function ownTradesTable(trading, decimals) {
  /** @type {Column<OwnTrade>[]} */
  const columns = [
    { label: t("orders.time"), cell: ({ traded_at: at }) => timeOf(at) },
    { label: t("orders.symbol"), cell: ({ symbol }) => symbol },
    { label: t("orders.side"), cell: (trade) => sideOf(trade) },
    { label: t("orders.price"), number: true, cell: ({ symbol, price }) => decimals.price(symbol, price) },
    { label: t("orders.quantity"), number: true, cell: ({ symbol, qty }) => decimals.quantity(symbol, qty) },
    { label: t("orders.amount"), number: true, cell: ({ quote_qty: amount }) => decimal(amount) },
    {
      label: t("orders.fee"),
      number: true,
      cell: ({ fee, fee_asset: asset }) => (fee === null ? NONE : `${decimal(fee)} ${asset ?? ""}`),
    },
    {
      label: t("orders.role"),
      cell: ({ maker }) => (maker === null ? NONE : t(maker ? "orders.maker" : "orders.taker")),
    },
  ];
  const table = new DataTable(
    t("orders.trades"),
    columns,
    ({ id }) => [String(id), ""],
    () => trading.loadOlder("trades"),
  );
  const csv = h(
    "button.plain",
    { type: "button", onclick: () => runBusy(csv, () => downloadCsv(trading)) },
    t("orders.csv"),
  );
  const tools = h("div.tools", null, csv);
  return {
    element: h("div", null, table.element, tools),
    render() {
      const { trades } = trading;
      observe(decimals, trades);
      tools.hidden = trades.length === 0;
      table.render(trades, t("orders.noTrades"), trading.hasOlder("trades"));
    },
  };
}

/**
 * @param {SymbolDecimals} decimals
 * @param {(order: Order) => Child} price
 * @returns {Column<Order>[]}
 */
function orderColumns(decimals, price) {
  return [
    { label: t("orders.time"), cell: ({ created_at: at }) => timeOf(at) },
    { label: t("orders.symbol"), cell: ({ symbol }) => symbol },
    { label: t("orders.side"), cell: (order) => sideOf(order) },
    { label: t("orders.type"), cell: (order) => typeOf(order, decimals) },
    { label: t("orders.price"), number: true, cell: (order) => price(order) ?? NONE },
    { label: t("orders.filled"), number: true, cell: (order) => filledOf(order, decimals) },
    { label: t("orders.status"), cell: (order) => statusOf(order) },
  ];
}

/**
 * @param {Order} order
 * @returns {[key: string, version: string]}
 */
function orderKey({ id, revision }) {
  return [String(id), String(revision)];
}

/** @param {string} at */
function timeOf(at) {
  return h("time", { datetime: at }, dateTimeSeconds(at));
}

/** @param {Order | OwnTrade} entry */
function sideOf(entry) {
  return h("span.side", { "data-side": entry.side }, sideName(/** @type {any} */ (entry)));
}

/**
 * @param {Order} order
 * @param {SymbolDecimals} decimals
 */
function typeOf(order, decimals) {
  const { time_in_force: tif, stop_price: stop, symbol } = order;
  const details = [
    tif && tif !== "GTC" && tif,
    stop && t("orders.stopAt", { price: decimals.price(symbol, stop) }),
  ].filter(Boolean);
  return [typeName(order), details.length > 0 && h("small", null, details.join(", "))];
}

/**
 * @param {Order} order
 * @param {SymbolDecimals} decimals
 */
function filledOf({ symbol, executed_qty: executed, qty, quote_qty: amount }, decimals) {
  const filled = decimals.quantity(symbol, executed) ?? NONE;
  const total = qty === null ? (amount === null ? NONE : t("orders.forAmount", { amount: decimal(amount) })) : null;
  return `${filled} / ${total ?? decimals.quantity(symbol, qty)}`;
}

/** @param {Order} order */
function statusOf(order) {
  const { status, reason, source } = order;
  return [
    h("span.chip.status", { "data-is": status }, statusName(order)),
    status === "unknown" && h("small", null, t("order.unknownHint")),
    reason && h("small", null, reason),
    source === "external" && h("small", null, t("orders.external")),
  ];
}

/**
 * @param {SymbolDecimals} decimals
 * @param {Order} order
 */
function averagePrice(decimals, { symbol, average_price: average }) {
  if (average === null) return NONE;
  const rounded = roundDecimal(average, decimals.priceDigits(symbol));
  return h("span", { title: decimal(average) }, decimals.price(symbol, rounded) ?? NONE);
}

/**
 * Prices and quantities of other symbols than those on the watch list have as many fraction digits as they need.
 *
 * @param {SymbolDecimals} decimals
 * @param {(Order | OwnTrade)[]} entries
 */
function observe(decimals, entries) {
  for (const { symbol, price, qty } of entries) decimals.observe(symbol, { prices: [price], quantities: [qty] });
}

/**
 * @param {Trading} trading
 * @param {Order} order
 */
function cancelButton(trading, order) {
  if (order.source === "external") return null;
  const requested = order.cancel_requested_at !== null;
  const button = h(
    "button.plain.cancel",
    {
      type: "button",
      "aria-label": t("orders.cancelOne", { order: orderSummary(order) }),
      "aria-disabled": requested ? "true" : null,
      onclick: () => !requested && runBusy(button, () => cancel(trading, order)),
    },
    t(requested ? "orders.canceling" : "orders.cancel"),
  );
  return button;
}

/**
 * @param {Trading} trading
 * @param {Order} order
 */
async function cancel(trading, order) {
  try {
    const now = await trading.cancel(order);
    if (isOpen(now)) toast(t("orders.cancelRequested", { order: orderSummary(now) }));
  } catch (problem) {
    toast(problemText(problem), { kind: "bad" });
  }
}

/** @param {Trading} trading */
async function confirmCancelAll(trading) {
  const confirmed = await promptChoice({
    title: t("orders.cancelAll"),
    text: tCount("orders.cancelAllText", trading.openOrders.length),
    choices: [[true, t("orders.cancelAll"), "danger"]],
  });
  if (!confirmed) return;
  try {
    const orders = await trading.cancelAll();
    const pending = orders.filter(isOpen).length;
    if (pending) toast(tCount("orders.allRequested", pending));
  } catch (problem) {
    toast(problemText(problem), { kind: "bad" });
  }
}

/** @param {Trading} trading */
async function downloadCsv(trading) {
  try {
    const url = URL.createObjectURL(new Blob([await trading.loadTradesAsCsv()], { type: "text/csv" }));
    h("a", { href: url, download: "trades.csv" }).click();
    // The download has begun by then.
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch (problem) {
    toast(problemText(problem), { kind: "bad" });
  }
}
