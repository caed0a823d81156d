// @ts-check
// Dialogs and short messages on top of the page.

import { h, icon, uniqueId } from "./dom.js";
import { t } from "./i18n.js";

const TOAST_MS = 6_000;
const MAX_TOASTS = 3;

/**
 * Opens a modal dialog; the browser traps the focus in it and restores it afterwards.
 *
 * @param {object} options
 * @param {"sheet" | "box"} [options.kind] a sheet lies at the side of the page
 * @param {string} options.title
 * @param {Child} options.content
 * @param {() => void} [options.onclose]
 */
export function openDialog({ kind = "box", title, content, onclose = () => {} }) {
  const id = uniqueId("dialog");
  const dialog = h(
    `dialog.${kind}`,
    { "aria-labelledby": id },
    h(
      "header",
      null,
      h("h2", { id }, title),
      h(
        "button.quiet.icon-only",
        { type: "button", "aria-label": t("close"), onclick: () => dialog.close() },
        icon("close"),
      ),
    ),
    content,
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose();
  });
  // The target of a press on the backdrop is the dialog itself.
  dialog.addEventListener("mousedown", (event) => {
    if (event.target === dialog && kind === "box") dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks the user to choose; promises the chosen value, or null if the user cancels.
 *
 * @template T
 * @param {object} options
 * @param {string} options.title
 * @param {string | string[]} options.text paragraphs
 * @param {[value: T, label: string, buttonClass: string][]} options.choices
 * @returns {Promise<T | null>}
 */
export function promptChoice({ title, text, choices }) {
  return new Promise((resolve) => {
    /** @type {T | null} */
    let chosen = null;
    /** @param {T | null} value */
    const choose = (value) => () => {
      chosen = value;
      dialog.close();
    };
    const dialog = openDialog({
      title,
      content: [
        h(
          "div.body",
          null,
          [text].flat().map((paragraph) => h("p", null, paragraph)),
        ),
        h(
          "footer",
          null,
          h("button.quiet", { type: "button", onclick: choose(null) }, t("cancel")),
          choices.map(([value, label, buttonClass]) =>
            h(`button.${buttonClass}`, { type: "button", onclick: choose(value) }, label),
          ),
        ),
      ],
      onclose: () => resolve(chosen),
    });
  });
}

const toasts = h("div.toasts", { role: "status", "aria-live": "polite" });

/**
 * Shows a message for some seconds.
 *
 * @param {string} text
 * @param {object} [options]
 * @param {[label: string, work: () => void] | null} [options.action] a button in the message
 * @param {"plain" | "good" | "bad"} [options.kind]
 */
export function toast(text, { action = null, kind = "plain" } = {}) {
  if (!toasts.isConnected) document.body.append(toasts);
  const remove = () => element.remove();
  const element = h(
    `div.toast.${kind}`,
    null,
    h("p", null, text),
    action &&
      h(
        "button.link",
        {
          type: "button",
          onclick() {
            remove();
            action[1]();
          },
        },
        action[0],
      ),
    h("button.quiet.icon-only", { type: "button", "aria-label": t("close"), onclick: remove }, icon("close")),
  );
  toasts.append(element);
  while (toasts.children.length > MAX_TOASTS) toasts.firstChild?.remove();
  setTimeout(remove, action ? 2 * TOAST_MS : TOAST_MS);
}
