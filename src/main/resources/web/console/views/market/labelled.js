// @ts-check
// A control with its label above it.

import { h, uniqueId } from "../../dom.js";

/**
 * @param {string} label
 * @param {HTMLElement} control
 */
export function labelled(label, control) {
  control.id = uniqueId("control");
  return h("div.field", null, h("label", { for: control.id }, label), control);
}
