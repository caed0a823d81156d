// @ts-check
// The search fields above the list of users.

import { h, icon } from "../../dom.js";
import { t } from "../../i18n.js";

const TYPING_DELAY_MS = 250;

/**
 * @param {URLSearchParams} query initial values `q`, `role` and `status`
 * @param {() => void} onchange
 */
export function userSearch(query, onchange) {
  const values = { q: query.get("q") ?? "", role: query.get("role") ?? "", status: query.get("status") ?? "" };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typingTimer;

  const text = h("input.search-text", {
    type: "search",
    value: values.q,
    placeholder: t("users.search"),
    "aria-label": t("users.search"),
    oninput() {
      clearTimeout(typingTimer);
      typingTimer = setTimeout(() => change({ q: text.value.trim() }), TYPING_DELAY_MS);
    },
  });
  const role = select("role", t("users.anyRole"), ["user", "admin"]);
  const status = select("status", t("users.anyStatus"), ["active", "disabled", "deleted"]);

  /**
   * @param {"role" | "status"} name
   * @param {string} anyLabel
   * @param {string[]} options
   */
  function select(name, anyLabel, options) {
    const element = h(
      "select",
      { "aria-label": anyLabel, onchange: () => change({ [name]: element.value }) },
      h("option", { value: "" }, anyLabel),
      options.map((value) => h("option", { value }, t(`${name}.${value}`))),
    );
    element.value = values[name];
    return element;
  }

  /** @param {Partial<typeof values>} changed */
  function change(changed) {
    Object.assign(values, changed);
    onchange();
  }

  return {
    element: h("search.filters", null, h("label.search", null, icon("search"), text), role, status),
    values,
    isEmpty: () => !values.q && !values.role && !values.status,
    clear() {
      text.value = role.value = status.value = "";
      change({ q: "", role: "", status: "" });
    },
    close: () => clearTimeout(typingTimer),
  };
}
