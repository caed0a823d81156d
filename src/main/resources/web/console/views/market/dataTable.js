// @ts-check
// A table of orders, trades or balances: on a phone each row is a block in which every value has its label.

import { h, setChildren, setText } from "../../dom.js";
import { problemText, runBusy } from "../../form.js";
import { toast } from "../../dialogs.js";
import { t } from "../../i18n.js";
import { KeyedRows } from "./keyedRows.js";

/**
 * @template T
 * @typedef {object} Column
 * @property {string} label
 * @property {boolean} [number] aligned to the right
 * @property {(entry: T) => Child} cell
 */

/** @template T */
export class DataTable {
  #columns;
  #keyOf;
  #rows;
  #table;
  #empty = h("p.empty-note");
  #more = h("button.link", { type: "button", hidden: true }, t("trading.more"));
  element;

  /**
   * @param {string} caption
   * @param {Column<T>[]} columns the first one heads the row
   * @param {(entry: T) => [key: string, version: string]} keyOf
   * @param {() => Promise<void>} [onmore] loads older entries
   */
  constructor(caption, columns, keyOf, onmore) {
    this.#columns = columns;
    this.#keyOf = keyOf;
    if (onmore) this.#more.addEventListener("click", () => runBusy(this.#more, () => loadMore(onmore)));
    const body = h("tbody", { role: "rowgroup" });
    this.#rows = new KeyedRows(body);
    const heads = columns.map(({ label, number }) =>
      h(
        number ? "th.number" : "th",
        { scope: "col", role: "columnheader" },
        label || visuallyHidden(t("orders.actions")),
      ),
    );
    this.#table = h(
      "table",
      { role: "table" },
      h("caption.visually-hidden", null, caption),
      h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
      body,
    );
    this.element = h(
      "div.data-table",
      null,
      h("div.scroll", { tabindex: "0", role: "region", "aria-label": caption }, this.#table, this.#empty),
      this.#more,
    );
  }

  /**
   * @param {T[]} entries
   * @param {string} empty what is shown without entries
   * @param {boolean} [hasMore]
   */
  render(entries, empty, hasMore = false) {
    this.#rows.render(
      entries.map((entry) => {
        const [key, version] = this.#keyOf(entry);
        return { key, version, make: () => this.#row(entry) };
      }),
    );
    this.#table.hidden = entries.length === 0;
    setText(this.#empty, entries.length ? "" : empty);
    this.#more.hidden = !hasMore;
  }

  /** @param {T} entry */
  #row(entry) {
    const row = h("tr", { role: "row" });
    return setChildren(
      row,
      this.#columns.map(({ label, number, cell }, i) => {
        const name = `${i ? "td" : "th"}${number ? ".number" : ""}`;
        const roles = i ? { role: "cell" } : { scope: "row", role: "rowheader" };
        return h(name, { ...roles, "data-label": label || null }, cell(entry));
      }),
    );
  }
}

/** @param {() => Promise<void>} work */
async function loadMore(work) {
  try {
    await work();
  } catch (problem) {
    toast(problemText(problem), { kind: "bad" });
  }
}

/** @param {string} text */
function visuallyHidden(text) {
  return h("span.visually-hidden", null, text);
}
