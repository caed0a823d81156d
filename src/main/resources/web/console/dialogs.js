// Things that lie over the page: dialogs, and short messages at its edge.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

const TOAST_MS = 6_000;

let ids = 0;

/**
 * Opens a modal dialog; the browser keeps the focus in it and gives it back.
 *
 * @param kind "sheet" (at the side) or "box"
 * @param onclose however it was closed
 */
export function openDialog({ kind = "box", title, content, onclose = () => {} }) {
  const id = `dialog-${++ids}`;
  const close = h("button.quiet.icon-only", { type: "button", "aria-label": t("close"), onclick: () => dialog.close() },
    icon("close"));
  const dialog = h(`dialog.${kind}`, { "aria-labelledby": id },
    h("header", null, h("h2", { id }, title), close), content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose();
  });
  // A press on the backdrop is one on the dialog itself.
  dialog.addEventListener("mousedown", (event) => event.target === dialog && kind === "box" && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks; promises the chosen value, or null. @param choices `[value, label, class]` */
export function ask({ title, text, choices }) {
  return new Promise((resolve) => {
    let chosen = null;
    const choose = (value) => () => {
      chosen = value;
      dialog.close();
    };
    const buttons = choices.map(([value, label, look]) =>
      h(`button.${look}`, { type: "button", onclick: choose(value) }, label));
    const dialog = openDialog({
      title,
      content: [
        h("div.body", null, [text].flat().map((line) => h("p", null, line))),
        h("footer", null, h("button.quiet", { type: "button", onclick: choose(null) }, t("cancel")), buttons),
      ],
      onclose: () => resolve(chosen),
    });
  });
}

const region = h("div.toasts", { role: "status", "aria-live": "polite" });

/** A sentence that goes away by itself. @param action `[label, work]` or null */
export function toast(text, { action = null, look = "plain" } = {}) {
  if (!region.isConnected) document.body.append(region);
  const gone = () => element.remove();
  const element = h(`div.toast.${look}`, null, h("p", null, text),
    action && h("button.link", { type: "button", onclick: () => (gone(), action[1]()) }, action[0]),
    h("button.quiet.icon-only", { type: "button", "aria-label": t("close"), onclick: gone }, icon("close")));
  region.append(element);
  while (region.children.length > 3) region.firstChild.remove();
  setTimeout(gone, action ? 2 * TOAST_MS : TOAST_MS);
}
