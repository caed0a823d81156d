// @ts-check
// A field for a price or an amount, with its asset, and the rules that its value violates with the nearest valid value.

import { readDecimal } from "../../decimals.js";
import { h, icon, setChildren, setText, uniqueId } from "../../dom.js";
import { decimal } from "../../format.js";
import { t, tOrNull } from "../../i18n.js";

export class AmountField {
  #oninput;
  #id = uniqueId("amount");
  #label = h("label", { for: this.#id });
  #unit = h("span.unit", { "aria-hidden": "true" });
  #input;
  #faults = h("ul.faults", { id: `${this.#id}-faults`, "aria-live": "polite" });
  name;
  element;

  /**
   * @param {string} name of the value in the order
   * @param {() => void} oninput
   */
  constructor(name, oninput) {
    this.name = name;
    this.#oninput = oninput;
    this.#input = h("input", {
      id: this.#id,
      name,
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 40,
      "aria-describedby": this.#faults.id,
      oninput: () => this.#edited(),
    });
    this.element = h(
      "div.field.amount",
      null,
      this.#label,
      h("div.with-unit", null, this.#input, this.#unit),
      this.#faults,
    );
  }

  get value() {
    return this.#input.value;
  }

  /** Does not call `oninput`. */
  set value(text) {
    this.#input.value = text;
    this.setError(null);
  }

  /** The value as the API reads it, or null. */
  get decimal() {
    return readDecimal(this.value);
  }

  /**
   * @param {string} label
   * @param {string} asset
   */
  describe(label, asset) {
    setText(this.#label, asset ? `${label} (${asset})` : label);
    setText(this.#unit, asset);
  }

  /** Marks a value that is missing or no decimal; returns whether it is one. */
  validate() {
    const valid = this.decimal !== null;
    if (!valid) this.setError(t(this.value.trim() ? "error.decimal" : "error.required"));
    return valid;
  }

  focus() {
    this.#input.focus();
  }

  /** @param {string | null} text */
  setError(text) {
    this.#show(text === null ? [] : [{ text, nearest: null }]);
  }

  /** @param {OrderViolation[]} violations several may have the same nearest valid value, which is offered once */
  showViolations(violations) {
    this.#show(
      violations.map((violation, i) => {
        const { nearest } = violation;
        const later = violations.slice(i + 1).some((one) => one.nearest === nearest);
        return { text: violationText(violation), nearest: later ? null : nearest };
      }),
    );
  }

  /** @param {{ text: string, nearest: string | null }[]} faults */
  #show(faults) {
    // Screen readers announce the faults only when they change.
    const key = JSON.stringify(faults);
    if ((this.#faults.dataset.key ?? "[]") === key) return;
    this.#faults.dataset.key = key;
    if (faults.length) this.#input.setAttribute("aria-invalid", "true");
    else this.#input.removeAttribute("aria-invalid");
    setChildren(
      this.#faults,
      faults.map(({ text, nearest }) =>
        h("li", null, icon("warn"), h("span", null, text), nearest !== null && this.#nearestButton(nearest)),
      ),
    );
  }

  /** @param {string} nearest */
  #nearestButton(nearest) {
    const onclick = () => {
      this.#input.value = nearest;
      this.focus();
      this.#edited();
    };
    return h("button.plain.nearest", { type: "button", onclick }, t("ticket.use", { value: decimal(nearest) }));
  }

  #edited() {
    if (this.value.trim() && this.decimal === null) this.setError(t("error.decimal"));
    else this.setError(null);
    this.#oninput();
  }
}

/** @param {OrderViolation} violation */
export function violationText({ code, detail, rule, value }) {
  return tOrNull(`violation.${code}`, { rule: decimal(rule) ?? "", value: decimal(value) ?? "" }) ?? detail;
}
