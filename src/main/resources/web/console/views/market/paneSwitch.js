// @ts-check
// A phone shows one part of the market at a time; a wide window shows all of them and hides this switch.

import { h } from "../../dom.js";
import { t } from "../../i18n.js";

/** @typedef {"chart" | "book" | "trades" | "ticket" | "account"} Pane */

export class PaneSwitch {
  #buttons;
  #onselect;
  /** @type {Pane} */
  selected;
  element;

  /**
   * @param {readonly Pane[]} panes
   * @param {string | null} selected
   * @param {() => void} onselect
   */
  constructor(panes, selected, onselect) {
    this.selected = panes.find((one) => one === selected) ?? panes[0];
    this.#onselect = onselect;
    this.#buttons = panes.map((one) =>
      h("button", { type: "button", "data-pane": one, onclick: () => this.select(one) }, t(`panes.${one}`)),
    );
    this.element = h("div.choice.panes", { role: "group", "aria-label": t("panes.label") }, this.#buttons);
    this.#render();
  }

  /** @param {Pane} pane */
  select(pane) {
    this.selected = pane;
    this.#render();
    this.#onselect();
  }

  /** Whether the window shows only the selected pane. */
  get isShown() {
    return this.element.checkVisibility();
  }

  #render() {
    this.#buttons.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.pane === this.selected)),
    );
  }
}
