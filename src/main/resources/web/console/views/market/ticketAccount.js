// @ts-check
// The account that an order of the ticket goes to: its venue, a choice if there are several, and whether trading is halted.

import { toast } from "../../dialogs.js";
import { h, icon, setChildren, setText } from "../../dom.js";
import { problemText, runBusy } from "../../form.js";
import { t, tOrNull } from "../../i18n.js";
import { venueBadge, venueName } from "../../orderText.js";
import { labelled } from "./labelled.js";

/** @import { Trading } from "../../trading.js" */

export class TicketAccount {
  #trading;
  #shown = "";
  #select;
  #choice;
  #haltText = h("p");
  #resume = h(
    "button.plain",
    { type: "button", onclick: () => runBusy(this.#resume, () => this.#resumeTrading()) },
    t("trading.resume"),
  );
  #halted = h("div.alert", { role: "alert", hidden: true }, icon("pause"), this.#haltText, this.#resume);
  badge = h("div.badge-place");
  element;

  /** @param {Trading} trading */
  constructor(trading) {
    this.#trading = trading;
    this.#select = h("select", { name: "account", onchange: () => trading.selectAccount(Number(this.#select.value)) });
    this.#choice = labelled(t("ticket.account"), this.#select);
    this.element = h("div.ticket-account", null, this.#choice, this.#halted);
  }

  render() {
    const { accounts, account } = this.#trading;
    const shown = JSON.stringify([accounts, account?.id]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    setChildren(this.badge, account && venueBadge(account.venue));
    setChildren(
      this.#select,
      accounts.map(({ id, venue, label }) => h("option", { value: String(id) }, `${venueName(venue)}: ${label}`)),
    );
    this.#select.value = String(account?.id ?? "");
    this.#choice.hidden = accounts.length < 2;
    const halted = account?.halted ?? null;
    this.#halted.hidden = halted === null;
    this.#resume.hidden = halted !== "user";
    setText(this.#haltText, halted === null ? "" : (tOrNull(`trading.halted.${halted}`) ?? t("trading.halted.other")));
  }

  async #resumeTrading() {
    try {
      await this.#trading.setHalted(false);
    } catch (problem) {
      toast(problemText(problem), { kind: "bad" });
    }
  }
}
