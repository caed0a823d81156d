// @ts-check
// The buttons for the previous and the next page.

import { h, icon, setText } from "../../dom.js";
import { t, tCount } from "../../i18n.js";

/**
 * @param {string[]} starts where each page up to the shown one starts; "" is the start of the list
 * @param {() => void} onturn
 */
export function pager(starts, onturn) {
  /** @type {string | null} */
  let nextStart = null;
  const previous = h(
    "button.plain",
    { type: "button", disabled: true, onclick: back },
    icon("left"),
    t("users.previous"),
  );
  const next = h("button.plain", { type: "button", disabled: true, onclick: forward }, t("users.next"), icon("right"));
  const position = h("span.position", { role: "status" });

  function back() {
    starts = starts.slice(0, -1);
    onturn();
  }

  function forward() {
    if (nextStart) starts = [...starts, nextStart];
    onturn();
  }

  return {
    element: h("div.paging", null, previous, position, next),
    get starts() {
      return starts;
    },
    get start() {
      return starts[starts.length - 1];
    },
    reset() {
      starts = [""];
    },
    /**
     * @param {number} count users on this page
     * @param {string | null} following start of the next page
     */
    render(count, following) {
      nextStart = following;
      previous.disabled = starts.length === 1;
      next.disabled = following === null;
      setText(position, count ? tCount("users.onPage", count, { page: starts.length }) : "");
    },
  };
}
