// @ts-check
// The balances of the account with their value, average cost and profit; on paper they follow the live prices of this page.

import {
  addDecimals,
  compareDecimals,
  multiplyDecimals,
  roundDecimal,
  subtractDecimals,
  trimDecimal,
} from "../../decimals.js";
import { h, setText } from "../../dom.js";
import { age, decimal } from "../../format.js";
import { t } from "../../i18n.js";
import { roundedAmount } from "../../orderText.js";
import { DataTable } from "./dataTable.js";

/** @import { Quotes } from "../../quotes.js" */
/** @import { Trading } from "../../trading.js" */
/** @import { Column } from "./dataTable.js" */

const NONE = "\u2013";
const PRICE_DIGITS = 8;
const LARGE_PRICE_DIGITS = 2;
const FIGURES = /** @type {const} */ (["total", "unrealized_profit", "realized_profit"]);

/** The sums of the portfolio. */
export class PortfolioFigures {
  #figures = FIGURES.map((name) => ({ name, value: h("dd") }));
  #age = h("p.hint.age");
  element = h(
    "div.portfolio",
    null,
    h(
      "dl",
      null,
      this.#figures.map(({ name, value }) =>
        h("div", { "data-figure": name }, h("dt", null, t(`portfolio.${name}`)), value),
      ),
    ),
    this.#age,
  );

  /** @param {Portfolio | null} portfolio */
  render(portfolio) {
    for (const { name, value } of this.#figures) {
      const amount = portfolio?.[name] ?? null;
      const asset = portfolio?.valued_in ?? "";
      const text =
        amount === null ? NONE : `${name === "total" ? roundedAmount(amount, asset) : signed(amount, asset)} ${asset}`;
      setText(value, text);
      if (name !== "total") value.dataset.is = directionOf(amount);
    }
    const ms = portfolio?.price_age_ms ?? null;
    const key = portfolio?.stale ? "prices.staleAge" : "prices.age";
    setText(this.#age, ms === null ? "" : t("portfolio.age", { age: t(key, { age: age(ms) }) }));
    this.#age.classList.toggle("stale", portfolio?.stale ?? false);
  }
}

/** @returns {{ element: HTMLElement, render: (portfolio: Portfolio | null) => void }} */
export function balancesTable() {
  let asset = "";
  /** @type {Column<Position>[]} */
  const columns = [
    { label: t("portfolio.asset"), cell: (position) => position.asset },
    { label: t("portfolio.available"), number: true, cell: ({ available }) => decimal(available) },
    { label: t("portfolio.locked"), number: true, cell: ({ locked }) => decimal(locked) },
    { label: t("portfolio.averageCost"), number: true, cell: ({ average_cost: cost }) => averageCost(cost) },
    {
      label: t("portfolio.price"),
      number: true,
      cell: ({ price, price_at: at }) => (price === null || at === null ? NONE : decimal(trimDecimal(price))),
    },
    { label: t("portfolio.value"), number: true, cell: ({ value }) => roundedAmount(value, asset) ?? NONE },
    {
      label: t("portfolio.unrealized_profit"),
      number: true,
      cell: ({ unrealized_profit: profit }) => profitOf(profit, asset),
    },
    {
      label: t("portfolio.realized_profit"),
      number: true,
      cell: ({ realized_profit: profit }) => profitOf(profit, asset),
    },
  ];
  const table = new DataTable(t("portfolio.balances"), columns, (position) => [
    position.asset,
    JSON.stringify({ ...position, price_age_ms: null }),
  ]);
  return {
    element: table.element,
    render(portfolio) {
      asset = portfolio?.valued_in ?? "";
      table.render(portfolio?.positions ?? [], t(portfolio ? "portfolio.none" : "portfolio.loading"));
    },
  };
}

/**
 * The portfolio at the prices that this page shows. Only the paper venue trades at them; others keep their own values.
 *
 * @param {Trading} trading
 * @param {Quotes} quotes
 * @returns {Portfolio | null}
 */
export function currentPortfolio({ portfolio, portfolioAge }, quotes) {
  if (!portfolio) return null;
  const grown = (/** @type {number | null} */ ms) => (ms === null ? null : ms + portfolioAge);
  if (portfolio.venue !== "paper") return { ...portfolio, price_age_ms: grown(portfolio.price_age_ms) };
  const all = new Map(quotes.all.map((quote) => [quote.symbol, quote]));
  const positions = portfolio.positions.map((position) => {
    const quote = all.get(position.asset + portfolio.valued_in);
    if (!quote) return { ...position, price_age_ms: grown(position.price_age_ms) };
    const value = trimDecimal(multiplyDecimals(addDecimals(position.available, position.locked), quote.price));
    const profit = position.cost === null ? null : subtractDecimals(value, position.cost);
    const times = { price_at: quote.received_at, price_age_ms: quotes.ageOf(quote), price_stale: quote.stale };
    return { ...position, price: quote.price, value, unrealized_profit: profit, ...times };
  });
  const ages = positions.flatMap(({ price_age_ms: ms }) => ms ?? []);
  return {
    ...portfolio,
    positions,
    total: sum(positions.map(({ value }) => value)),
    unrealized_profit: sum(positions.map(({ unrealized_profit: profit }) => profit)),
    price_age_ms: ages.length ? Math.max(...ages) : null,
    stale: positions.some((position) => position.price_stale),
  };
}

/** @param {(string | null)[]} amounts */
function sum(amounts) {
  let total = "0";
  for (const amount of amounts) {
    if (amount === null) return null;
    total = addDecimals(total, amount);
  }
  return total;
}

/**
 * @param {string | null} amount
 * @param {string} asset
 */
function profitOf(amount, asset) {
  if (amount === null) return NONE;
  return h(
    "span.profit",
    { "data-is": directionOf(amount), title: `${decimal(amount)} ${asset}` },
    signed(amount, asset),
  );
}

/**
 * @param {string} amount
 * @param {string} asset
 */
function signed(amount, asset) {
  return `${directionOf(amount) === "up" ? "+" : ""}${roundedAmount(amount, asset)}`;
}

/** @param {string | null} amount */
function directionOf(amount) {
  const sign = amount === null ? 0 : compareDecimals(amount, "0");
  return sign > 0 ? "up" : sign < 0 ? "down" : "even";
}

/** @param {string | null} cost of one unit */
function averageCost(cost) {
  if (cost === null) return NONE;
  const digits = compareDecimals(cost, "1") < 0 ? PRICE_DIGITS : LARGE_PRICE_DIGITS;
  return h("span", { title: decimal(cost) }, decimal(trimDecimal(roundDecimal(cost, digits))));
}
