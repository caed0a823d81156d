// @ts-check
// An order that may have been placed, because no answer arrived: the user sends it again, which places it at most once.

import { h, icon, setText } from "../../dom.js";
import { runBusy } from "../../form.js";
import { t } from "../../i18n.js";
import { orderSummary } from "../../orderText.js";

/** @import { Placement } from "./placement.js" */

export class UnclearOutcome {
  /** @type {Placement | null} */
  #placement = null;
  #text = h("p");
  #again;
  element;

  /** @param {(placement: Placement) => Promise<void>} send */
  constructor(send) {
    this.#again = h("button.plain", { type: "button" }, t("ticket.sendAgain"));
    this.#again.addEventListener("click", () =>
      runBusy(this.#again, async () => {
        if (this.#placement) await send(this.#placement);
      }),
    );
    const dismiss = h("button.quiet", { type: "button", onclick: () => this.clear() }, t("ticket.dismiss"));
    this.element = h(
      "div.notice.unclear",
      { role: "alert", hidden: true },
      icon("info"),
      h("div", null, this.#text, h("div.buttons", null, this.#again, dismiss)),
    );
  }

  /**
   * @param {Placement} placement
   * @param {string} reason
   */
  show(placement, reason) {
    this.#placement = placement;
    const { order } = placement;
    const summary = orderSummary({ .../** @type {any} */ (order), qty: order.qty ?? null, executed_qty: "0" });
    setText(this.#text, `${reason} ${t("ticket.unclear", { order: summary })}`);
    this.element.hidden = false;
  }

  /**
   * The order has arrived after all.
   *
   * @param {Order} order
   */
  resolve({ client_order_id: key }) {
    if (this.#placement?.key === key) this.clear();
  }

  clear() {
    this.#placement = null;
    this.element.hidden = true;
  }
}
