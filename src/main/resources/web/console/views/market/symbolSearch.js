// @ts-check
// Finds symbols of the exchange by a part of their name: a text field with a list of matches below it.

import { Problem } from "../../api.js";
import { h, icon, setChildren, setText, uniqueId } from "../../dom.js";
import { problemText } from "../../form.js";
import { t, tCount } from "../../i18n.js";

/** @import { Api } from "../../api.js" */

const TYPING_DELAY_MS = 200;
const MAX_MATCHES = 20;

export class SymbolSearch {
  #api;
  #onselect;
  #listId = uniqueId("symbols");
  #input = h("input.search-text", {
    type: "search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 64,
    placeholder: t("symbols.search"),
    "aria-label": t("symbols.search"),
    "aria-autocomplete": "list",
    "aria-controls": this.#listId,
    "aria-expanded": "false",
    oninput: () => this.#onInput(),
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#onKey(event),
    onblur: () => this.#hide(),
  });
  #list = h("ul.matches", { id: this.#listId, role: "listbox", "aria-label": t("symbols.matches"), hidden: true });
  #status = h("p.search-status", { role: "status" });
  /** @type {HTMLElement[]} */
  #options = [];
  #active = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  /** Counts searches: the answer to an earlier one is ignored. */
  #generation = 0;
  element;

  /**
   * @param {Api} api
   * @param {(symbol: string) => void} onselect
   */
  constructor(api, onselect) {
    this.#api = api;
    this.#onselect = onselect;
    this.element = h(
      "search.symbol-search",
      null,
      h("label.search", null, icon("search"), this.#input),
      this.#list,
      this.#status,
    );
  }

  close() {
    clearTimeout(this.#typing);
    this.#generation++;
  }

  #onInput() {
    this.close();
    const text = this.#input.value.trim();
    if (text) this.#typing = setTimeout(() => this.#search(text), TYPING_DELAY_MS);
    else this.#hide();
  }

  /** @param {string} text */
  async #search(text) {
    const generation = ++this.#generation;
    try {
      const { body } = await this.#api.get(`/symbols?${new URLSearchParams({ q: text, limit: String(MAX_MATCHES) })}`);
      if (generation !== this.#generation) return;
      this.#show(body.symbols);
      setText(this.#status, body.symbols.length ? tCount("symbols.found", body.symbols.length) : t("symbols.none"));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (generation !== this.#generation) return;
      this.#show([]);
      setText(this.#status, problemText(problem));
    }
  }

  /** @param {ListedSymbol[]} symbols */
  #show(symbols) {
    this.#options = symbols.map(({ symbol, status, tradable, base, quote }) => {
      const pair = base && quote ? `${base} / ${quote}` : "";
      return h(
        "li",
        {
          id: uniqueId("symbol"),
          role: "option",
          "data-symbol": symbol,
          "aria-selected": "false",
          // The field keeps the focus, so the list stays open until the click.
          onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
          onclick: () => this.#select(symbol),
        },
        h("strong", null, symbol),
        h("span.pair", null, pair),
        !tradable && h("span.chip", null, status),
      );
    });
    setChildren(this.#list, this.#options);
    this.#list.hidden = symbols.length === 0;
    this.#input.setAttribute("aria-expanded", String(symbols.length > 0));
    this.#activate(symbols.length ? 0 : -1);
  }

  #hide() {
    this.close();
    this.#show([]);
    setText(this.#status, "");
  }

  /** @param {number} index */
  #activate(index) {
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = this.#options[index];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.#input.setAttribute("aria-activedescendant", option.id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const last = this.#options.length - 1;
    const symbol = this.#options[this.#active]?.dataset.symbol;
    if (event.key === "ArrowDown" && last >= 0) this.#activate(this.#active === last ? 0 : this.#active + 1);
    else if (event.key === "ArrowUp" && last >= 0) this.#activate(this.#active <= 0 ? last : this.#active - 1);
    else if (event.key === "Enter" && symbol) this.#select(symbol);
    else if (event.key === "Escape" && this.#input.value) this.#clear();
    else return;
    event.preventDefault();
  }

  /** @param {string} symbol */
  #select(symbol) {
    this.#clear();
    this.#onselect(symbol);
  }

  #clear() {
    this.#input.value = "";
    this.#hide();
  }
}
