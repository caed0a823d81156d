// @ts-check
// The account below the chart: its value and profit, open orders, history, trades and balances, and what changes the account.

import { promptChoice, toast } from "../../dialogs.js";
import { h, icon, setChildren, setText } from "../../dom.js";
import { problemText, runBusy } from "../../form.js";
import { t, tCount } from "../../i18n.js";
import { venueBadge } from "../../orderText.js";
import { balancesTable, PortfolioFigures } from "./balances.js";
import { closedOrdersTable, openOrdersTable, ownTradesTable } from "./orderTables.js";

/** @import { SymbolDecimals } from "../../symbolDecimals.js" */
/** @import { Trading } from "../../trading.js" */

const TABS = /** @type {const} */ (["open", "history", "trades", "balances"]);

export class AccountPanel {
  #trading;
  /** @type {typeof TABS[number]} */
  #tab = "open";
  #badge = h("div.badge-place");
  #shownVenue = "";
  #figures = new PortfolioFigures();
  #buttons = TABS.map((tab) =>
    h("button", { type: "button", "data-tab": tab, onclick: () => this.#selectTab(tab) }, t(`orders.tab.${tab}`)),
  );
  #tables;
  #balances = balancesTable();
  #problem = h("div.account-problem", { role: "status" });
  /** @type {unknown} the problem shown */
  #shownProblem = null;
  #reset = h(
    "button.plain",
    { type: "button", onclick: () => runBusy(this.#reset, () => this.#confirmReset()) },
    icon("undo"),
    t("trading.reset"),
  );
  #halt = h("button.danger", { type: "button", onclick: () => runBusy(this.#halt, () => this.#toggleHalt()) });
  /** @type {Portfolio | null} */
  #portfolio = null;
  element;

  /**
   * @param {Trading} trading
   * @param {SymbolDecimals} decimals
   */
  constructor(trading, decimals) {
    this.#trading = trading;
    this.#tables = {
      open: openOrdersTable(trading, decimals),
      history: closedOrdersTable(trading, decimals),
      trades: ownTradesTable(trading, decimals),
    };
    const panels = [...Object.values(this.#tables), this.#balances].map(({ element }) => element);
    this.element = h(
      "section.card.account",
      { "aria-label": t("trading.title") },
      h(
        "header",
        null,
        h("h2", null, t("trading.title")),
        this.#badge,
        h("div.buttons", null, this.#reset, this.#halt),
      ),
      this.#figures.element,
      this.#problem,
      h("div.choice.tabs", { role: "group", "aria-label": t("trading.show") }, this.#buttons),
      panels,
    );
    this.#selectTab("open");
  }

  render() {
    const { account, openOrders } = this.#trading;
    const venue = account?.venue ?? "";
    this.element.dataset.venue = venue;
    if (venue !== this.#shownVenue) setChildren(this.#badge, venue && venueBadge(venue));
    this.#shownVenue = venue;
    this.#reset.hidden = venue !== "paper";
    this.#halt.hidden = account === null || (account.halted !== null && account.halted !== "user");
    setText(this.#halt, t(account?.halted ? "trading.resume" : "trading.halt"));
    setText(
      this.#buttons[0],
      openOrders.length ? t("orders.tab.openCount", { count: openOrders.length }) : t("orders.tab.open"),
    );
    this.#renderProblem();
    this.#renderTab();
  }

  /** @param {Portfolio | null} portfolio */
  renderPortfolio(portfolio) {
    this.#portfolio = portfolio;
    this.#figures.render(portfolio);
    if (this.#tab === "balances") this.#balances.render(portfolio);
  }

  /** @param {typeof TABS[number]} tab */
  #selectTab(tab) {
    this.#tab = tab;
    this.#buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tab === tab)));
    for (const [name, { element }] of Object.entries({ ...this.#tables, balances: this.#balances })) {
      element.hidden = name !== tab;
    }
    this.#renderTab();
  }

  #renderTab() {
    if (this.#tab === "balances") this.#balances.render(this.#portfolio);
    else this.#tables[this.#tab].render();
  }

  #renderProblem() {
    const { problem } = this.#trading;
    if (problem === this.#shownProblem) return;
    this.#shownProblem = problem;
    const retry = h(
      "button.plain",
      { type: "button", onclick: () => this.#trading.reload().catch(() => {}) },
      t("tryAgain"),
    );
    setChildren(this.#problem, problem ? [icon("warn"), h("p", null, problemText(problem)), retry] : null);
  }

  async #confirmReset() {
    const confirmed = await promptChoice({
      title: t("trading.reset"),
      text: t("trading.resetText"),
      choices: [[true, t("trading.reset"), "danger"]],
    });
    if (!confirmed) return;
    await this.#work(async () => {
      await this.#trading.reset();
      toast(t("trading.resetDone"), { kind: "good" });
    });
  }

  async #toggleHalt() {
    if (this.#trading.account?.halted) {
      await this.#work(async () => {
        await this.#trading.setHalted(false);
        toast(t("trading.resumed"), { kind: "good" });
      });
      return;
    }
    const confirmed = await promptChoice({
      title: t("trading.halt"),
      text: [t("trading.haltText"), t("trading.haltOpen")],
      choices: [[true, t("trading.halt"), "danger"]],
    });
    if (!confirmed) return;
    await this.#work(async () => {
      const { in_flight: inFlight } = await this.#trading.setHalted(true);
      toast(inFlight ? tCount("trading.haltedInFlight", inFlight) : t("trading.haltedDone"));
    });
  }

  /** @param {() => Promise<void>} work */
  async #work(work) {
    try {
      await work();
    } catch (problem) {
      toast(problemText(problem), { kind: "bad" });
    }
  }
}
