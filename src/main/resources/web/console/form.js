// Fields with their labels, hints and errors; and where a problem of the API belongs among them.

import { h, fill, icon } from "./dom.js";
import { t, tOrNull } from "./i18n.js";

let ids = 0;

/** A labelled field. @param hint a sentence below it, or null */
export function field(name, label, { hint = null, control = null, ...attributes } = {}) {
  const id = `field-${++ids}`;
  const input = control ?? h("input", { type: "text", ...attributes });
  input.id = id;
  input.name = name;
  const hintLine = hint && h("p.hint", { id: `${id}-hint` }, hint);
  const errorLine = h("p.error", { id: `${id}-error`, hidden: true });
  const element = h("div.field", null, h("label", { for: id }, label), input, hintLine, errorLine);
  const describe = (faulty) =>
    input.setAttribute("aria-describedby", [faulty && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" "));
  describe(false);
  return {
    name,
    element,
    input,
    get value() {
      return input.value;
    },
    set value(text) {
      input.value = text ?? "";
    },
    error(text) {
      fill(errorLine, text ? [icon("warn"), text] : []);
      errorLine.hidden = !text;
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      describe(Boolean(text));
    },
    focus: () => input.focus(),
  };
}

/** Checkboxes that belong together. @param options `[value, label, hint]` */
export function checks(name, label, options) {
  const id = `field-${++ids}`;
  const boxes = options.map(([value]) => h("input", { type: "checkbox", name, value }));
  const errorLine = h("p.error", { id: `${id}-error`, hidden: true });
  const rows = options.map(([, text, hint], i) =>
    h("label.check", null, boxes[i], h("span", null, text, hint && h("small", null, hint))));
  return {
    name,
    element: h("fieldset.field", { "aria-describedby": `${id}-error` }, h("legend", null, label), rows, errorLine),
    get value() {
      return boxes.filter((box) => box.checked).map((box) => box.value);
    },
    set value(values) {
      boxes.forEach((box) => (box.checked = values.includes(box.value)));
    },
    error(text) {
      fill(errorLine, text ? [icon("warn"), text] : []);
      errorLine.hidden = !text;
    },
    focus: () => boxes[0].focus(),
  };
}

/** A place for what is wrong with the whole. */
export function alertLine() {
  const element = h("div.alert", { role: "alert", hidden: true });
  return {
    element,
    say(text) {
      fill(element, text ? [icon("warn"), h("p", null, text)] : []);
      element.hidden = !text;
    },
  };
}

/** Puts each error beside its field, the rest into the line for the whole, and the focus on the first. */
export function showProblem(problem, fields, line) {
  const faulty = new Map();
  for (const { pointer, code, detail } of problem.errors ?? []) {
    const name = pointer.replace(/^\//, "").split("/")[0];
    const place = fields.find((one) => one.name === name);
    if (place && !faulty.has(place)) faulty.set(place, tOrNull(`error.${name}.${code}`) ?? tOrNull(`error.${code}`) ?? detail);
  }
  fields.forEach((one) => one.error(faulty.get(one) ?? null));
  line.say(faulty.size ? null : explain(problem));
  faulty.keys().next().value?.focus();
}

export function clearProblem(fields, line) {
  fields.forEach((one) => one.error(null));
  line.say(null);
}

/** A problem as a sentence: ours in the reader's language, else the server's. */
export function explain(problem) {
  if (!("status" in problem)) throw problem;
  const seconds = problem.retryAfter ?? 1;
  const known = tOrNull(`problem.${problem.code}`, { seconds });
  if (known) return known;
  return problem.status >= 500
    ? t("problem.internal", { request: problem.requestId ?? "-" })
    : (problem.message ?? t("problem.internal", { request: problem.requestId ?? "-" }));
}

/** Runs work while a button shows that it does; a second press meanwhile does nothing. */
export async function busy(button, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    button.removeAttribute("aria-busy");
  }
}
