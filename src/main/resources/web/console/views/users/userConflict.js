// @ts-check
// Two administrators edited the same user: shows the stored value of each field that both changed.

import { h } from "../../dom.js";
import { fieldLabel } from "../../eventText.js";
import { t } from "../../i18n.js";

/** @import { Field } from "../../form.js" */

/**
 * Fills the fields that were not edited with the stored values and describes the others.
 *
 * @param {Record<string, Field<any> | null>} fields
 * @param {UserFields} edited what the user entered
 * @param {User} stored the user as stored now
 * @param {string} cause the event that changed it
 */
export function conflictNotice(fields, edited, stored, cause) {
  const entered = new Map(Object.entries(edited));
  const values = new Map(Object.entries(stored));
  const choices = [];
  for (const [name, field] of Object.entries(fields)) {
    const value = values.get(name);
    if (!field) continue;
    if (!entered.has(name)) field.value = value ?? "";
    else if (!isSame(entered.get(name), value)) choices.push(choice(name, field, value));
  }
  return h(
    "div",
    null,
    h("p", null, h("strong", null, t("user.conflict")), " ", cause),
    h("p", null, t(choices.length ? "user.conflictChoose" : "user.conflictNone")),
    h("ul", null, choices),
  );
}

/**
 * @param {string} name
 * @param {Field<any>} field
 * @param {any} value
 */
function choice(name, field, value) {
  const row = h(
    "li",
    null,
    h("span", null, t("user.stored", { field: fieldLabel(name) }), " ", h("strong", null, shownValue(name, value))),
    h(
      "button.plain",
      {
        type: "button",
        onclick() {
          field.value = value ?? "";
          row.remove();
          field.focus();
        },
      },
      t("user.useStored"),
    ),
  );
  return row;
}

/**
 * @param {string} name
 * @param {any} value
 */
function shownValue(name, value) {
  if (name === "roles") return value.map((/** @type {string} */ role) => t(`role.${role}`)).join(", ");
  return value ?? t("user.empty");
}

/**
 * Compares two values of a field; the order of roles does not matter.
 *
 * @param {unknown} a
 * @param {unknown} b
 */
export function isSame(a, b) {
  return canonical(a) === canonical(b);
}

/** @param {unknown} value */
function canonical(value) {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : (value ?? null));
}
