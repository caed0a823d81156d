// @ts-check
// The order ticket: the server checks the order while the user types, the user confirms it, and it is sent at most once.

import { divideDown, floorToStep, multiplyDecimals, trimDecimal } from "../../decimals.js";
import { h, listen, setText, whileVisible } from "../../dom.js";
import { alertBox, problemText, runBusy, showProblem } from "../../form.js";
import { age, decimal } from "../../format.js";
import { t } from "../../i18n.js";
import { roundedAmount, sideName } from "../../orderText.js";
import { AmountField, violationText } from "./amountField.js";
import { labelled } from "./labelled.js";
import { OrderChecker } from "./orderCheck.js";
import { Placement } from "./placement.js";
import { TicketAccount } from "./ticketAccount.js";
import { confirmOrder } from "./ticketConfirm.js";
import { UnclearOutcome } from "./unclearOutcome.js";

/** @import { Api } from "../../api.js" */
/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { Trading } from "../../trading.js" */
/** @import { CheckedOrder } from "./orderCheck.js" */

const NONE = "\u2013";
const SIDES = /** @type {OrderSide[]} */ (["buy", "sell"]);
const TYPES = /** @type {OrderType[]} */ (["market", "limit", "limit_maker", "stop_limit"]);
const TIMES_IN_FORCE = ["GTC", "IOC", "FOK"];
const SHARES = /** @type {const} */ ([
  ["25", "0.25"],
  ["50", "0.5"],
  ["75", "0.75"],
  ["100", "1"],
]);

/** The price on which an estimate is based grows old. */
const RECHECK_INTERVAL_MS = 5_000;
const AMOUNT_STEP = "0.00000001";
const QUANTITY_DIGITS = 8;

