// @ts-check
// Form fields with label, hint and error, and where the errors of the API are shown.

import { Problem } from "./api.js";
import { h, icon, setChildren, uniqueId } from "./dom.js";
import { t, tOrNull } from "./i18n.js";

/**
 * @template {string | string[]} [T=string]
 * @typedef {object} Field
 * @property {string} name
 * @property {HTMLElement} element
 * @property {T} value
 * @property {(text: string | null) => void} setError
 * @property {() => void} focus
 */

/**
 * @typedef {object} Alert a message about the whole form
 * @property {HTMLElement} element
 * @property {(text: string | null) => void} setText
 */

/**
 * A text field.
 *
 * @param {string} name
 * @param {string} label
 * @param {Record<string, any> & { hint?: string | null }} options a hint below the input, and attributes of the input
 * @returns {Field}
 */
export function textField(name, label, { hint = null, ...attributes } = {}) {
  const id = uniqueId("field");
  const input = h("input", { id, name, type: "text", ...attributes });
  const hintLine = hint && h("p.hint", { id: `${id}-hint` }, hint);
  const errorLine = h("p.error", { id: `${id}-error`, hidden: true });
  /** @param {string | null} text */
  const setError = (text) => {
    showError(errorLine, text);
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    const describedBy = [text && errorLine.id, hint && `${id}-hint`].filter(Boolean).join(" ");
    input.setAttribute("aria-describedby", describedBy);
  };
  setError(null);
  return {
    name,
    element: h("div.field", null, h("label", { for: id }, label), input, hintLine, errorLine),
    get value() {
      return input.value;
    },
    set value(text) {
      input.value = text;
    },
    setError,
    focus: () => input.focus(),
  };
}

/**
 * A group of checkboxes.
 *
 * @param {string} name
 * @param {string} label
 * @param {[value: string, label: string, hint: string][]} options
 * @returns {Field<string[]>}
 */
export function checkboxGroup(name, label, options) {
  const id = uniqueId("field");
  const boxes = options.map(([value]) => h("input", { type: "checkbox", name, value }));
  const errorLine = h("p.error", { id: `${id}-error`, hidden: true });
  const rows = options.map(([, text, hint], i) =>
    h("label.check", null, boxes[i], h("span", null, text, h("small", null, hint))),
  );
  return {
    name,
    element: h("fieldset.field", { "aria-describedby": errorLine.id }, h("legend", null, label), rows, errorLine),
    get value() {
      return boxes.filter((box) => box.checked).map((box) => box.value);
    },
    set value(values) {
      boxes.forEach((box) => (box.checked = values.includes(box.value)));
    },
    setError: (text) => showError(errorLine, text),
    focus: () => boxes[0].focus(),
  };
}

/** @returns {Alert} */
export function alertBox() {
  const element = h("div.alert", { role: "alert", hidden: true });
  return {
    element,
    setText(text) {
      setChildren(element, text ? [icon("warn"), h("p", null, text)] : null);
      element.hidden = !text;
    },
  };
}

/**
 * Shows each error at its field and focuses the first one; a problem without a field is shown in the alert.
 *
 * @param {unknown} problem
 * @param {Field<any>[]} fields
 * @param {Alert} alert
 */
export function showProblem(problem, fields, alert) {
  /** @type {Map<Field<any>, string>} */
  const errors = new Map();
  for (const { pointer, code, detail } of problem instanceof Problem ? problem.errors : []) {
    const name = pointer.split("/")[1];
    const field = fields.find((one) => one.name === name);
    if (!field || errors.has(field)) continue;
    errors.set(field, tOrNull(`error.${name}.${code}`) ?? tOrNull(`error.${code}`) ?? detail);
  }
  fields.forEach((field) => field.setError(errors.get(field) ?? null));
  alert.setText(errors.size ? null : problemText(problem));
  errors.keys().next().value?.focus();
}

/**
 * @param {Field<any>[]} fields
 * @param {Alert} alert
 */
export function clearProblem(fields, alert) {
  fields.forEach((field) => field.setError(null));
  alert.setText(null);
}

/**
 * A problem as a sentence in the language of the page, else in the words of the server. Throws what is no {@link Problem}.
 *
 * @param {unknown} problem
 */
export function problemText(problem) {
  if (!(problem instanceof Problem)) throw problem;
  const known = tOrNull(`problem.${problem.code}`, {
    seconds: problem.retryAfter ?? 1,
    request: problem.requestId ?? "-",
  });
  if (known) return known;
  return problem.status >= 500 ? t("problem.internal", { request: problem.requestId ?? "-" }) : problem.message;
}

/**
 * Marks a button as busy while its work is running; further presses are ignored.
 *
 * @param {HTMLElement} button
 * @param {() => Promise<void>} work
 */
export async function runBusy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/**
 * @param {HTMLElement} line
 * @param {string | null} text
 */
function showError(line, text) {
  setChildren(line, text ? [icon("warn"), text] : null);
  line.hidden = !text;
}
