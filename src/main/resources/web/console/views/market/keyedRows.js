// @ts-check
// Rows of a table that stay in place while their entries are the same: the keyboard focus and a selection survive updates.

/**
 * @typedef {object} KeyedRow
 * @property {string} key
 * @property {string} version a row is made again when it changes
 * @property {() => HTMLElement} make
 */

export class KeyedRows {
  #body;
  /** @type {Map<string, { version: string, element: HTMLElement }>} */
  #rows = new Map();

  /** @param {HTMLElement} body */
  constructor(body) {
    this.#body = body;
  }

  /** @param {KeyedRow[]} rows */
  render(rows) {
    /** @type {Map<string, { version: string, element: HTMLElement }>} */
    const shown = new Map();
    let place = this.#body.firstElementChild;
    for (const { key, version, make } of rows) {
      const known = this.#rows.get(key);
      const row = known?.version === version ? known : { version, element: make() };
      if (known && known !== row) {
        if (place === known.element) place = row.element;
        replace(known.element, row.element);
      }
      shown.set(key, row);
      if (row.element === place) place = place.nextElementSibling;
      else this.#body.insertBefore(row.element, place);
    }
    for (const [key, { element }] of this.#rows) if (!shown.has(key)) element.remove();
    this.#rows = shown;
  }
}

/**
 * The button that has the focus has it again in the new row.
 *
 * @param {HTMLElement} before
 * @param {HTMLElement} after
 */
function replace(before, after) {
  const focused = before.contains(document.activeElement);
  before.replaceWith(after);
  if (focused) after.querySelector("button")?.focus();
}
