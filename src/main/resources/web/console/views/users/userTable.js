// @ts-check
// The table of users with the last change of each.

import { h, icon, setChildren } from "../../dom.js";
import { changeText } from "../../eventText.js";
import { problemText } from "../../form.js";
import { dateTime, relativeTime } from "../../format.js";
import { t } from "../../i18n.js";

/** @import { EventFeed } from "../../eventFeed.js" */

/** A change is highlighted for this long. */
const HIGHLIGHT_MS = 10_000;

const COLUMNS = ["user", "roles", "status", "changed"];
const SKELETON_ROWS = 6;

/**
 * @param {object} options
 * @param {CurrentUser} options.me
 * @param {EventFeed} options.userEvents
 * @param {(user: User) => Child[]} options.actions the buttons of a user
 * @param {() => void} options.onclear clears the search
 * @param {() => void} options.onretry
 */
export function userTable({ me, userEvents, actions, onclear, onretry }) {
  const body = h("tbody", null, Array.from({ length: SKELETON_ROWS }, skeleton));
  const element = h(
    "table.users",
    { "aria-busy": "true" },
    h("caption.visually-hidden", null, t("users.title")),
    h(
      "thead",
      null,
      h(
        "tr",
        null,
        COLUMNS.map((column) => h("th", { scope: "col" }, t(`users.${column}`))),
        h("th", { scope: "col" }, h("span.visually-hidden", null, t("users.actions"))),
      ),
    ),
    body,
  );

  /**
   * @param {User[]} users
   * @param {boolean} searchIsEmpty
   */
  function render(users, searchIsEmpty) {
    element.removeAttribute("aria-busy");
    /** @type {Map<string | undefined, HTMLElement>} */
    const previous = new Map();
    for (const row of body.children) if (row instanceof HTMLElement) previous.set(row.dataset.id, row);
    const rows = users.map((user) => row(user, previous.get(String(user.id))));
    setChildren(body, rows.length ? rows : emptyRow(searchIsEmpty));
  }

  /**
   * An unchanged row keeps its element and with it the focus.
   *
   * @param {User} user
   * @param {HTMLElement} [previous]
   */
  function row(user, previous) {
    const event = userEvents.events?.find((one) => one.user_id === user.id);
    const key = JSON.stringify([user, event?.seq, event && relativeTime(event.at)]);
    if (previous?.dataset.key === key) return previous;
    const highlighted = event && Date.now() - Date.parse(event.at) < HIGHLIGHT_MS;
    const element = h(
      highlighted ? "tr.highlighted" : "tr",
      { "data-id": user.id, "data-key": key },
      h("td", null, person(user)),
      h(
        "td",
        { "data-label": t("users.roles") },
        user.roles.map((role) => h("span.chip", null, t(`role.${role}`))),
      ),
      h(
        "td",
        { "data-label": t("users.status") },
        h("span.chip", { "data-is": user.status }, t(`status.${user.status}`)),
      ),
      h("td.changed", { "data-label": t("users.changed") }, lastChange(user, event)),
      h("td.actions", null, actions(user)),
    );
    keepFocus(previous, element);
    return element;
  }

  /** @param {User} user */
  function person(user) {
    const name = user.full_name || user.username;
    return h(
      "div.person",
      null,
      h("span.avatar", { "aria-hidden": "true" }, [...name][0].toUpperCase()),
      h(
        "div",
        null,
        h("strong", null, name, user.id === me.id && h("span.chip.accent", null, t("by.you"))),
        h("small", null, [user.username, user.email].filter(Boolean).join(" \u00b7 ")),
      ),
    );
  }

  /**
   * @param {User} user
   * @param {UserEvent} [event]
   */
  function lastChange(user, event) {
    const { updated_at: updatedAt } = user;
    return [
      event ? h("span", null, changeText(event, me.id)) : null,
      h("time", { datetime: updatedAt, title: dateTime(updatedAt) }, relativeTime(event?.at ?? updatedAt)),
    ];
  }

  /** @param {boolean} searchIsEmpty */
  function emptyRow(searchIsEmpty) {
    const clear = h("button.plain", { type: "button", onclick: onclear }, t("users.clear"));
    return messageRow(icon("users"), h("strong", null, t("users.none")), searchIsEmpty ? null : clear);
  }

  /** @param {unknown} problem */
  function renderProblem(problem) {
    const retry = h("button.plain", { type: "button", onclick: onretry }, t("tryAgain"));
    element.removeAttribute("aria-busy");
    setChildren(body, messageRow(icon("warn"), problemText(problem), retry));
  }

  return { element, render, renderProblem };
}

/** @param {Child[]} content */
function messageRow(...content) {
  return h("tr", null, h("td.empty", { colspan: COLUMNS.length + 1 }, content));
}

function skeleton() {
  return h("tr.skeleton", null, h("td", { colspan: COLUMNS.length + 1 }, h("div.bar")));
}

/**
 * Moves the focus from a button of the previous row to the same button of the new one.
 *
 * @param {HTMLElement | undefined} previous
 * @param {HTMLElement} element
 */
function keepFocus(previous, element) {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !previous?.contains(activeElement)) return;
  const button = element.querySelector(`[data-action="${activeElement.dataset.action}"]`);
  queueMicrotask(() => /** @type {HTMLElement | null} */ (button)?.focus());
}