export class Ticket {
  #trading;
  #decimals;
  #checker;
  #account;
  /** @type {string | null} */
  #symbol = null;
  /** @type {ListedSymbol | null} */
  #listed = null;
  /** @type {(side: OrderSide) => string | null} the price at which a market order of the side begins to trade */
  #marketPrice = () => null;
  /** @type {OrderSide} */
  #side = "buy";
  /** Whether a market order is given by the amount of the quote asset. */
  #byAmount = false;
  /** @type {CheckedOrder | null} of the order as it is in the fields */
  #checked = null;
  #sides = SIDES.map((side) =>
    h(
      "button",
      { type: "button", "data-side": side, onclick: () => this.#setSide(side) },
      sideName({ ...BLANK, side }),
    ),
  );
  #type = h(
    "select",
    { name: "type", onchange: () => this.#edited() },
    TYPES.map((type) => h("option", { value: type }, t(`order.type.${type}`))),
  );
  #units = [false, true].map((byAmount) =>
    h("button", { type: "button", "data-amount": String(byAmount), onclick: () => this.#setByAmount(byAmount) }),
  );
  #unitChoice = h("div.choice.units", { role: "group", "aria-label": t("ticket.orderBy") }, this.#units);
  #fields = {
    stop_price: new AmountField("stop_price", () => this.#edited()),
    price: new AmountField("price", () => this.#edited()),
    qty: new AmountField("qty", () => this.#edited()),
    quote_qty: new AmountField("quote_qty", () => this.#edited()),
  };
  #timeInForce = h(
    "select",
    { name: "time_in_force", onchange: () => this.#edited() },
    TIMES_IN_FORCE.map((value) => h("option", { value }, t(`ticket.tif.${value}`))),
  );
  #timeInForceField = labelled(t("ticket.timeInForce"), this.#timeInForce);
  #available = h("dd");
  #basis = h("dd");
  #notional = h("dd");
  #fee = h("dd");
  #note = h("p.hint.check-note", { role: "status" });
  /** Violations of rules that concern no field. */
  #general = alertBox();
  #generalText = "";
  /** Why the server refused the order. */
  #refusal = alertBox();
  #unclear = new UnclearOutcome((placement) => this.#send(placement));
  #submit = h("button.place", { type: "submit" });
  #stops;
  element;

  /**
   * @param {Api} api
   * @param {Trading} trading
   * @param {SymbolDecimals} decimals
   */
  constructor(api, trading, decimals) {
    this.#trading = trading;
    this.#decimals = decimals;
    this.#checker = new OrderChecker(api, (result) => this.#onChecked(result));
    this.#account = new TicketAccount(trading);
    this.element = h(
      "section.card.ticket",
      { "aria-label": t("ticket.title") },
      h("header", null, h("h2", null, t("ticket.title")), this.#account.badge),
      this.#account.element,
      h("form", { novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#onsubmit(event) }, this.#content()),
    );
    this.#stops = [
      listen(trading, "change", () => this.#renderAccount()),
      listen(trading, "order", ({ order }) => this.#unclear.resolve(order)),
      whileVisible(this.element, () => {
        const timer = setInterval(() => this.#recheck(), RECHECK_INTERVAL_MS);
        return () => clearInterval(timer);
      }),
      () => this.#checker.close(),
    ];
    this.#renderAccount();
    this.#renderForm();
    this.#renderCheck();
  }

  #content() {
    const shares = SHARES.map(([percent, share]) =>
      h("button.plain", { type: "button", onclick: () => this.#takeShare(share) }, `${percent}%`),
    );
    const { stop_price: stopPrice, price, qty, quote_qty: quoteQty } = this.#fields;
    return [
      h("div.choice.sides", { role: "group", "aria-label": t("ticket.side") }, this.#sides),
      labelled(t("ticket.type"), this.#type),
      stopPrice.element,
      price.element,
      this.#unitChoice,
      qty.element,
      quoteQty.element,
      h("div.shares", { role: "group", "aria-label": t("ticket.shares") }, shares),
      this.#timeInForceField,
      h(
        "dl.facts",
        null,
        h("div", null, h("dt", null, t("ticket.available")), this.#available),
        h("div", null, h("dt", null, t("ticket.basis")), this.#basis),
        h("div", null, h("dt", null, t("ticket.notional")), this.#notional),
        h("div", null, h("dt", null, t("ticket.fee")), this.#fee),
      ),
      this.#note,
      this.#general.element,
      this.#refusal.element,
      this.#unclear.element,
      this.#submit,
    ];
  }

  /**
   * Prices and quantities of another symbol make no sense.
   *
   * @param {string} symbol
   */
  show(symbol) {
    if (symbol === this.#symbol) return;
    this.#symbol = symbol;
    this.#listed = null;
    this.#clear();
    this.#renderForm();
  }

  /** @param {ListedSymbol} listed */
  describe(listed) {
    if (listed.symbol !== this.#symbol) return;
    this.#listed = listed;
    this.#renderForm();
    this.#renderAccount();
  }

  /** @param {(side: OrderSide) => string | null} marketPrice */
  followMarket(marketPrice) {
    this.#marketPrice = marketPrice;
  }

  /**
   * Takes a level of the order book.
   *
   * @param {string} price
   * @param {string | null} quantity
   */
  take(price, quantity) {
    if (this.#type.value === "market") this.#type.value = "limit";
    this.#fields.price.value = trimDecimal(price);
    if (quantity !== null) this.#fields.qty.value = trimDecimal(quantity);
    this.#edited();
  }

  close() {
    this.#stops.forEach((stop) => stop());
  }

  // ---- fields

  /** @param {OrderSide} side */
  #setSide(side) {
    this.#side = side;
    this.#edited();
  }

  /** @param {boolean} byAmount */
  #setByAmount(byAmount) {
    this.#byAmount = byAmount;
    this.#edited();
  }

  get #isMarket() {
    return this.#type.value === "market";
  }

  /** @returns {AmountField[]} those that the type has */
  get #shown() {
    const { stop_price: stopPrice, price, qty, quote_qty: quoteQty } = this.#fields;
    if (this.#isMarket) return [this.#byAmount ? quoteQty : qty];
    return this.#type.value === "stop_limit" ? [stopPrice, price, qty] : [price, qty];
  }

  get #hasTimeInForce() {
    return this.#type.value === "limit" || this.#type.value === "stop_limit";
  }

  /**
   * The order in the fields, or null while it is not complete.
   *
   * @returns {NewOrder | null}
   */
  get #order() {
    const { account } = this.#trading;
    if (!account || !this.#symbol || this.#shown.some((field) => field.decimal === null)) return null;
    return {
      account_id: account.id,
      symbol: this.#symbol,
      side: this.#side,
      type: /** @type {OrderType} */ (this.#type.value),
      ...(this.#hasTimeInForce && { time_in_force: this.#timeInForce.value }),
      ...Object.fromEntries(this.#shown.map((field) => [field.name, field.decimal])),
    };
  }

  #edited() {
    const order = this.#order;
    this.#refusal.setText(null);
    this.#renderForm();
    if (!order) {
      this.#checked = null;
      this.#shown.filter((field) => field.decimal !== null).forEach((field) => field.setError(null));
      this.#renderCheck();
    }
    this.#checker.typed(order);
  }

  /** @param {string} share of what is available */
  #takeShare(share) {
    const { price, qty, quote_qty: quoteQty } = this.#fields;
    const listed = this.#listed;
    const available = this.#availableAmount();
    if (!listed || available === null) return;
    const amount = multiplyDecimals(available, share);
    if (this.#isMarket && this.#byAmount) {
      const worth = this.#side === "buy" ? amount : this.#worth(amount);
      if (worth !== null) quoteQty.value = floorToStep(worth, AMOUNT_STEP);
    } else {
      const each = this.#isMarket ? this.#marketPrice(this.#side) : (price.decimal ?? this.#marketPrice(this.#side));
      if (!this.#isMarket && price.decimal === null && each !== null) price.value = trimDecimal(each);
      const quantity = this.#side === "sell" ? amount : each && divideDown(amount, each, QUANTITY_DIGITS);
      if (quantity) qty.value = floorToStep(quantity, listed.step_size);
    }
    this.#edited();
  }

  /** @param {string} quantity */
  #worth(quantity) {
    const each = this.#marketPrice(this.#side);
    return each && multiplyDecimals(quantity, each);
  }

  #availableAmount() {
    return this.#listed && this.#trading.available(this.#side === "buy" ? this.#listed.quote : this.#listed.base);
  }

  #clear() {
    Object.values(this.#fields).forEach((field) => (field.value = ""));
    this.#checked = null;
    this.#refusal.setText(null);
    this.#checker.typed(null);
    this.#renderCheck();
  }

  // ---- check

  #recheck() {
    const order = this.#order;
    if (order && this.#checked) this.#checker.check(order);
  }

  /** @param {CheckedOrder} result */
  #onChecked(result) {
    this.#checked = result;
    this.#renderCheck();
  }

  #renderCheck() {
    const { check = null, problem = null } = this.#checked ?? {};
    const quote = this.#listed?.quote ?? "";
    const notional = check?.estimated_notional ?? null;
    const fee = check?.estimated_fee ?? null;
    setText(this.#notional, notional === null ? NONE : `\u2248 ${roundedAmount(notional, quote)} ${quote}`);
    setText(this.#fee, fee === null ? NONE : `\u2248 ${decimal(fee)} ${check?.fee_asset}`);
    setText(this.#basis, this.#basisOf(check));
    this.#showViolations(check?.violations ?? null);
    setText(this.#note, problem ? problemText(problem) : this.#noteOf(check));
  }

  /** @param {OrderViolation[] | null} violations null if the order was not checked */
  #showViolations(violations) {
    const shown = this.#shown;
    const isOf = (/** @type {OrderViolation} */ violation, /** @type {AmountField} */ field) =>
      violation.pointer === `/${field.name}`;
    if (violations) {
      shown.forEach((field) => field.showViolations(violations.filter((violation) => isOf(violation, field))));
    }
    const others = (violations ?? []).filter((violation) => !shown.some((field) => isOf(violation, field)));
    const text = others.map(violationText).join(" ");
    // Screen readers announce it only when it changes.
    if (text !== this.#generalText) this.#general.setText(text || null);
    this.#generalText = text;
  }

  /** @param {OrderCheck | null} check */
  #basisOf(check) {
    if (!check?.price || check.price_age_ms === null) return NONE;
    const key = check.price_stale ? "prices.staleAge" : "prices.age";
    const price = this.#decimals.price(this.#symbol ?? "", check.price);
    return `${price}, ${t(key, { age: age(check.price_age_ms) })}`;
  }

  /** @param {OrderCheck | null} check */
  #noteOf(check) {
    if (check?.price_stale) return t("ticket.priceStale");
    return check?.accepted ? t("ticket.checked") : "";
  }

  // ---- placement

  /** @param {Event} event */
  #onsubmit(event) {
    event.preventDefault();
    runBusy(this.#submit, () => this.#confirmAndSend());
  }

  async #confirmAndSend() {
    const missing = this.#shown.filter((field) => !field.validate());
    const order = this.#order;
    if (missing.length || !order) {
      missing[0]?.focus();
      return;
    }
    await this.#checker.check(order);
    const { check = null } = this.#checked ?? {};
    if (check && !check.accepted) {
      this.#shown.find(({ name }) => check.violations.some(({ pointer }) => pointer === `/${name}`))?.focus();
      return;
    }
    const { account } = this.#trading;
    if (!account) return;
    const options = { order, venue: account.venue, listed: this.#listed, check, decimals: this.#decimals };
    if (await confirmOrder(options)) await this.#send(new Placement(this.#trading, order));
  }

  /** @param {Placement} placement */
  async #send(placement) {
    this.#unclear.clear();
    try {
      await placement.send();
      this.#clear();
    } catch (problem) {
      if (Placement.isRefusal(problem)) this.#onRefused(problem);
      else if (placement.isPlaced) this.#clear();
      else this.#unclear.show(placement, problemText(problem));
    }
  }

  /** @param {unknown} problem */
  #onRefused(problem) {
    showProblem(problem, this.#shown, this.#refusal);
    // An administrator or another tab may have halted trading.
    this.#trading.reloadAccounts().catch(() => {});
  }

  // ---- appearance

  #renderForm() {
    const { base = "", quote = "" } = this.#listed ?? {};
    const { stop_price: stopPrice, price, qty, quote_qty: quoteQty } = this.#fields;
    const shown = this.#shown;
    for (const field of Object.values(this.#fields)) field.element.hidden = !shown.includes(field);
    stopPrice.describe(t("ticket.stopPrice"), quote);
    price.describe(t("ticket.price"), quote);
    qty.describe(t("ticket.quantity"), base);
    quoteQty.describe(t("ticket.amount"), quote);
    this.#unitChoice.hidden = !this.#isMarket;
    this.#timeInForceField.hidden = !this.#hasTimeInForce;
    this.#sides.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.side === this.#side)));
    this.#units.forEach((button) => {
      const byAmount = button.dataset.amount === "true";
      button.setAttribute("aria-pressed", String(byAmount === this.#byAmount));
      setText(button, t(byAmount ? "ticket.byAmount" : "ticket.byQuantity", { asset: byAmount ? quote : base }));
    });
    this.#submit.dataset.side = this.#side;
    setText(this.#submit, `${sideName({ ...BLANK, side: this.#side })} ${base || (this.#symbol ?? "")}`);
    this.#renderAvailable();
  }

  #renderAccount() {
    const { account } = this.#trading;
    this.element.dataset.venue = account?.venue ?? "";
    this.#submit.disabled = account === null || account.halted !== null;
    this.#account.render();
    this.#renderAvailable();
  }

  #renderAvailable() {
    const asset = (this.#side === "buy" ? this.#listed?.quote : this.#listed?.base) ?? "";
    const available = this.#availableAmount();
    setText(this.#available, available === null ? NONE : `${decimal(available)} ${asset}`);
  }
}

/** @type {NewOrder} */
const BLANK = { account_id: 0, symbol: "", side: "buy", type: "market" };
